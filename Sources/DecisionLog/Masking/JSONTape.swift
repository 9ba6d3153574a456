/// A JSON document (RFC 8259) as a flat list of nodes over its bytes: enough to walk it and to write it anew, without building values.
struct JSONTape {
    /// What a node is.
    enum Kind: UInt8 {
        case null, boolean, number, string, array, object
    }

    /// One value, or one member's name (a string before the member's value).
    struct Node {
        var kind: Kind
        /// A string with escapes.
        var isEscaped = false
        /// The node's bytes; a string's without its quotes.
        var start: Int32
        var end: Int32
        /// The index after the node and everything in it.
        var next: Int32 = 0
    }

    /// Deeper documents are not read; SQLite's JSON functions would refuse them at 2,000.
    static let depthLimit = 256

    let bytes: [UInt8]
    private(set) var nodes: [Node] = []

    /// Reads a document; `nil` when it is not UTF-8, not JSON, nested too deeply, or of 2 GiB and more.
    /// - Complexity: O(n).
    init?(_ bytes: [UInt8]) {
        guard bytes.count < Int(Int32.max), String(validating: bytes, as: UTF8.self) != nil else { return nil }
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 8 + 1)
        var at = 0
        guard readValue(&at, depth: 0) else { return nil }
        skipSpace(&at)
        guard at == bytes.count else { return nil }
    }

    /// The indices of an array's elements; none for another kind.
    func elements(of index: Int) -> [Int] {
        guard nodes[index].kind == .array else { return [] }
        var elements: [Int] = []
        var child = index + 1
        while child < Int(nodes[index].next) {
            elements.append(child)
            child = Int(nodes[child].next)
        }
        return elements
    }

    /// The indices of an object's names and values; none for another kind.
    func members(of index: Int) -> [(name: Int, value: Int)] {
        guard nodes[index].kind == .object else { return [] }
        var members: [(name: Int, value: Int)] = []
        var name = index + 1
        while name < Int(nodes[index].next) {
            members.append((name, name + 1))
            name = Int(nodes[name + 1].next)
        }
        return members
    }

    /// A node's bytes as they are in the document; a string's without its quotes.
    func raw(_ index: Int) -> ArraySlice<UInt8> { bytes[Int(nodes[index].start)..<Int(nodes[index].end)] }

    /// The text of a string, or the source of another scalar.
    func string(_ index: Int) -> String { String(decoding: utf8(index), as: UTF8.self) }

    /// The UTF-8 of a string, its escapes resolved; a surrogate without its partner becomes U+FFFD.
    func utf8(_ index: Int) -> [UInt8] {
        let node = nodes[index]
        guard node.isEscaped else { return Array(raw(index)) }
        var text: [UInt8] = []
        text.reserveCapacity(Int(node.end - node.start))
        var at = Int(node.start)
        while at < Int(node.end) {
            guard bytes[at] == UInt8(ascii: "\\") else {
                text.append(bytes[at])
                at += 1
                continue
            }
            at += 2
            switch bytes[at - 1] {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = escapedScalar(&at, end: Int(node.end))
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            default: text.append(bytes[at - 1])
            }
        }
        return text
    }

    /// Reads the digits after `\u`, and the second half of a pair.
    private func escapedScalar(_ at: inout Int, end: Int) -> Unicode.Scalar {
        let high = code(at)
        at += 4
        if high & 0xFC00 == 0xD800, at + 6 <= end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
            let low = code(at + 2)
            if low & 0xFC00 == 0xDC00 {
                at += 6
                return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
            }
        }
        return Unicode.Scalar(high) ?? "\u{FFFD}"
    }

    private func code(_ at: Int) -> UInt32 {
        bytes[at..<at + 4].reduce(0) { $0 << 4 | UInt32(Hexadecimal.digit($1) ?? 0) }
    }
}

extension JSONTape {
    private func skipSpace(_ at: inout Int) {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
    }

