/// The file system that holds an opened file, as `fstatfs` reports it for the descriptor itself.
///
/// What the kernel cannot tell: ext4, XFS and Btrfs look the same on a local disk and on a network block device (iSCSI, NBD, Ceph RBD, an
/// EBS-like volume). Where that matters, the operator decides by choosing what to mount; see `deploy/`.
package struct FileSystem: Hashable, Sendable {
    /// The usual name, or `unknown (0x…)`.
    package let name: String
    /// `f_type` of statfs(2).
    package let magic: UInt64
    /// Whether data of this file system never leaves the machine. Everything that is not on the list is not local.
    package let isLocal: Bool

    /// Judges an `f_type`.
    ///
    /// - Parameters:
    ///   - magic: the number of `<linux/magic.h>`.
    ///   - trustsOverlay: whether overlayfs counts as local. Its layers may lie anywhere, so the default of a store is no; an
    ///     operator who knows the container host's storage may say yes.
    package init(magic: UInt64, trustsOverlay: Bool = false) {
        self.magic = magic
        switch magic {
        case 0xEF53: (name, isLocal) = ("ext2/ext3/ext4", true)
        case 0x5846_5342: (name, isLocal) = ("xfs", true)
        case 0x9123_683E: (name, isLocal) = ("btrfs", true)
        case 0x2FC1_2FC1: (name, isLocal) = ("zfs", true)
        case 0xF2F5_2010: (name, isLocal) = ("f2fs", true)
        case 0x0102_1994: (name, isLocal) = ("tmpfs", true)
        case 0x794C_7630: (name, isLocal) = ("overlayfs", trustsOverlay)
        default: (name, isLocal) = (Self.remoteName(of: magic), false)
        }
    }

    private static func remoteName(of magic: UInt64) -> String {
        switch magic {
        case 0x6969: "nfs"
        case 0xFF53_4D42: "cifs"
        case 0xFE53_4D42: "smb2"
        case 0x517B: "smb"
        case 0x6573_5546: "fuse"
        case 0x0102_1997: "9p"
        case 0x00C3_6400: "ceph"
        case 0x5346_414F, 0x6B41_4653: "afs"
        case 0x7375_7245: "coda"
        case 0x0116_1970: "gfs2"
        case 0x7461_636F: "ocfs2"
        case 0x0BD0_0BD0: "lustre"
        case 0x786F_4256: "vboxsf"
        case 0x9FA0: "proc"
        case 0x6265_6572: "sysfs"
        case 0x6462_6720: "debugfs"
        case 0x6367_7270, 0x0027_E0EB: "cgroup"
        case 0x1373: "devfs"
        case 0x1CD1: "devpts"
        default: "unknown (0x\(String(magic, radix: 16)))"
        }
    }
}
