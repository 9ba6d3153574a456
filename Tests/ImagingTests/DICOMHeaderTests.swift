import Imaging
import Testing

@Suite("DICOM header")
struct DICOMHeaderTests {
    let reader = DICOMReader()

    @Test("facts are read in every native syntax", arguments: ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"])
    func facts(syntax: String) throws {
        let header = try reader.readHeader(bytes: DICOMBuilder.image(rows: 4, columns: 5, syntax: syntax, modality: "MR").file)
        #expect(header.transferSyntax.uid == syntax)
        #expect(header.modality == "MR")
        #expect(header.sopClassUID == "1.2.840.10008.5.1.4.1.1.2")
        #expect(header.studyInstanceUID == "1.2.3")
        #expect((header.rows, header.columns) == (4, 5))
        #expect((header.bitsAllocated, header.bitsStored, header.highBit) == (16, 12, 11))
        #expect((header.rescaleSlope, header.rescaleIntercept) == (1, -1024))
        #expect(header.hasPixelData)
        #expect(header.burnedInAnnotation == nil)
    }

    @Test("no patient data becomes part of the header")
    func patient() throws {
        let header = try reader.readHeader(bytes: try readFile("\(Repository.fixtures)/explicit-u12.dcm"))
        #expect(!"\(header)".contains("SECRET"))
        var dumped = ""
        dump(header, to: &dumped)
        #expect(!dumped.contains("SECRET") && !dumped.contains("FIXTURE"))
    }

    @Test("text that is no code in the body part is left out, elsewhere it is an error")
    func unexpectedText() throws {
        var builder = DICOMBuilder()
        builder.text(0x0018, 0x0015, "CS", "J. Smith, room 4")
        #expect(try reader.readHeader(bytes: builder.file).bodyPart == nil)
        var modality = DICOMBuilder()
        modality.text(0x0008, 0x0060, "CS", "C-T")
        #expect(imageErrorCode { _ = try reader.readHeader(bytes: modality.file) } == .malformed)
    }

    @Test("burned-in annotation and de-identification", arguments: [("YES", true), ("NO", false), ("MAYBE", nil)] as [(String, Bool?)])
    func annotation(text: String, expected: Bool?) throws {
        var builder = DICOMBuilder()
        builder.text(0x0012, 0x0062, "CS", text)
        builder.text(0x0028, 0x0301, "CS", text)
        let header = try reader.readHeader(bytes: builder.file)
        #expect(header.burnedInAnnotation == expected)
        #expect(header.patientIdentityRemoved == expected)
    }

    @Test("sequences of defined and undefined length are stepped over, their elements are not the image's", arguments: [false, true])
    func sequences(isImplicit: Bool) throws {
        var builder = DICOMBuilder(syntax: isImplicit ? "1.2.840.10008.1.2" : "1.2.840.10008.1.2.1")
        builder.head(0x0008, 0x1115, "SQ", length: 0xFFFF_FFFF)
        for _ in 0..<2 {
            builder.tag(0xFFFE, 0xE000)
            builder.long(0xFFFF_FFFF)
            builder.text(0x0008, 0x0060, "CS", "US")
            builder.head(0x0008, 0x1199, "SQ", length: 0xFFFF_FFFF)
            builder.tag(0xFFFE, 0xE000)
            builder.long(0)
            builder.tag(0xFFFE, 0xE0DD)
            builder.long(0)
            builder.tag(0xFFFE, 0xE00D)
            builder.long(0)
        }
        builder.tag(0xFFFE, 0xE0DD)
        builder.long(0)
        builder.text(0x0018, 0x0015, "CS", "CHEST")
        let header = try reader.readHeader(bytes: builder.file)
        #expect(header.modality == nil)
        #expect(header.bodyPart == "CHEST")
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ImageError.Code
        let build: @Sendable () -> [UInt8]
    }

    static let broken: [Broken] = [
        Broken(testDescription: "empty", code: .notDICOM) { [] },
        Broken(testDescription: "text", code: .notDICOM) { Array(repeating: 65, count: 4000) },
        Broken(testDescription: "no transfer syntax", code: .malformed) { [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) },
        Broken(testDescription: "deflated", code: .unsupportedTransferSyntax) { DICOMBuilder(syntax: "1.2.840.10008.1.2.1.99").file },
        Broken(testDescription: "second modality", code: .malformed) {
            var builder = DICOMBuilder()
            builder.text(0x0008, 0x0060, "CS", "CT")
            builder.text(0x0008, 0x0060, "CS", "US")
            return builder.file
        },
        Broken(testDescription: "length past the end", code: .truncated) {
            var builder = DICOMBuilder()
            builder.head(0x0010, 0x0010, "UN", length: 0x7FFF_FFFF)
            return builder.file
        },
        Broken(testDescription: "text of undefined length", code: .malformed) {
            var builder = DICOMBuilder(syntax: "1.2.840.10008.1.2")
            builder.head(0x0008, 0x0060, "CS", length: 0xFFFF_FFFF)
            builder.raw([1, 2, 3, 4, 5, 6, 7, 8])
            return builder.file
        },
        Broken(testDescription: "letters that are no value representation", code: .malformed) {
            var builder = DICOMBuilder()
            builder.tag(0x0008, 0x0060)
            builder.raw([0x30, 0x31, 2, 0, 67, 84])
            return builder.file
        },
        Broken(testDescription: "sequences nested 10,000 deep", code: .limitExceeded) {
            var builder = DICOMBuilder()
            for _ in 0..<10_000 {
                builder.head(0x0008, 0x1115, "SQ", length: 0xFFFF_FFFF)
                builder.tag(0xFFFE, 0xE000)
                builder.long(0xFFFF_FFFF)
            }
            return builder.file
        },
        Broken(testDescription: "200,000 elements", code: .limitExceeded) {
            var builder = DICOMBuilder()
            for _ in 0..<200_000 { builder.raw([0x09, 0, 1, 0, 0x4C, 0x4F, 0, 0]) }
            return builder.file
        },
        Broken(testDescription: "rows of four bytes", code: .malformed) {
            var builder = DICOMBuilder()
            builder.element(0x0028, 0x0010, "UL", [1, 0, 0, 0])
            return builder.file
        },
        Broken(testDescription: "rescale slope nan", code: .malformed) {
            var builder = DICOMBuilder()
            builder.text(0x0028, 0x1053, "DS", "nan")
            return builder.file
        },
        Broken(testDescription: "pixel representation 7", code: .malformed) {
            var builder = DICOMBuilder()
            builder.short(0x0028, 0x0103, 7)
            return builder.file
        },
        Broken(testDescription: "fragments in a native syntax", code: .malformed) {
            var builder = DICOMBuilder()
            builder.head(0x7FE0, 0x0010, "OW", length: 0xFFFF_FFFF)
            return builder.file
        },
    ]

    @Test("what contradicts the standard is refused with its place", arguments: broken)
    func refusals(_ broken: Broken) {
        let error = #expect(throws: ImageError.self) { try reader.readHeader(bytes: broken.build()) }
        #expect(error?.code == broken.code)
        #expect(error?.disclosure == .content)
    }

    @Test("a message names tag and offset and no value")
    func message() {
        var builder = DICOMBuilder()
        builder.text(0x0008, 0x0060, "CS", "SMITH^JOHN")
        let error = #expect(throws: ImageError.self) { try reader.readHeader(bytes: builder.file) }
        #expect(error?.message.contains("(0008,0060)") == true)
        #expect(error?.message.contains("SMITH") == false)
    }
}
