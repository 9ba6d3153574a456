import FoundationEssentials
import Imaging
import Testing

/// Truncated and mutated files: an error or an image, never a crash or a hang.
@Suite("Hostile DICOM")
struct HostileDICOMTests {
    static let names: [String] = PixelDecodingTests.expected.keys.sorted()
    // A limit far above the fixtures' size shows that no claim inside a file makes memory grow.
    static let reader = DICOMReader(limits: DICOMLimits(maximumPixels: 1 << 16))

    static func tryDecode(_ bytes: [UInt8]) -> Bool {
        do throws(ImageError) {
            let header = try reader.readHeader(bytes: bytes)
            let image = try reader.decodePixels(bytes: bytes, header: header)
            return image.samples.count == image.rows * image.columns && image.samples.count <= 1 << 16
        } catch {
            return error.disclosure != .hidden && !error.message.contains("SECRET")
        }
    }

    @Test(
        "a header cut off at any byte is an error or a shorter header",
        arguments: ["implicit-s16", "explicit-u12", "bigendian-s16", "rle-u12"])
    func truncatedHeader(name: String) throws {
        let bytes = try readFile("\(Repository.fixtures)/\(name).dcm")
        for length in 0..<min(bytes.count, 1200) {
            #expect(Self.tryDecode(Array(bytes[..<length])))
        }
    }

    @Test("pixels cut off at any byte are an error", arguments: ["rle-u12", "jpegll-u12-p1", "jpegls-u8", "j2k-u8"])
    func truncatedPixels(name: String) throws {
        let bytes = try readFile("\(Repository.fixtures)/\(name).dcm")
        for length in stride(from: 600, to: bytes.count, by: 13) {
            #expect(Self.tryDecode(Array(bytes[..<length])))
        }
    }

    @Test("flipped, overwritten, inserted and removed bytes", arguments: names)
    func mutated(name: String) throws {
        let original = try readFile("\(Repository.fixtures)/\(name).dcm")
        var random = SeededGenerator(state: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        for _ in 0..<40 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                // Half of the changes fall into the header, where lengths and tags are.
                let limit = Bool.random(using: &random) ? min(900, bytes.count) : bytes.count
                let place = Int.random(in: 128..<limit, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 2: bytes[place] = 0xFF
                case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
                default: bytes.remove(at: place)
                }
            }
            #expect(Self.tryDecode(bytes), "\(name)")
        }
    }

    @Test("random bytes after a valid beginning")
    func random() {
        var random = SeededGenerator(state: 99)
        let syntaxes = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5", "1.2.3"]
        for round in 0..<300 {
            var builder = DICOMBuilder(syntax: syntaxes[round % syntaxes.count])
            builder.raw((0..<400).map { _ in UInt8.random(in: .min ... .max, using: &random) })
            #expect(Self.tryDecode(builder.file))
        }
    }
}
