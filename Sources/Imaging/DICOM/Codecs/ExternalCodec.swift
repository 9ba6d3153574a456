import CImaging

/// JPEG-LS and JPEG 2000 through the libraries of Debian packages, which are loaded with the first image that needs them.
enum ExternalCodec {
    static func jpegLS(_ stream: [UInt8], rows: Int, columns: Int) throws(ImageError) -> (samples: [Int32], bits: Int) {
        var samples = [Int32](repeating: 0, count: rows * columns)
        var bits: Int32 = 0
        let status = ward_jpegls_decode(stream, stream.count, UInt32(rows), UInt32(columns), &samples, &bits)
        try check(status, codec: "JPEG-LS", library: "CharLS (libcharls.so.2)", package: "libcharls2")
        return (samples, Int(bits))
    }

    static func jpeg2000(_ stream: [UInt8], rows: Int, columns: Int) throws(ImageError) -> (samples: [Int32], bits: Int) {
        var samples = [Int32](repeating: 0, count: rows * columns)
        var bits: Int32 = 0
        var isSigned: Int32 = 0
        let status = ward_jpeg2000_decode(stream, stream.count, UInt32(rows), UInt32(columns), &samples, &bits, &isSigned)
        try check(status, codec: "JPEG 2000", library: "OpenJPEG (libopenjp2.so.7)", package: "libopenjp2-7")
        return (samples, Int(bits))
    }

    private static func check(_ status: ward_codec_status, codec: String, library: String, package: String) throws(ImageError) {
        switch status {
        case WARD_CODEC_OK:
            return
        case WARD_CODEC_MISSING:
            throw ImageError(
                .codecMissing, "\(codec) needs \(library), which is not installed: sudo apt-get install -y \(package)")
        case WARD_CODEC_MISMATCH:
            throw ImageError(.codecFailed, "the \(codec) stream is not the image that the header describes (size, components or precision)")
        default:
            throw ImageError(.codecFailed, "the \(codec) stream is broken")
        }
    }
}
