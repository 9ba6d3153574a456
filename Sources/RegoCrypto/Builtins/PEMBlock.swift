/// One block of PEM text (RFC 7468), read as leniently as Go reads it: anything may stand before the first block, headers are skipped.
struct PEMBlock {
    /// What stands after `BEGIN`.
    var type: String
    /// What the block encodes.
    var bytes: [UInt8]

    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)
    private static let newline = UInt8(ascii: "\n")

    /// Finds the next block.
    ///
    /// - Returns: the block and what follows its last line; `nil` without a complete block.
    /// - Complexity: O(n): the end that was found for a malformed block serves the blocks before it, too.
    static func next(in text: ArraySlice<UInt8>) -> (block: PEMBlock, rest: ArraySlice<UInt8>)? {
        var rest = text
        var knownEnd: Int?
        while true {
            guard let start = beginning(in: rest) else { return nil }
            rest = rest[start...]
            let (typeLine, afterType) = line(rest)
            rest = afterType
            guard typeLine.suffix(dashes.count).elementsEqual(dashes), typeLine.count >= dashes.count else { continue }
            let type = typeLine.dropLast(dashes.count)
            var hasHeaders = false
            while true {
                guard !rest.isEmpty else { return nil }
                let (header, next) = line(rest)
                guard header.contains(UInt8(ascii: ":")) else { break }
                hasHeaders = true
                rest = next
            }
            let contentEnd: Int
            let endLine: Int
            if !hasHeaders, rest.starts(with: end) {
                (contentEnd, endLine) = (rest.startIndex, rest.startIndex)
            } else {
                if knownEnd.map({ $0 < rest.startIndex }) != false { knownEnd = find([newline] + end, in: rest) }
                guard let found = knownEnd else { return nil }
                (contentEnd, endLine) = (found, found + 1)
            }
            let (lastLine, following) = line(rest[endLine...])
            guard lastLine.elementsEqual(end + Array(type) + dashes) else { continue }
            let lines = rest[..<contentEnd]
            // Found at the next `BEGIN` when there is one, so that blocks without an end are not copied again and again.
            guard !lines.contains(UInt8(ascii: "-")) else { continue }
            let content = lines.filter { $0 != 0x20 && $0 != 0x09 }
            guard let bytes = try? Base64Text.decode(content) else { continue }
            return (PEMBlock(type: String(decoding: type, as: UTF8.self), bytes: bytes), following)
        }
    }

    /// Where the type begins, after a `-----BEGIN ` that begins a line.
    private static func beginning(in text: ArraySlice<UInt8>) -> Int? {
        if text.starts(with: begin) { return text.startIndex + begin.count }
        return find([newline] + begin, in: text).map { $0 + 1 + begin.count }
    }

    private static func find(_ pattern: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= pattern.count else { return nil }
        var at = text.startIndex
        while let found = text[at...].firstIndex(of: pattern[0]) {
            if text[found...].starts(with: pattern) { return found }
            at = found + 1
        }
        return nil
    }

    /// The first line without trailing white space, and what follows it.
    private static func line(_ text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        let lineEnd = text.firstIndex(of: newline)
        var line = text[..<(lineEnd ?? text.endIndex)]
        while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D { line.removeLast() }
        return (line, lineEnd.map { text[($0 + 1)...] } ?? text[text.endIndex...])
    }
}