    private func take(_ byte: UInt8, _ at: inout Int) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func close(_ index: Int, _ at: Int) -> Bool {
        nodes[index].end = Int32(at)
        nodes[index].next = Int32(nodes.count)
        return true
    }

    private mutating func open(_ kind: Kind, _ at: Int) -> Int {
        nodes.append(Node(kind: kind, start: Int32(at), end: Int32(at)))
        return nodes.count - 1
    }

    private mutating func readValue(_ at: inout Int, depth: Int) -> Bool {
        skipSpace(&at)
        guard depth <= Self.depthLimit, at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "{"): return readObject(&at, depth: depth)
        case UInt8(ascii: "["): return readArray(&at, depth: depth)
        case UInt8(ascii: "\""): return readString(&at)
        case UInt8(ascii: "t"): return readWord("true", .boolean, &at)
        case UInt8(ascii: "f"): return readWord("false", .boolean, &at)
        case UInt8(ascii: "n"): return readWord("null", .null, &at)
        default: return readNumber(&at)
        }
    }

    private mutating func readObject(_ at: inout Int, depth: Int) -> Bool {
        let index = open(.object, at)
        at += 1
        skipSpace(&at)
        if take(UInt8(ascii: "}"), &at) { return close(index, at) }
        while true {
            skipSpace(&at)
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\""), readString(&at) else { return false }
            skipSpace(&at)
            guard take(UInt8(ascii: ":"), &at), readValue(&at, depth: depth + 1) else { return false }
            skipSpace(&at)
            if take(UInt8(ascii: "}"), &at) { return close(index, at) }
            guard take(UInt8(ascii: ","), &at) else { return false }
        }
    }

    private mutating func readArray(_ at: inout Int, depth: Int) -> Bool {
        let index = open(.array, at)
        at += 1
        skipSpace(&at)
        if take(UInt8(ascii: "]"), &at) { return close(index, at) }
        while true {
            guard readValue(&at, depth: depth + 1) else { return false }
            skipSpace(&at)
            if take(UInt8(ascii: "]"), &at) { return close(index, at) }
            guard take(UInt8(ascii: ","), &at) else { return false }
        }
    }

    private mutating func readString(_ at: inout Int) -> Bool {
        at += 1
        let index = open(.string, at)
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                _ = close(index, at)
                at += 1
                return true
            case UInt8(ascii: "\\"):
                nodes[index].isEscaped = true
                guard at + 1 < bytes.count else { return false }
                switch bytes[at + 1] {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
                    UInt8(ascii: "r"), UInt8(ascii: "t"):
                    at += 2
                case UInt8(ascii: "u"):
                    guard at + 6 <= bytes.count, bytes[at + 2..<at + 6].allSatisfy({ Hexadecimal.digit($0) != nil }) else { return false }
                    at += 6
                default: return false
                }
            case 0..<0x20: return false
            default: at += 1
            }
        }
        return false
    }

    private mutating func readWord(_ word: StaticString, _ kind: Kind, _ at: inout Int) -> Bool {
        let index = open(kind, at)
        let isThere = word.withUTF8Buffer { text in at + text.count <= bytes.count && bytes[at..<at + text.count].elementsEqual(text) }
        guard isThere else { return false }
        at += word.utf8CodeUnitCount
        return close(index, at)
    }

    private mutating func readNumber(_ at: inout Int) -> Bool {
        let index = open(.number, at)
        _ = take(UInt8(ascii: "-"), &at)
        if !take(UInt8(ascii: "0"), &at) { guard skipDigits(&at) else { return false } }
        if take(UInt8(ascii: "."), &at) { guard skipDigits(&at) else { return false } }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if !take(UInt8(ascii: "+"), &at) { _ = take(UInt8(ascii: "-"), &at) }
            guard skipDigits(&at) else { return false }
        }
        return close(index, at)
    }

    private func skipDigits(_ at: inout Int) -> Bool {
        let start = at
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
        return at > start
    }
}
