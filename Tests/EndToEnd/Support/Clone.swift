import FoundationEssentials

/// The clone that is tested and what Tests/run has set up for it.
enum Clone {
    /// The repository's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The `ward` that is tested: `WARD_BINARY`, or the release build.
    static let ward = ProcessInfo.processInfo.environment["WARD_BINARY"] ?? "\(root)/.build/release/ward"

    /// The Python with pydicom and numpy that Tests/run makes; `nil` without it.
    static let python: String? = {
        let folder = ProcessInfo.processInfo.environment["WARD_VENV"] ?? "\(root)/.venv"
        let program = "\(folder)/bin/python3"
        return FileManager.default.isExecutableFile(atPath: program) ? program : nil
    }()

    static let hasWard = FileManager.default.isExecutableFile(atPath: ward)

    /// Whether a program is on the PATH.
    static func has(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    static func path(_ relative: String) -> String { "\(root)/\(relative)" }

    /// The files below a folder whose names end so, as paths relative to the clone.
    static func files(below folder: String, ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path(folder)).filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }.sorted()
    }
}

/// A folder for one test.
struct Scratch {
    let folder: String

    init() throws {
        // On disk rather than in /tmp where that is no local file system: Ward must be able to prove that images here are local.
        folder = "/tmp/ward-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func remove() {
        // What is left behind in /tmp fails no test.
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// JSON of which only some members matter.
enum JSONValue: Decodable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(_ text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }
}
