/// A builtin whose code is a closure of the program that embeds the engine.
package final class HostedBuiltin: Sendable {
    /// What the closure returns, or throws as a `BuiltinFailure`.
    package typealias Body = @Sendable (_ arguments: [RegoValue], _ call: HostedCall) throws(BuiltinFailure) -> RegoValue?

    /// The name in Rego.
    package let name: String
    /// Arguments.
    package let arity: Int
    /// Whether the call has a value.
    package let hasResult: Bool
    /// Whether equal arguments may have different results.
    package let isNondeterministic: Bool
    /// Whether a result is kept for the rest of the evaluation.
    package let isMemoized: Bool
    let body: Body

    package init(
        name: String, arity: Int, hasResult: Bool = true, isNondeterministic: Bool = false, isMemoized: Bool = false, body: @escaping Body
    ) {
        self.name = name
        self.arity = arity
        self.hasResult = hasResult
        self.isNondeterministic = isNondeterministic
        self.isMemoized = isMemoized
        self.body = body
    }

    /// What stands for the builtin in tables of static ones; the machine never runs it.
    var definition: BuiltinDefinition {
        unsafe BuiltinDefinition("", arity: arity, hasResult: hasResult, isNondeterministic: isNondeterministic) { frame in
            unsafe BuiltinCall(frame).fail(.halt, "internal error: a hosted builtin was called as a static one")
        }
    }
}

/// What a hosted builtin's code may ask about the evaluation.
package struct HostedCall: Sendable {
    /// The evaluation's time in nanoseconds since 1970.
    package let time: Int64
    /// When the evaluation must be over, in nanoseconds of the monotonic clock; 0 for never.
    package let deadline: UInt64
    /// Tells that the caller has given up; `nil` if the caller cannot.
    package let cancellation: Cancellation?
}

/// The results of hosted builtins that an evaluation keeps.
struct HostedResults {
    private struct Key: Hashable {
        let builtin: ObjectIdentifier
        let arguments: [RegoValue]
    }

    private var values: [Key: RegoValue?] = [:]

    mutating func removeAll() { if !values.isEmpty { values.removeAll() } }

    /// The result that was kept for a call: `.some(nil)` if it was undefined.
    func result(of builtin: HostedBuiltin, _ arguments: [RegoValue]) -> RegoValue?? {
        values[Key(builtin: ObjectIdentifier(builtin), arguments: arguments)]
    }

    mutating func keep(_ result: RegoValue?, of builtin: HostedBuiltin, _ arguments: [RegoValue]) {
        values[Key(builtin: ObjectIdentifier(builtin), arguments: arguments)] = .some(result)
    }
}

extension RegoValue {
    /// Whether arrays, objects and sets are nested deeper than a limit; walks no deeper than that.
    package func isNested(deeperThan limit: Int) -> Bool {
        switch self {
        case .null, .boolean, .number, .string: false
        case .array(let elements): limit == 0 || elements.contains { $0.isNested(deeperThan: limit - 1) }
        case .set(let members): limit == 0 || members.contains { $0.isNested(deeperThan: limit - 1) }
        case .object(let members):
            limit == 0 || members.contains { $0.key.isNested(deeperThan: limit - 1) || $0.value.isNested(deeperThan: limit - 1) }
        }
    }
}
