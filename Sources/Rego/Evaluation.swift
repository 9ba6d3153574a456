@_spi(Engine) public import RegoRuntime
public import RegoSyntax

/// What a query is asked about.
public enum Input: Sendable {
    /// `input` is undefined.
    case none
    /// JSON text, read straight into the machine's values.
    case json([UInt8])
    case value(RegoValue)
}

/// Bounds on one evaluation; each ends it with an `EvaluationError` of the code named.
public struct EvaluationLimits: Sendable {
    /// Iterations and calls of the machine (`.instructionLimit`).
    public var instructions: UInt64
    /// Bytes of working memory (`.memoryLimit`).
    public var memory: Int
    /// Calls under way at once (`.depthLimit`).
    public var depth: Int
    /// Wall-clock time (`.deadline`); `nil` for none.
    public var time: Duration?
    /// Builtin errors end the evaluation instead of being undefined.
    public var strictBuiltinErrors: Bool
    /// Bytes of an input given as JSON text (`.input`).
    public var inputSize: Int
    /// Another thread's way to end the evaluation early (`.cancelled`); `nil` if nobody can.
    public var cancellation: Cancellation?

    /// Makes limits; what is not given has a generous default.
    public init(
        instructions: UInt64 = .max, memory: Int = 1 << 28, depth: Int = 10_000, time: Duration? = nil, strictBuiltinErrors: Bool = false,
        inputSize: Int = .max, cancellation: Cancellation? = nil
    ) {
        self.instructions = instructions
        self.memory = memory
        self.depth = depth
        self.time = time
        self.strictBuiltinErrors = strictBuiltinErrors
        self.inputSize = inputSize
        self.cancellation = cancellation
    }
}

/// An evaluation that did not come to an answer.
public struct EvaluationError: Error, Sendable, CustomStringConvertible {
    /// OPA's codes, and Ward's own for limits. Open: later versions may add some.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code as text.
        public let description: String
        /// Makes a code from its text.
        public init(_ description: String) { self.description = description }

        /// Rules gave one document two values.
        public static let conflict = Code("eval_conflict_error")
        /// A builtin failed, and errors are strict.
        public static let builtin = Code("eval_builtin_error")
        /// A builtin was given an operand of the wrong kind, and errors are strict.
        public static let type = Code("eval_type_error")
        /// The caller gave up.
        public static let cancelled = Code("eval_cancel_error")
        /// More steps than allowed.
        public static let instructionLimit = Code("eval_instruction_limit_error")
        /// More memory than allowed.
        public static let memoryLimit = Code("eval_memory_limit_error")
        /// More calls at once than allowed.
        public static let depthLimit = Code("eval_depth_limit_error")
        /// More time than allowed.
        public static let deadline = Code("eval_deadline_error")
        /// The input is not JSON.
        public static let input = Code("input_error")
        /// Something is wrong that no other code says.
        public static let `internal` = Code("eval_internal_error")
        /// Partial evaluation cannot say what is left of the query.
        public static let unsupported = Code("eval_unsupported_error")
    }

    /// What kind of error it is.
    public let code: Code
    /// For people, as OPA words it where OPA has the case.
    public let message: String
    /// Where in the policy; `nil` where no place is to blame.
    public let span: Span?
    /// The name of the file that the span is in.
    public let file: String?

    /// Makes an error from its parts.
    public init(code: Code, message: String, span: Span? = nil, file: String? = nil) {
        self.code = code
        self.message = message
        self.span = span
        self.file = file
    }

    /// The place, the code and the message.
    public var description: String {
        guard let span else { return "\(code): \(message)" }
        let place = file.map { $0.isEmpty ? "" : $0 + ":" } ?? ""
        return "\(place)\(span.row):\(span.column): \(code): \(message)"
    }
}

/// What a query answered.
public struct Answer: Sendable {
    /// One solution of the query.
    public struct Solution: Sendable {
        /// An expression of the query with its value.
        public struct Expression: Sendable {
            /// The value.
            public let value: RegoValue
            /// The expression as written.
            public let text: String
            /// The line of the query, from 1.
            public let row: Int
            /// The column, from 1.
            public let column: Int
        }

        /// The query's expressions in their order.
        public let expressions: [Expression]
        /// The query's variables in order of appearance.
        public let bindings: [(name: String, value: RegoValue)]
    }

    /// Empty when the query is undefined.
    public let solutions: [Solution]

    /// The value of the first expression of the first solution; for a prepared path the decision. `nil` when undefined.
    public var value: RegoValue? { solutions.first?.expressions.first?.value }
}
