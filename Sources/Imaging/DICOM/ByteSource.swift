/// Bounds-checked random access to a file or to bytes in memory. A file is read in pages, so that skipped values are never copied.
struct ByteSource {
    private enum Storage {
        case memory([UInt8])
        case file(FileDescriptor)
    }

    /// Bytes in all.
    let count: Int
    private let storage: Storage
    private var page: [UInt8] = []
    private var pageStart = 0
    private static let pageBytes = 8192

    init(bytes: [UInt8]) {
        self.storage = .memory(bytes)
        self.count = bytes.count
    }

    init(file: FileDescriptor, count: Int) {
        self.storage = .file(file)
        self.count = count
    }

    /// Copies `length` bytes from `offset`.
    ///
    /// - Throws: `.truncated` when they are not all there.
    mutating func bytes(at offset: Int, count length: Int) throws(ImageError) -> [UInt8] {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
            throw ImageError(.truncated, "\(length) bytes are needed at offset \(offset), but the file ends at \(count)")
        }
        switch storage {
        case .memory(let bytes):
            return Array(bytes[offset..<offset + length])
        case .file(let file):
            if length > Self.pageBytes {
                let read = try file.read(count: length, at: offset)
                guard read.count == length else { throw Self.shrunk(at: offset) }
                return read
            }
            if offset < pageStart || offset + length > pageStart + page.count {
                page = try file.read(count: min(Self.pageBytes, count - offset), at: offset)
                pageStart = offset
                guard page.count >= length else { throw Self.shrunk(at: offset) }
            }
            return Array(page[offset - pageStart..<offset - pageStart + length])
        }
    }

    private static func shrunk(at offset: Int) -> ImageError {
        ImageError(.truncated, "the file became shorter while it was read (offset \(offset))")
    }

    /// A number of two bytes.
    mutating func word(at offset: Int, bigEndian: Bool) throws(ImageError) -> UInt16 {
        let pair = try bytes(at: offset, count: 2)
        return bigEndian ? UInt16(pair[0]) << 8 | UInt16(pair[1]) : UInt16(pair[1]) << 8 | UInt16(pair[0])
    }

    /// A number of four bytes.
    mutating func long(at offset: Int, bigEndian: Bool) throws(ImageError) -> UInt32 {
        let four = try bytes(at: offset, count: 4)
        let ordered = bigEndian ? four : four.reversed()
        return ordered.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
