@_spi(Engine) import RegoRuntime

/// Keeps partial evaluation within its limits.
struct Meter {
    /// Expressions and unifications that may still be evaluated.
    private var steps: UInt64
    private let allowedSteps: UInt64
    /// Bytes that the result may still take.
    private var bytes: Int
    private let allowedBytes: Int
    /// When to stop, in nanoseconds of the monotonic clock; 0 for never.
    private let deadline: UInt64
    private let cancellation: Cancellation?
    /// Where the stack began.
    private let stackStart = Meter.stackPosition()
    private var untilClock = Meter.interval

    private static let interval = 256
    /// Bytes of the stack that evaluation may take: what a `LargeStack` has, with room for walks through terms.
    private static let stackLimit = 96 << 20
    /// Levels within each other that a result's terms may have.
    private static let depthLimit = 500
    /// What a term of the result is counted as.
    private static let bytesOfTerm = 64

    init(limits: MachineLimits, cancellation: Cancellation?) {
        steps = limits.steps
        allowedSteps = limits.steps
        bytes = limits.memory
        allowedBytes = limits.memory
        deadline = limits.deadline
        self.cancellation = cancellation
    }

    @inline(never)
    private static func stackPosition() -> UInt {
        var marker: UInt8 = 0
        return withUnsafePointer(to: &marker) { UInt(bitPattern: $0) }
    }

    /// Takes a step.
    mutating func step() throws {
        guard steps > 0 else {
            throw PartialFailure(.instructionLimit, "partial evaluation stopped: it took more than \(allowedSteps) steps")
        }
        steps -= 1
        let position = Self.stackPosition()
        let used = position < stackStart ? stackStart - position : position - stackStart
        if used > UInt(Self.stackLimit) {
            throw PartialFailure(.depthLimit, "partial evaluation stopped: rules and expressions are nested too deeply")
        }
        untilClock -= 1
        if untilClock == 0 { try lookAtClock() }
    }

    private mutating func lookAtClock() throws {
        untilClock = Self.interval
        if cancellation?.isCancelled == true { throw PartialFailure(.cancelled, "caller cancelled query execution") }
        if deadline != 0, Machine.monotonicNanoseconds() >= deadline {
            throw PartialFailure(.deadline, "evaluation stopped: its time is up")
        }
    }

    /// Counts terms that the result, or a value on the way to it, is made of.
    mutating func charge(terms: Int) throws {
        bytes -= terms * Self.bytesOfTerm
        if bytes < 0 {
            throw PartialFailure(.memoryLimit, "partial evaluation stopped: it needed more than \(allowedBytes) bytes of memory")
        }
    }

    /// Counts a body of the result.
    mutating func charge(_ body: SymbolicBody) throws {
        guard body.depth <= Self.depthLimit else {
            throw PartialFailure(.memoryLimit, "partial evaluation stopped: terms of the result are nested deeper than \(Self.depthLimit)")
        }
        try charge(terms: body.reduce(0) { $0 + $1.size })
    }
}

extension SymbolicExpression {
    /// How many terms there are, about.
    var size: Int {
        let own =
            switch kind {
            case .term(let term): term.size
            case .call(let terms): terms.reduce(1) { $0 + $1.size }
            case .every(let every): every.body.reduce(every.domain.size) { $0 + $1.size }
            }
        return with.reduce(own) { $0 + $1.value.size }
    }
}

extension SymbolicTerm {
    /// How many terms there are in this one, itself included.
    var size: Int {
        switch kind {
        case .null, .boolean, .number, .string, .variable: 1
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms): terms.reduce(1) { $0 + $1.size }
        case .object(let items): items.reduce(1) { $0 + $1.key.size + $1.value.size }
        case .comprehension(let comprehension): comprehension.body.reduce(2) { $0 + $1.size }
        }
    }
}
