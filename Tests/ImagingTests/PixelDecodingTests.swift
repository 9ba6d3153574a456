import FoundationEssentials
import Imaging
import Testing

/// SHA-256 of all frames' stored values as little-endian int32, as `make-fixtures` computes it from other decoders.
func pixelDigest(_ bytes: [UInt8]) throws -> String {
    let reader = DICOMReader()
    let header = try reader.readHeader(bytes: bytes)
    var all: [UInt8] = []
    for frame in 0..<(header.numberOfFrames ?? 1) {
        for sample in try reader.decodePixels(bytes: bytes, header: header, frame: frame).samples {
            let bits = UInt32(bitPattern: sample)
            all += [UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16 & 255), UInt8(bits >> 24)]
        }
    }
    return Digest.sha256(all)
}

@Suite("Pixel decoding")
struct PixelDecodingTests {
    static let expected: [String: String] =
        (try? JSONDecoder().decode([String: String].self, from: Data(readFile("\(Repository.fixtures)/expected.json")))) ?? [:]

    @Test("the fixtures are there")
    func fixtures() {
        #expect(Self.expected.count >= 25)
    }

    @Test("every fixture decodes to the values that other decoders give", arguments: expected.keys.sorted())
    func fixture(name: String) throws {
        #expect(try pixelDigest(readFile("\(Repository.fixtures)/\(name).dcm")) == Self.expected[name])
    }

    private struct Sample: Decodable {
        let syntax: String?
        let modality: String?
        let digest: String?
    }

    // Set WARD_DICOM_SAMPLES to pydicom's data/test_files folder to run this.
    @Test(
        "pydicom's monochrome samples decode to pydicom's own values",
        .enabled(if: Environment.samples != nil, "WARD_DICOM_SAMPLES is not set"))
    func samples() throws {
        let folder = try #require(Environment.samples)
        let table = try JSONDecoder().decode([String: Sample].self, from: Data(readFile("\(Repository.fixtures)/pydicom.json")))
        var (exact, refused): ([String], [String: String]) = ([], [:])
        for (name, sample) in table.sorted(by: { $0.key < $1.key }) {
            let bytes = try readFile("\(folder)/\(name)")
            do {
                let digest = try pixelDigest(bytes)
                #expect(sample.digest == nil || digest == sample.digest, "\(name)")
                if digest == sample.digest { exact.append(name) }
                #expect(try DICOMReader().readHeader(bytes: bytes).modality == sample.modality, "\(name)")
            } catch let error as ImageError {
                refused[name] = error.code.rawValue
            }
        }
        print("pydicom samples: \(exact.count) exact of \(table.count); refused: \(refused.sorted(by: { $0.key < $1.key }))")
        #expect(exact.count >= 19)
        #expect(refused["JPGExtended.dcm"] == "unsupported_transfer_syntax")
        #expect(refused["image_dfl.dcm"] == "unsupported_transfer_syntax")
        #expect(refused["liver_1frame.dcm"] == "unsupported_pixel_format")
    }

    @Test("an image of the store decodes as one in memory does")
    func descriptor() throws {
        let store = try ImageStore(name: "fixtures", root: Repository.fixtures)
        for name in ["explicit-u12", "rle-3-frames", "jpegll-u12-p6"] {
            let image = try store.open(relativePath: "\(name).dcm")
            let header = try image.readHeader()
            let bytes = try readFile("\(Repository.fixtures)/\(name).dcm")
            #expect(try header == DICOMReader().readHeader(bytes: bytes))
            #expect(try image.decodePixels(header).samples == DICOMReader().decodePixels(bytes: bytes, header: header).samples)
        }
    }

    static func builder(
        rows: Int = 4, columns: Int = 5, allocated: Int = 16, stored: Int = 12, high: Int = 11, photometric: String = "MONOCHROME2",
        samples: Int = 1, pixels: Int? = nil, syntax: String = "1.2.840.10008.1.2.1"
    ) -> [UInt8] {
        var builder = DICOMBuilder(syntax: syntax)
        builder.short(0x0028, 0x0002, samples)
        builder.text(0x0028, 0x0004, "CS", photometric)
        builder.short(0x0028, 0x0010, rows)
        builder.short(0x0028, 0x0011, columns)
        builder.short(0x0028, 0x0100, allocated)
        builder.short(0x0028, 0x0101, stored)
        builder.short(0x0028, 0x0102, high)
        if let pixels { builder.element(0x7FE0, 0x0010, "OW", [UInt8](repeating: 0, count: pixels)) }
        return builder.file
    }

    static let hostile: [(String, [UInt8], ImageError.Code)] = [
        ("no pixels", builder(), .noPixelData),
        ("too few pixels", builder(pixels: 38), .truncated),
        ("zero rows", builder(rows: 0, pixels: 40), .malformed),
        ("65535 x 65535", builder(rows: 65535, columns: 65535, pixels: 40), .limitExceeded),
        ("colour", builder(photometric: "RGB", samples: 3, pixels: 120), .unsupportedPixelFormat),
        ("palette", builder(photometric: "PALETTE COLOR", pixels: 40), .unsupportedPixelFormat),
        ("one bit", builder(allocated: 1, stored: 1, high: 0, pixels: 4), .unsupportedPixelFormat),
        ("more stored than allocated", builder(stored: 17, high: 16, pixels: 40), .malformed),
        ("high bit below the stored ones", builder(high: 3, pixels: 40), .malformed),
        ("high bit above the allocated ones", builder(high: 16, pixels: 40), .malformed),
    ]

    @Test("an image that contradicts itself is refused", arguments: hostile)
    func refusals(name: String, bytes: [UInt8], code: ImageError.Code) throws {
        let reader = DICOMReader()
        let header = try reader.readHeader(bytes: bytes)
        #expect(imageErrorCode { _ = try reader.decodePixels(bytes: bytes, header: header) } == code)
    }

    @Test("stored bits are cut out wherever the high bit is", arguments: [(11, 0x0ABC), (15, 0x0ABC)])
    func highBit(high: Int, value: Int) throws {
        var builder = DICOMBuilder()
        let raw = UInt16(value) << UInt16(high - 11) | (high == 11 ? 0xF000 : 0x000F)
        builder.text(0x0028, 0x0004, "CS", "MONOCHROME2")
        for (element, number) in [(0x0010, 1), (0x0011, 1), (0x0100, 16), (0x0101, 12), (0x0102, high)] {
            builder.short(0x0028, element, number)
        }
        builder.element(0x7FE0, 0x0010, "OW", [UInt8(raw & 255), UInt8(raw >> 8)])
        let reader = DICOMReader()
        let header = try reader.readHeader(bytes: builder.file)
        #expect(try reader.decodePixels(bytes: builder.file, header: header).samples == [Int32(value)])
    }

    @Test("a frame that does not exist is refused", arguments: [-1, 3, Int.max])
    func frame(index: Int) throws {
        let bytes = try readFile("\(Repository.fixtures)/explicit-3-frames.dcm")
        let reader = DICOMReader()
        let header = try reader.readHeader(bytes: bytes)
        #expect(imageErrorCode { _ = try reader.decodePixels(bytes: bytes, header: header, frame: index) } == .malformed)
    }
}
