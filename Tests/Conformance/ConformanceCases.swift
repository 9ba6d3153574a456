import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime

/// The folder of cases with the reference systems' answers, from `WARD_CONFORMANCE`; `nil` in a clone that has none.
let conformanceFolder = ProcessInfo.processInfo.environment["WARD_CONFORMANCE"]

/// Reads a file with one JSON object a line.
func readCases(_ path: String) throws -> [RegoValue] {
    let bytes = try Loader.read(path)
    return try bytes.split(separator: UInt8(ascii: "\n")).map { try RegoValue(json: Array($0)) }
}

/// The cases that did and did not come out as the reference system's.
struct Tally {
    var passed = 0
    var failures: [(name: String, why: String)] = []

    mutating func record(_ name: String, _ why: String?) {
        if let why { failures.append((name, why)) } else { passed += 1 }
    }

    var total: Int { passed + failures.count }

    /// Prints the figure, and the failures where `WARD_CONFORMANCE_REPORT` names a folder for them.
    func report(_ title: String) throws {
        print("\(title): \(passed) of \(total)")
        guard let folder = ProcessInfo.processInfo.environment["WARD_CONFORMANCE_REPORT"] else { return }
        let text = failures.map { "\($0.name)\t\($0.why)\n" }.joined()
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + title + ".failures"))
    }
}

/// A value as JSON has it: sets as sorted arrays, keys as strings.
func plain(_ value: RegoValue) throws -> RegoValue { try RegoValue(json: value.json()) }

/// A value with every array in order, for cases whose order does not count.
func sorted(_ value: RegoValue) -> RegoValue {
    switch value {
    case .array(let items): .array(items.map(sorted).sorted { $0.json() < $1.json() })
    case .object(let entries): .object(entries.mapValues(sorted))
    default: value
    }
}
