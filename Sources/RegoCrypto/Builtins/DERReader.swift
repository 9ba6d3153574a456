/// Reads DER (X.690) element by element; lengths beyond the input are refused.
struct DERReader {
    /// One element.
    struct Element {
        /// Class, form and number; numbers above 30 do not occur in certificates.
        let tag: UInt8
        let content: ArraySlice<UInt8>
        /// With tag and length.
        let full: ArraySlice<UInt8>

        /// The elements inside.
        var reader: DERReader { DERReader(content) }
    }

    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The tag of the next element; `nil` at the end.
    var nextTag: UInt8? { rest.first }

    /// The next element, of this tag when one is given.
    mutating func next(_ tag: UInt8? = nil) throws(CryptoFault) -> Element {
        let start = rest.startIndex
        guard rest.count >= 2, rest[start] & 0x1F != 0x1F, tag == nil || rest[start] == tag else { throw Self.fault }
        var length = Int(rest[start + 1])
        var at = start + 2
        if length >= 0x80 {
            let count = length & 0x7F
            guard (1...4).contains(count), rest.endIndex - at >= count else { throw Self.fault }
            length = rest[at..<(at + count)].reduce(0) { $0 << 8 | Int($1) }
            at += count
            // DER has one form of each length: the shortest.
            guard length >= 0x80, length >> ((count - 1) * 8) != 0 else { throw Self.fault }
        }
        guard rest.endIndex - at >= length else { throw Self.fault }
        let element = Element(tag: rest[start], content: rest[at..<(at + length)], full: rest[start..<(at + length)])
        rest = rest[(at + length)...]
        return element
    }

    /// The next element when it has this tag.
    mutating func optional(_ tag: UInt8) throws(CryptoFault) -> Element? { nextTag == tag ? try next() : nil }

    /// What everything that is no DER, or not the DER of a certificate, is called.
    static let fault = CryptoFault("x509: malformed certificate")
}

extension DERReader.Element {
    /// The arcs of an object identifier; large ones are refused.
    func objectIdentifier() throws(CryptoFault) -> [Int] {
        guard let last = content.last, last < 0x80 else { throw DERReader.fault }
        var arcs: [Int] = []
        var arc = 0
        for byte in content {
            guard arc < 1 << 50 else { throw DERReader.fault }
            arc = arc << 7 | Int(byte & 0x7F)
            guard byte < 0x80 else { continue }
            if arcs.isEmpty {
                let first = min(arc / 40, 2)
                arcs = [first, arc - first * 40]
            } else {
                arcs.append(arc)
            }
            arc = 0
        }
        return arcs
    }

    /// A small integer.
    func smallInteger() throws(CryptoFault) -> Int {
        guard (1...7).contains(content.count), let first = content.first else { throw DERReader.fault }
        return content.reduce(first >= 0x80 ? -1 : 0) { $0 << 8 | Int($1) }
    }

    /// The text of any of the string types.
    func text() throws(CryptoFault) -> String {
        switch tag {
        case 0x1E:
            guard content.count % 2 == 0 else { throw DERReader.fault }
            let units = stride(from: content.startIndex, to: content.endIndex, by: 2)
                .map { UInt16(content[$0]) << 8 | UInt16(content[$0 + 1]) }
            return String(decoding: units, as: UTF16.self)
        case 0x14: return String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
        default: return String(decoding: content, as: UTF8.self)
        }
    }

    /// A UTCTime or GeneralizedTime in UTC, as RFC 3339 writes it.
    func time() throws(CryptoFault) -> String {
        var digits = String(decoding: content, as: UTF8.self)
        if tag == 0x17 { digits = (digits < "50" ? "20" : "19") + digits }
        let bytes = Array(digits.utf8)
        guard bytes.count == 15, bytes[14] == UInt8(ascii: "Z"), bytes[..<14].allSatisfy({ (48...57).contains($0) }) else {
            throw DERReader.fault
        }
        let part = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
    }
}
