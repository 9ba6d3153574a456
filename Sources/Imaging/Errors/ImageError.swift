/// Why an image could not be opened, read or decoded.
///
/// Messages name offsets, tags and sizes, never a value from the data set: they may go to a log as they are.
package struct ImageError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable text for logs and tests.
    package enum Code: String, Sendable {
        /// The path is empty, absolute, too long, or holds an empty, `.` or control-character component.
        case invalidPath = "invalid_path"
        /// Nothing there.
        case notFound = "not_found"
        /// The path leaves the store's root, by `..` or by a symbolic link.
        case escapesRoot = "escapes_root"
        /// A folder, FIFO, socket or device.
        case notRegularFile = "not_regular_file"
        /// The operating system refuses to open it.
        case accessDenied = "access_denied"
        /// Larger than the store's limit.
        case tooLarge = "too_large"
        /// The file was modified between opening and decoding.
        case changed = "changed"
        /// No DICOM Part 10 file.
        case notDICOM = "not_dicom"
        /// The structure contradicts DICOM.
        case malformed = "malformed"
        /// The file ends too early.
        case truncated = "truncated"
        /// A reader's limit was met (depth, elements, pixels, bytes).
        case limitExceeded = "limit_exceeded"
        /// A transfer syntax this reader does not decode.
        case unsupportedTransferSyntax = "unsupported_transfer_syntax"
        /// Colour, bit-packed or floating-point pixels.
        case unsupportedPixelFormat = "unsupported_pixel_format"
        /// A data set without an image.
        case noPixelData = "no_pixel_data"
        /// The compressed stream is broken or is not the image that the header describes.
        case codecFailed = "codec_failed"
        /// The kernel lacks `openat2` (Linux 5.6) or a sandbox forbids it.
        case kernelTooOld = "kernel_too_old"
        /// The Debian package of a codec is not installed.
        case codecMissing = "codec_missing"
        /// Reading failed.
        case inputOutput = "input_output"
        /// The store's root is not a folder that can be opened.
        case storeUnavailable = "store_unavailable"
    }

    /// How much of a failure a caller may learn.
    package enum Disclosure: Hashable, Sendable {
        /// The store could not or would not open the image: answer exactly as for a forbidden one.
        case hidden
        /// The image itself is unusable: says so to a caller who may see the image.
        case content
        /// Ward's own trouble, not the image's and not the caller's.
        case operational
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// How much of this failure a caller may learn.
    package var disclosure: Disclosure {
        switch code {
        case .invalidPath, .notFound, .escapesRoot, .notRegularFile, .accessDenied, .tooLarge, .changed: .hidden
        case .kernelTooOld, .codecMissing, .inputOutput, .storeUnavailable: .operational
        default: .content
        }
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension ImageError: Hashable {
    /// Errors are equal by code; messages are for people.
    package static func == (left: ImageError, right: ImageError) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
