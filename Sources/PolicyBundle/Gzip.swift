import CZlib

/// Unpacks gzip data (RFC 1952) through zlib, with a bound on what comes out.
package enum Gzip {
    /// Unpacks all members of a text.
    ///
    /// The size that the trailer claims is not trusted: memory grows with what is really unpacked.
    ///
    /// - Parameters:
    ///   - limit: the greatest number of bytes that may come out.
    /// - Throws: a `BundleError` for what is no gzip data, is cut off, damaged, or longer than the limit.
    package static func unpack(_ bytes: [UInt8], limit: Int) throws(BundleError) -> [UInt8] {
        guard bytes.count > 2, bytes[0] == 0x1F, bytes[1] == 0x8B else {
            throw BundleError("archive read failed: gzip: invalid header")
        }
        guard bytes.count <= Int(UInt32.max) else { throw BundleError("gzip: more than \(UInt32.max) bytes") }
        var stream = z_stream()
        // 15 is the greatest window; 16 asks for gzip's header and checksum instead of zlib's.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw BundleError("gzip: zlib does not start")
        }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var problem: BundleError?
        var input = bytes
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            problem = inflateAll(&stream, into: &output, limit: limit)
        }
        if let problem { throw problem }
        return output
    }

    private static let chunk = 1 << 16

    private static func inflateAll(_ stream: inout z_stream, into output: inout [UInt8], limit: Int) -> BundleError? {
        while true {
            let start = output.count
            output.append(contentsOf: repeatElement(0, count: chunk))
            let status = output.withUnsafeMutableBufferPointer { buffer -> Int32 in
                stream.next_out = buffer.baseAddress.map { $0 + start }
                stream.avail_out = UInt32(chunk)
                return inflate(&stream, Z_NO_FLUSH)
            }
            let written = chunk - Int(stream.avail_out)
            output.removeLast(chunk - written)
            guard output.count <= limit else { return BundleError("gzip: unpacks to more than \(limit) bytes") }
            switch status {
            case Z_STREAM_END:
                guard stream.avail_in > 0 else { return nil }
                // Another member may follow.
                guard inflateReset(&stream) == Z_OK else { return BundleError("gzip: zlib does not start again") }
            case Z_OK where written > 0 || stream.avail_in > 0: continue
            case Z_OK, Z_BUF_ERROR: return BundleError("gzip: unexpected end of the data")
            default: return BundleError("gzip: the data are damaged")
            }
        }
    }
}
