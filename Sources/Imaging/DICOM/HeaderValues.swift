/// Turns the values of whitelisted elements into header facts. A fact that is written twice or unreadably is an error, never a guess: two
/// readers must not see two modalities in one file.
struct HeaderValues {
    var header: DICOMHeader
    private let isBigEndian: Bool
    private var seen: Set<Tag> = []

    init(header: DICOMHeader, isBigEndian: Bool) {
        self.header = header
        self.isBigEndian = isBigEndian
    }

    static func duplicate(_ element: DataSetReader.Element) -> ImageError {
        ImageError(.malformed, "element \(element.tag) appears a second time at offset \(element.offset)")
    }

    mutating func take(_ known: WhitelistedElement, _ element: DataSetReader.Element, from source: inout ByteSource) throws(ImageError) {
        guard seen.insert(element.tag).inserted else { throw Self.duplicate(element) }
        switch known.form {
        case .uid: try takeUID(known, element, from: &source)
        case .code: try takeCode(known, element, from: &source)
        case .unsignedShort: try takeShort(known, element, from: &source)
        case .decimal: try takeDecimal(known, element, from: &source)
        case .integer:
            guard let text = try Self.text(of: element, in: &source) else { return }
            guard let frames = Int(text), frames >= 1, frames <= 1_000_000 else {
                throw Self.unreadable(element, "a number of frames")
            }
            header.numberOfFrames = frames
        }
    }

    private mutating func takeUID(_ known: WhitelistedElement, _ element: DataSetReader.Element, from source: inout ByteSource)
        throws(ImageError)
    {
        let uid = try Self.uid(of: element, in: &source)
        switch known {
        case .sopClassUID: header.sopClassUID = uid
        case .sopInstanceUID: header.sopInstanceUID = uid
        case .studyInstanceUID: header.studyInstanceUID = uid
        default: header.seriesInstanceUID = uid
        }
    }

    private mutating func takeCode(
        _ known: WhitelistedElement, _ element: DataSetReader.Element, from source: inout ByteSource
    ) throws(ImageError) {
        guard let text = try Self.text(of: element, in: &source)?.uppercased() else { return }
        let isCode = text.utf8.count <= 16 && text.utf8.allSatisfy(Self.isCodeCharacter)
        switch known {
        case .bodyPart:
            // People type here; what is no code string may name anybody and is left out.
            header.bodyPart = isCode ? text : nil
            return
        case .modality: header.modality = text
        case .photometric: header.photometric = text
        case .burnedInAnnotation: header.burnedInAnnotation = Self.answer(text)
        default: header.patientIdentityRemoved = Self.answer(text)
        }
        guard isCode else { throw Self.unreadable(element, "a code string") }
    }

    private static func answer(_ text: String) -> Bool? {
        switch text {
        case "YES": true
        case "NO": false
        default: nil
        }
    }

    private static func isCodeCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "_"): true
        default: false
        }
    }

    private mutating func takeShort(
        _ known: WhitelistedElement, _ element: DataSetReader.Element, from source: inout ByteSource
    ) throws(ImageError) {
        guard element.length != 0 else { return }
        guard element.length == 2 else { throw Self.unreadable(element, "one 16-bit number") }
        let number = Int(try source.word(at: element.valueOffset, bigEndian: isBigEndian))
        switch known {
        case .samplesPerPixel: header.samplesPerPixel = number
        case .rows: header.rows = number
        case .columns: header.columns = number
        case .bitsAllocated: header.bitsAllocated = number
        case .bitsStored: header.bitsStored = number
        case .highBit: header.highBit = number
        default:
            guard number <= 1 else { throw Self.unreadable(element, "0 or 1") }
            header.isSigned = number == 1
        }
    }

    private mutating func takeDecimal(
        _ known: WhitelistedElement, _ element: DataSetReader.Element, from source: inout ByteSource
    ) throws(ImageError) {
        guard let text = try Self.text(of: element, in: &source) else { return }
        let first = text.prefix { $0 != "\\" }.filter { $0 != " " }
        // Double's own parser also takes `nan`, `inf` and hexadecimal, which are no decimal strings.
        let isDecimal = first.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard isDecimal, let number = Double(first), number.isFinite else { throw Self.unreadable(element, "a decimal number") }
        switch known {
        case .windowCenter: header.windowCenter = number
        case .windowWidth: header.windowWidth = number
        case .rescaleIntercept: header.rescaleIntercept = number
        default: header.rescaleSlope = number
        }
    }

    /// The value of a UID element, without its padding.
    static func uid(of element: DataSetReader.Element, in source: inout ByteSource) throws(ImageError) -> String? {
        guard let text = try text(of: element, in: &source) else { return nil }
        let isUID =
            text.utf8.count <= 64
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
        guard isUID else { throw unreadable(element, "a UID") }
        return text
    }

    /// A text value in printable ASCII, without padding; nil when it is empty.
    private static func text(of element: DataSetReader.Element, in source: inout ByteSource) throws(ImageError) -> String? {
        guard let length = element.length, length <= 1024 else { throw unreadable(element, "a value of at most 1024 bytes") }
        var bytes = try source.bytes(at: element.valueOffset, count: length)[...]
        while let last = bytes.last, last == 0 || last == UInt8(ascii: " ") { bytes.removeLast() }
        while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { throw unreadable(element, "printable ASCII") }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func unreadable(_ element: DataSetReader.Element, _ expected: String) -> ImageError {
        ImageError(.malformed, "element \(element.tag) at offset \(element.offset) does not hold \(expected)")
    }
}
