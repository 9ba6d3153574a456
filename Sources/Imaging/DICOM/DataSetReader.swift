/// Steps through data elements (PS3.5 section 7): their tags, lengths and ends, never their values.
struct DataSetReader {
    /// One element's head.
    struct Element {
        let tag: Tag
        /// The value representation as written; nil in implicit syntax.
        let representation: String?
        /// Where the tag begins.
        let offset: Int
        let valueOffset: Int
        /// Bytes of the value; nil when undefined.
        let length: Int?
    }

    let limits: DICOMLimits
    var isImplicit: Bool
    var isBigEndian: Bool
    private var elements = 0

    init(limits: DICOMLimits, isImplicit: Bool, isBigEndian: Bool) {
        self.limits = limits
        self.isImplicit = isImplicit
        self.isBigEndian = isBigEndian
    }

    /// Reads the head at `offset` and makes sure that a defined length fits the file.
    mutating func element(at offset: Int, in source: inout ByteSource) throws(ImageError) -> Element {
        elements += 1
        guard elements <= limits.maximumElements else {
            throw ImageError(.limitExceeded, "the file has more than \(limits.maximumElements) data elements")
        }
        let tag = Tag(
            try source.word(at: offset, bigEndian: isBigEndian), try source.word(at: offset + 2, bigEndian: isBigEndian))
        var valueOffset = offset + 8
        var representation: String?
        let length: UInt32
        if isImplicit || tag.group == 0xFFFE {
            length = try source.long(at: offset + 4, bigEndian: isBigEndian)
        } else {
            let letters = try source.bytes(at: offset + 4, count: 2)
            guard letters.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }) else {
                throw ImageError(.malformed, "element \(tag) at offset \(offset) has no value representation of two letters")
            }
            let written = String(decoding: letters, as: UTF8.self)
            representation = written
            if Self.longForms.contains(written) {
                length = try source.long(at: offset + 8, bigEndian: isBigEndian)
                valueOffset = offset + 12
            } else {
                length = UInt32(try source.word(at: offset + 6, bigEndian: isBigEndian))
            }
        }
        let element = Element(
            tag: tag, representation: representation, offset: offset, valueOffset: valueOffset,
            length: length == .max ? nil : Int(length))
        if let length = element.length, length > source.count - valueOffset {
            throw ImageError(
                .truncated, "element \(tag) at offset \(offset) has \(length) bytes, but the file ends at \(source.count)")
        }
        return element
    }

    private static let longForms: Set<String> = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]

    /// The offset after an element, found by walking its items when its length is undefined.
    mutating func end(of element: Element, in source: inout ByteSource) throws(ImageError) -> Int {
        if let length = element.length { return element.valueOffset + length }
        return try endOfSequence(element, depth: 1, in: &source)
    }

    private mutating func endOfSequence(_ sequence: Element, depth: Int, in source: inout ByteSource) throws(ImageError) -> Int {
        guard depth <= limits.maximumDepth else {
            throw ImageError(.limitExceeded, "sequences are nested deeper than \(limits.maximumDepth) at offset \(sequence.offset)")
        }
        guard ["SQ", "UN", nil].contains(sequence.representation) else {
            throw ImageError(.malformed, "element \(sequence.tag) at offset \(sequence.offset) may not have an undefined length")
        }
        // CP-246: the content of an undefined-length UN element is implicit little endian.
        let outer = (isImplicit, isBigEndian)
        if sequence.representation == "UN" { (isImplicit, isBigEndian) = (true, false) }
        defer { (isImplicit, isBigEndian) = outer }
        var offset = sequence.valueOffset
        while true {
            let item = try element(at: offset, in: &source)
            switch item.tag {
            case .sequenceEnd:
                return item.valueOffset
            case .item:
                offset = try endOfItem(item, depth: depth, in: &source)
            default:
                throw ImageError(.malformed, "\(item.tag) at offset \(offset) stands where an item of \(sequence.tag) must stand")
            }
        }
    }

    private mutating func endOfItem(_ item: Element, depth: Int, in source: inout ByteSource) throws(ImageError) -> Int {
        if let length = item.length { return item.valueOffset + length }
        var offset = item.valueOffset
        while true {
            let inner = try element(at: offset, in: &source)
            if inner.tag == .itemEnd { return inner.valueOffset }
            guard inner.tag.group != 0xFFFE else {
                throw ImageError(.malformed, "\(inner.tag) at offset \(offset) stands inside an item")
            }
            if let length = inner.length {
                offset = inner.valueOffset + length
            } else {
                offset = try endOfSequence(inner, depth: depth + 1, in: &source)
            }
        }
    }
}
