/// Writes DICOM files byte by byte, broken ones included.
struct DICOMBuilder {
    var syntax = "1.2.840.10008.1.2.1"
    var isImplicit: Bool { syntax == "1.2.840.10008.1.2" }
    var isBigEndian: Bool { syntax == "1.2.840.10008.1.2.2" }
    private(set) var body: [UInt8] = []

    init(syntax: String = "1.2.840.10008.1.2.1") {
        self.syntax = syntax
    }

    /// An image with the elements a decoder needs.
    static func image(
        rows: Int = 4, columns: Int = 5, syntax: String = "1.2.840.10008.1.2.1", modality: String = "CT", pixels: [UInt8]? = nil
    ) -> DICOMBuilder {
        var builder = DICOMBuilder(syntax: syntax)
        builder.text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2")
        builder.text(0x0008, 0x0060, "CS", modality)
        builder.text(0x0010, 0x0010, "PN", "SECRET^NAME")
        builder.text(0x0020, 0x000D, "UI", "1.2.3")
        builder.short(0x0028, 0x0002, 1)
        builder.text(0x0028, 0x0004, "CS", "MONOCHROME2")
        builder.short(0x0028, 0x0010, rows)
        builder.short(0x0028, 0x0011, columns)
        builder.short(0x0028, 0x0100, 16)
        builder.short(0x0028, 0x0101, 12)
        builder.short(0x0028, 0x0102, 11)
        builder.short(0x0028, 0x0103, 0)
        builder.text(0x0028, 0x1052, "DS", "-1024")
        builder.text(0x0028, 0x1053, "DS", "1")
        builder.element(0x7FE0, 0x0010, "OW", pixels ?? Array(repeating: 1, count: rows * columns * 2))
        return builder
    }

    /// The whole file: preamble, file meta information, data set.
    var file: [UInt8] {
        var meta = DICOMBuilder()
        meta.text(0x0002, 0x0010, "UI", syntax)
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta.body + body
    }

    private func number(_ value: Int, bytes: Int) -> [UInt8] {
        let little = (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBigEndian ? little.reversed() : little
    }

    mutating func tag(_ group: Int, _ element: Int) {
        body += number(group, bytes: 2) + number(element, bytes: 2)
    }

    mutating func raw(_ bytes: [UInt8]) {
        body += bytes
    }

    mutating func long(_ value: Int) {
        body += number(value, bytes: 4)
    }

    /// An element head with any length, whatever follows.
    mutating func head(_ group: Int, _ element: Int, _ representation: String, length: Int) {
        tag(group, element)
        if isImplicit {
            long(length)
        } else {
            body += Array(representation.utf8)
            if ["OB", "OW", "SQ", "UN", "UT"].contains(representation) {
                body += [0, 0]
                long(length)
            } else {
                body += number(length, bytes: 2)
            }
        }
    }

    mutating func element(_ group: Int, _ element: Int, _ representation: String, _ value: [UInt8]) {
        head(group, element, representation, length: value.count)
        body += value
    }

    mutating func text(_ group: Int, _ element: Int, _ representation: String, _ value: String) {
        let padding: [UInt8] = value.utf8.count % 2 == 0 ? [] : [representation == "UI" ? 0 : 0x20]
        self.element(group, element, representation, Array(value.utf8) + padding)
    }

    mutating func short(_ group: Int, _ element: Int, _ value: Int) {
        self.element(group, element, "US", number(value, bytes: 2))
    }
}
