/// How a data set and its pixels are written (DICOM PS3.5 section 10 and annex A).
package struct TransferSyntax: Hashable, Sendable {
    /// How pixels are coded.
    package enum PixelCoding: Hashable, Sendable {
        case native, runLength, jpegLossless, jpegLS, jpeg2000, unsupported
    }

    package let uid: String
    /// DICOM's own name, or `unknown`.
    package let name: String
    package let pixelCoding: PixelCoding
    let isImplicit: Bool
    let isBigEndian: Bool
    /// The data set after the file meta group is compressed as a whole.
    let isDeflated: Bool

    /// Whether pixel data are fragments rather than one array.
    package var isEncapsulated: Bool { pixelCoding != .native && !isDeflated }

    /// Finds a transfer syntax by its UID; one that is not known reads as explicit little endian with pixels that cannot be decoded.
    package init(uid: String) {
        let known = Self.table[uid]
        self.uid = uid
        self.name = known?.name ?? "unknown"
        self.pixelCoding = known?.coding ?? .unsupported
        self.isImplicit = uid == "1.2.840.10008.1.2"
        self.isBigEndian = uid == "1.2.840.10008.1.2.2"
        self.isDeflated = uid == "1.2.840.10008.1.2.1.99"
    }

    private static let table: [String: (name: String, coding: PixelCoding)] = [
        "1.2.840.10008.1.2": ("Implicit VR Little Endian", .native),
        "1.2.840.10008.1.2.1": ("Explicit VR Little Endian", .native),
        "1.2.840.10008.1.2.1.99": ("Deflated Explicit VR Little Endian", .unsupported),
        "1.2.840.10008.1.2.2": ("Explicit VR Big Endian", .native),
        "1.2.840.10008.1.2.5": ("RLE Lossless", .runLength),
        "1.2.840.10008.1.2.4.50": ("JPEG Baseline (Process 1)", .unsupported),
        "1.2.840.10008.1.2.4.51": ("JPEG Extended (Process 2 & 4)", .unsupported),
        "1.2.840.10008.1.2.4.57": ("JPEG Lossless, Non-Hierarchical (Process 14)", .jpegLossless),
        "1.2.840.10008.1.2.4.70": ("JPEG Lossless, First-Order Prediction", .jpegLossless),
        "1.2.840.10008.1.2.4.80": ("JPEG-LS Lossless", .jpegLS),
        "1.2.840.10008.1.2.4.81": ("JPEG-LS Near-Lossless", .jpegLS),
        "1.2.840.10008.1.2.4.90": ("JPEG 2000 Lossless Only", .jpeg2000),
        "1.2.840.10008.1.2.4.91": ("JPEG 2000", .jpeg2000),
        "1.2.840.10008.1.2.4.201": ("High-Throughput JPEG 2000 Lossless Only", .unsupported),
        "1.2.840.10008.1.2.4.202": ("High-Throughput JPEG 2000 with RPCL Lossless Only", .unsupported),
        "1.2.840.10008.1.2.4.203": ("High-Throughput JPEG 2000", .unsupported),
    ]
}
