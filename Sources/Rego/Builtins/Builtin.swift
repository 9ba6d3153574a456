@_spi(Engine) public import RegoRuntime
import RegoSyntax

/// A function of yours that policies may call like OPA's own.
///
/// ```swift
/// let onCall = Builtin("hospital.on_call", arguments: ["string"], result: "set[string]", isNondeterministic: true) { arguments, call in
///     guard let unit = arguments[0].string, let names = roster.names(of: unit) else { return nil }
///     return .set(Set(names.map { .string($0) }))
/// }
/// let policy = try Policy(modules: modules, options: .init(builtins: [onCall]))
/// ```
///
/// The closure is called on the thread that evaluates, often from several at once. Returning `nil` makes the call undefined, and so does
/// throwing, unless `EvaluationLimits.strictBuiltinErrors` is set: then the evaluation ends with `EvaluationError.Code.builtin`.
public struct Builtin: Sendable {
    /// The code of a builtin: its arguments, as many as were declared and of the declared types, and what it may know of the evaluation.
    public typealias Body = @Sendable (_ arguments: [RegoValue], _ call: Call) throws -> RegoValue?

    /// The name in Rego: identifiers joined by dots.
    public let name: String
    /// The types of the arguments.
    public let arguments: [ValueType]
    /// The type of the result.
    public let result: ValueType
    /// Whether equal arguments may have different results.
    public let isNondeterministic: Bool
    /// Whether equal calls of one evaluation share one result.
    public let isMemoized: Bool
    /// Whether it may stand in for a builtin of OPA's that has the same name.
    public let replacesStandard: Bool
    let body: Body

    /// Declares a builtin.
    ///
    /// - Parameters:
    ///   - name: identifiers joined by dots; a name with a dot cannot meet the name of a rule.
    ///   - arguments: the types of the arguments, in OPA's notation: `"string"`, `"array[number]"`, `"any<string, null>"`.
    ///   - result: the type of the result. The compiler trusts it; a result of another type makes the call fail.
    ///   - isNondeterministic: whether equal arguments may have different results.
    ///   - isMemoized: calls the closure once for equal arguments of one evaluation.
    ///   - replacesStandard: lets it stand in for a builtin of OPA's that has the same name.
    ///   - body: the code.
    public init(
        _ name: String, arguments: [ValueType], result: ValueType = .any, isNondeterministic: Bool = false, isMemoized: Bool = false,
        replacesStandard: Bool = false, body: @escaping Body
    ) {
        self.name = name
        self.arguments = arguments
        self.result = result
        self.isNondeterministic = isNondeterministic
        self.isMemoized = isMemoized
        self.replacesStandard = replacesStandard
        self.body = body
    }
}

/// A builtin that had no result to give, thrown by its code.
///
/// Any other error that a builtin throws counts as one of these with the error's description as its message.
public struct BuiltinError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for people; the builtin's name is put before it.
    public let message: String
    /// Whether the evaluation ends even if builtin errors are not strict.
    public let endsEvaluation: Bool

    /// Makes an error from its message.
    public init(_ message: String, endsEvaluation: Bool = false) {
        self.message = message
        self.endsEvaluation = endsEvaluation
    }

    /// The message.
    public var description: String { message }
}

extension Builtin {
    /// What a builtin's code may know of the evaluation that calls it.
    public struct Call: Sendable {
        let hosted: HostedCall

        /// The evaluation's time in nanoseconds since 1970: the same for every call in one evaluation, as `time.now_ns` is.
        public var time: Int64 { hosted.time }

        /// How long the evaluation may still take, at least zero; `nil` without a limit.
        public var timeLeft: Duration? {
            guard hosted.deadline != 0 else { return nil }
            let now = Machine.monotonicNanoseconds()
            return .nanoseconds(hosted.deadline > now ? Int64(clamping: hosted.deadline - now) : 0)
        }

        /// Whether the caller has given up: a call that takes long should ask now and then, and return.
        public var isCancelled: Bool { hosted.cancellation?.isCancelled ?? false }
    }
}
