/// A data element's tag (DICOM PS3.5 section 7.1).
struct Tag: Hashable, CustomStringConvertible {
    let group: UInt16
    let element: UInt16

    init(_ group: UInt16, _ element: UInt16) {
        self.group = group
        self.element = element
    }

    var description: String { "(\(Self.hex(group)),\(Self.hex(element)))" }

    private static func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    static let item = Tag(0xFFFE, 0xE000)
    static let itemEnd = Tag(0xFFFE, 0xE00D)
    static let sequenceEnd = Tag(0xFFFE, 0xE0DD)
    static let pixelData = Tag(0x7FE0, 0x0010)
    static let transferSyntax = Tag(0x0002, 0x0010)
}

/// The elements that may become values: image geometry and what a policy decides on. Nothing of the patient (group 0010) is among them, so no
/// code path exists that could copy a name out of a file.
enum WhitelistedElement: CaseIterable {
    case sopClassUID, sopInstanceUID, modality, patientIdentityRemoved, bodyPart, studyInstanceUID, seriesInstanceUID
    case samplesPerPixel, photometric, numberOfFrames, rows, columns, bitsAllocated, bitsStored, highBit, pixelRepresentation
    case burnedInAnnotation, windowCenter, windowWidth, rescaleIntercept, rescaleSlope

    /// How the value is written.
    enum Form {
        case uid, code, unsignedShort, decimal, integer
    }

    var tag: Tag {
        switch self {
        case .sopClassUID: Tag(0x0008, 0x0016)
        case .sopInstanceUID: Tag(0x0008, 0x0018)
        case .modality: Tag(0x0008, 0x0060)
        case .patientIdentityRemoved: Tag(0x0012, 0x0062)
        case .bodyPart: Tag(0x0018, 0x0015)
        case .studyInstanceUID: Tag(0x0020, 0x000D)
        case .seriesInstanceUID: Tag(0x0020, 0x000E)
        case .samplesPerPixel: Tag(0x0028, 0x0002)
        case .photometric: Tag(0x0028, 0x0004)
        case .numberOfFrames: Tag(0x0028, 0x0008)
        case .rows: Tag(0x0028, 0x0010)
        case .columns: Tag(0x0028, 0x0011)
        case .bitsAllocated: Tag(0x0028, 0x0100)
        case .bitsStored: Tag(0x0028, 0x0101)
        case .highBit: Tag(0x0028, 0x0102)
        case .pixelRepresentation: Tag(0x0028, 0x0103)
        case .burnedInAnnotation: Tag(0x0028, 0x0301)
        case .windowCenter: Tag(0x0028, 0x1050)
        case .windowWidth: Tag(0x0028, 0x1051)
        case .rescaleIntercept: Tag(0x0028, 0x1052)
        case .rescaleSlope: Tag(0x0028, 0x1053)
        }
    }

    var form: Form {
        switch self {
        case .sopClassUID, .sopInstanceUID, .studyInstanceUID, .seriesInstanceUID: .uid
        case .modality, .patientIdentityRemoved, .bodyPart, .photometric, .burnedInAnnotation: .code
        case .numberOfFrames: .integer
        case .windowCenter, .windowWidth, .rescaleIntercept, .rescaleSlope: .decimal
        default: .unsignedShort
        }
    }

    static let byTag = Dictionary(uniqueKeysWithValues: allCases.map { ($0.tag, $0) })
}
