/// The results of nondeterministic builtins by name and arguments (OPA's `nd_builtin_cache`): recorded with a decision, or given so that a
/// decision can be replayed. One evaluation uses it at a time.
package final class NondeterministicResults {
    private var results: [String: [RegoValue: RegoValue]]

    /// Begins without results.
    package init() { results = [:] }

    /// Replays an object of names, each with an object of arguments (as an array, or its JSON text) and results.
    package init(_ recorded: RegoValue) {
        results = [:]
        for case (.string(let name), .object(let calls)) in recorded.object ?? [:] {
            var known: [RegoValue: RegoValue] = [:]
            for (arguments, result) in calls {
                guard case .string(let text) = arguments else {
                    known[arguments] = result
                    continue
                }
                if let read = try? RegoValue(json: text), case .array = read { known[read] = result }
            }
            results[name] = known
        }
    }

    /// All results, in the form that `init(_:)` reads.
    package var recorded: RegoValue {
        .object(Dictionary(uniqueKeysWithValues: results.map { (.string($0.key), .object($0.value)) }))
    }

    func result(_ name: StaticString, _ arguments: UnsafeBufferPointer<Value>, in arena: Arena) -> Value? {
        guard let calls = results["\(name)"] else { return nil }
        return unsafe calls[.array(arguments.map { RegoValue($0) })]?.makeValue(in: arena)
    }

    func record(_ name: StaticString, _ arguments: UnsafeBufferPointer<Value>, _ result: Value) {
        let key = unsafe RegoValue.array(arguments.map { RegoValue($0) })
        results["\(name)", default: [:]][key] = RegoValue(result)
    }
}
