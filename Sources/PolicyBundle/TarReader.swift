/// Reads the regular files of a tar archive (POSIX ustar, GNU and pax long names) that lies in memory.
///
/// Nothing of an archive is trusted: sizes are checked against what is there, names against leaving the archive's root, and links and
/// devices are passed over.
package struct TarReader {
    /// A file of an archive: its path below the root without a leading slash, and where its bytes lie.
    package struct Entry {
        package let path: String
        package let bytes: ArraySlice<UInt8>
    }

    private let bytes: [UInt8]
    private var offset = 0
    private var count = 0
    private let limits: BundleLimits

    package init(_ bytes: [UInt8], limits: BundleLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private static let block = 512
    /// Bytes of a long name or of pax records beyond which an archive is refused.
    private static let nameLimit = 1 << 20

    /// The next regular file; `nil` behind the last.
    package mutating func next() throws(BundleError) -> Entry? {
        var longName: String?
        while offset < bytes.count {
            guard offset + Self.block <= bytes.count else { throw BundleError("tar: unexpected end of the archive") }
            let header = bytes[offset..<(offset + Self.block)]
            // A block of zeros ends the archive.
            if header.allSatisfy({ $0 == 0 }) { return nil }
            count += 1
            guard count <= limits.entries else { throw BundleError("tar: more than \(limits.entries) entries") }
            try check(header)
            let start = offset + Self.block
            let size = try number(header, at: 124, length: 12)
            guard size >= 0, size <= bytes.count - start else { throw BundleError("tar: unexpected end of the archive") }
            let content = bytes[start..<(start + size)]
            offset = min(start + (size + Self.block - 1) / Self.block * Self.block, bytes.count)

            switch header[header.startIndex + 156] {
            case UInt8(ascii: "L"): longName = try longText(content)
            case UInt8(ascii: "x"): longName = try paxPath(content) ?? longName
            case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
                guard size <= limits.fileSize else { throw BundleError("tar: a file has more than \(limits.fileSize) bytes") }
                let path = try Self.clean(longName ?? name(header))
                longName = nil
                // Some tools write folders as files whose name ends with a slash.
                guard !path.isEmpty else { continue }
                return Entry(path: path, bytes: content)
            default: longName = nil
            }
        }
        return nil
    }

    /// Compares the sum of the header's bytes, its own field counted as blanks, with the one that it gives.
    private func check(_ header: ArraySlice<UInt8>) throws(BundleError) {
        let start = header.startIndex
        var sum = 0
        var signed = 0
        for (index, byte) in header.enumerated() {
            let counted = (148..<156).contains(index) ? 32 : byte
            sum += Int(counted)
            signed += Int(Int8(bitPattern: counted))
        }
        let given = try number(header, at: 148, length: 8)
        guard given == sum || given == signed else { throw BundleError("tar: invalid header at byte \(start)") }
    }

    /// An octal number, or a binary one whose first byte has the highest bit set.
    private func number(_ header: ArraySlice<UInt8>, at position: Int, length: Int) throws(BundleError) -> Int {
        let field = header[(header.startIndex + position)..<(header.startIndex + position + length)]
        var value = 0
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80 else { throw BundleError("tar: invalid number at byte \(field.startIndex)") }
            for byte in field.dropFirst() {
                guard value <= Int.max >> 8 else { throw BundleError("tar: invalid number at byte \(field.startIndex)") }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let text = field.drop { $0 == 32 || $0 == 0 }.prefix { $0 != 32 && $0 != 0 }
        for byte in text {
            guard (48...55).contains(byte) else { throw BundleError("tar: invalid number at byte \(field.startIndex)") }
            value = value << 3 | Int(byte - 48)
        }
        return value
    }

    private func name(_ header: ArraySlice<UInt8>) -> String {
        let start = header.startIndex
        let name = text(header[start..<(start + 100)])
        guard header[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8), header[start + 262] == 0 else { return name }
        let prefix = text(header[(start + 345)..<(start + 500)])
        return prefix.isEmpty ? name : prefix + "/" + name
    }

    private func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func longText(_ content: ArraySlice<UInt8>) throws(BundleError) -> String {
        guard content.count <= Self.nameLimit else { throw BundleError("tar: a name has more than \(Self.nameLimit) bytes") }
        return text(content)
    }

    /// The `path` of pax records: `length key=value\n`, the length counting the whole record.
    private func paxPath(_ content: ArraySlice<UInt8>) throws(BundleError) -> String? {
        guard content.count <= Self.nameLimit else { throw BundleError("tar: extended headers have more than \(Self.nameLimit) bytes") }
        var path: String?
        var rest = content
        while !rest.isEmpty {
            let digits = rest.prefix { (48...57).contains($0) }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1, length <= rest.count,
                rest[rest.startIndex + digits.count] == 32
            else { throw BundleError("tar: invalid extended header at byte \(rest.startIndex)") }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            if let equals = record.firstIndex(of: UInt8(ascii: "=")), record[..<equals].elementsEqual("path".utf8) {
                path = String(decoding: record[record.index(after: equals)...], as: UTF8.self)
            }
            rest = rest.dropFirst(length)
        }
        return path
    }

    /// A path without empty and `.` segments; empty for folders.
    private static func clean(_ path: String) throws(BundleError) -> String {
        if path.hasSuffix("/") { return "" }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            guard segment != ".." else { throw BundleError("tar: the path \(path) leads out of the archive") }
            segments.append(segment)
        }
        return segments.joined(separator: "/")
    }
}
