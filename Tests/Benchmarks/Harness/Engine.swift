@_spi(Engine) import RegoRuntime

/// What of a request is timed.
enum Scope {
    /// The evaluation alone, its input being read already.
    case evaluation
    /// From the input's JSON text to the answer's.
    case textToText
}

/// Something that evaluates policies and is timed at it.
protocol Engine {
    var name: String { get }
    /// Evaluates a workload many times.
    ///
    /// - Returns: nanoseconds of one evaluation, and the answer; throws where the engine cannot.
    func measure(_ workload: Workload, _ scope: Scope, atLeast nanoseconds: UInt64) throws -> (nanoseconds: Double, answer: RegoValue)
}

struct EngineFailure: Error, CustomStringConvertible {
    let description: String
}

/// An answer as engines can be compared by: sets are sorted arrays, whatever order an engine has them in.
func comparable(_ value: RegoValue) -> RegoValue {
    switch value {
    case .array(let items): .array(items.map(comparable).sorted { $0.json() < $1.json() })
    case .set(let items): .array(items.map(comparable).sorted { $0.json() < $1.json() })
    case .object(let entries): .object(entries.mapValues(comparable))
    default: value
    }
}
