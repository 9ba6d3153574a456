import CZlib

/// Builds archives for tests.
struct ArchiveBuilder {
    private(set) var bytes: [UInt8] = []

    /// Adds an entry; `declaredSize` lies about its size.
    mutating func add(_ path: String, _ text: String, type: Character = "0", declaredSize: Int? = nil, checksumOffset: Int = 0) {
        let content = Array(text.utf8)
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at position: Int, length: Int) {
            for (index, byte) in text.utf8.prefix(length).enumerated() { header[position + index] = byte }
        }
        func octal(_ value: Int, _ width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }
        put(path, at: 0, length: 100)
        put("0000644", at: 100, length: 8)
        put(octal(declaredSize ?? content.count, 11), at: 124, length: 12)
        put(String(type), at: 156, length: 1)
        put("ustar", at: 257, length: 5)
        put("00", at: 263, length: 2)
        for index in 148..<156 { header[index] = 32 }
        let sum = header.reduce(0) { $0 + Int($1) } + checksumOffset
        put(octal(sum, 6) + "\0", at: 148, length: 8)
        bytes += header + content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The archive with its end.
    var tar: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// The archive, compressed.
    var tarGzip: [UInt8] { Self.gzip(tar) }

    /// Compresses bytes.
    static func gzip(_ input: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        guard
            deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return [] }
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))) + 64)
        var input = input
        let written = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? target.count - Int(stream.avail_out) : 0
            }
        }
        return Array(output[..<written])
    }
}
