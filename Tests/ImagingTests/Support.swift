import FoundationEssentials
import Glibc
import Imaging

/// Folders of the repository, found from this file's own place.
enum Repository {
    static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()
    static let fixtures = root + "/Tests/ImagingFixtures"
    static let model = root + "/examples/models/ct-nodule"
}

/// Environment variables that widen the tests.
enum Environment {
    /// The folder of pydicom's own sample files.
    static let samples = variable("WARD_DICOM_SAMPLES")
    /// A folder filled by `examples/models/fetch-openvino`.
    static let openVINO = OpenVINOEngine.locate(nil)

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

func readFile(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
}

func writeFile(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}

/// A folder that is removed with its last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init(in parent: String = "/tmp") throws {
        var template = Array("\(parent)/ward-imaging-XXXXXX\0".utf8CString)
        guard let made = mkdtemp(&template) else { throw POSIXFailure(number: errno) }
        path = String(cString: made)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

struct POSIXFailure: Error {
    let number: Int32
}

/// The code of the image error that `body` throws; nil when it throws none.
func imageErrorCode(_ body: () throws -> Void) -> ImageError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? ImageError)?.code
    }
}

/// The code of the model error that `body` throws; nil when it throws none.
func modelErrorCode(_ body: () throws -> Void) -> ModelError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? ModelError)?.code
    }
}

/// Small, seeded random numbers (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * Double(next() >> 11) / Double(1 << 53)
    }
}
