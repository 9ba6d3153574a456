import Synchronization

/// A request to stop an evaluation, made by another thread.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    /// A request that this one follows.
    private let outer: Cancellation?

    /// Makes a request that nobody has made yet.
    public init() { outer = nil }

    /// Makes a request that is also made when another one is.
    package init(within outer: Cancellation?) { self.outer = outer }

    /// Asks every evaluation that has this cancellation to stop.
    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Whether evaluations have been asked to stop.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) || outer?.isCancelled == true }
}

/// What a builtin's failure means to the evaluation.
package enum BuiltinFailureKind: UInt8, BitwiseCopyable, Sendable {
    /// OPA's `eval_builtin_error`: the call is undefined, unless errors are strict.
    case builtin
    /// OPA's `eval_type_error`: an operand of the wrong kind; undefined, unless errors are strict.
    case type
    /// Ends the evaluation in any case.
    case halt
    /// Ends the evaluation: the result would exceed its limits.
    case limit
    /// Ends the evaluation: it was cancelled, or its time is up.
    case interrupted
}

/// A builtin that had no result to give.
package struct BuiltinFailure: Error, Sendable, Hashable {
    package let kind: BuiltinFailureKind
    /// `name: message`, as OPA words it.
    package let message: String

    package init(kind: BuiltinFailureKind, message: String) {
        self.kind = kind
        self.message = message
    }
}

/// What builtins share with each other and with their caller during one evaluation. One thread uses it at a time.
@_spi(Engine) @safe public final class BuiltinContext {
    /// Where random numbers come from; the same seed gives the same numbers.
    package var random = BuiltinRandom()
    /// The hosts that `http.send`, `net.lookup_ip_addr` and a schema's `$ref` may reach, as a capabilities file lists them; `nil` for all.
    package var allowedHosts: [String]?
    /// Makes what `opa.runtime` returns.
    package var runtime: @Sendable () -> RegoValue = { .object([:]) }
    /// What builtins keep from one evaluation to the next; `nil` keeps nothing.
    package var interQueryCache: InterQueryCache?
    /// How a position is shown, `file:row`.
    package var describePosition: ((SourcePosition) -> String)?
    /// What was made of the program's constants.
    @usableFromInline package let constantObjects = ConstantObjects()

    private var caches: [ObjectIdentifier: BuiltinCache] = [:]

    // What changes with each evaluation lies behind a pointer: a class's variables are checked for exclusive access, which would take
    // longer than a small evaluation itself.
    private let own: UnsafeMutablePointer<EvaluationState>

    package init() {
        unsafe own = .allocate(capacity: 1)
        unsafe own.initialize(to: EvaluationState())
    }

    deinit {
        unsafe own.deinitialize(count: 1)
        unsafe own.deallocate()
    }

    /// Forgets one evaluation's time, failures and results; compiled patterns stay.
    package func reset() {
        unsafe own.pointee.hasTime = false
        unsafe own.pointee.deadline = 0
        if unsafe own.pointee.isUsed { forget() }
    }

    @inline(never)
    private func forget() {
        unsafe own.pointee.rare = EvaluationState.Rare()
        unsafe own.pointee.isUsed = false
    }

    /// Changes what most evaluations have nothing of, so that it is forgotten with this evaluation.
    @inline(__always)
    private func note(_ change: (inout EvaluationState.Rare) -> Void) {
        unsafe own.pointee.isUsed = true
        unsafe change(&own.pointee.rare)
    }

    package var isCancelled: Bool { unsafe own.pointee.rare.cancellation?.isCancelled ?? false }

    /// Whether builtins may reach a host, which is compared as it is written, without its port.
    package func mayReach(host: String) -> Bool {
        allowedHosts.map { $0.contains { $0.utf8.elementsEqual(host.utf8) } } ?? true
    }

    /// Whether a builtin that waits has to give up: the evaluation was cancelled, or its time is up.
    package var isInterrupted: Bool { isCancelled || (deadline != 0 && Machine.monotonicNanoseconds() >= deadline) }

    /// The same by a clock that lags a little and costs less.
    var isLate: Bool { isCancelled || (deadline != 0 && Machine.coarseNanoseconds() >= deadline) }

    static let cancelledMessage = "caller cancelled query execution"
    static let lateMessage = "evaluation stopped: its time is up"

    /// A family's own state for the rest of one evaluation, made at the first call.
    package func evaluationState<State: AnyObject>(_ make: () -> State) -> State {
        let key = ObjectIdentifier(State.self)
        if let known = unsafe own.pointee.rare.objects[key] as? State { return known }
        let made = make()
        note { $0.objects[key] = made }
        return made
    }

    /// The cache of compiled things of one kind, such as patterns by their text; lives as long as the context.
    package func cache(of kind: AnyClass) -> BuiltinCache {
        if let cache = caches[ObjectIdentifier(kind)] { return cache }
        let cache = BuiltinCache()
        caches[ObjectIdentifier(kind)] = cache
        return cache
    }

    /// What a builtin remembers for the rest of one evaluation, such as the identifier that `uuid.rfc4122` gave to a key.
    package func remembered(_ key: String) -> RegoValue? { unsafe own.pointee.rare.memory[key] }

    /// Remembers a value for the rest of the evaluation.
    package func remember(_ value: RegoValue, for key: String) { note { $0.memory[key] = value } }

    // MARK: The evaluation at hand

    /// The evaluation's time in nanoseconds since 1970, which is when it first asks for it: the same for every call of `time.now_ns` in one
    /// evaluation.
    package var time: Int64 {
        get {
            if unsafe !own.pointee.hasTime { readClock() }
            return unsafe own.pointee.time
        }
        set {
            unsafe own.pointee.time = newValue
            unsafe own.pointee.hasTime = true
        }
    }

    /// Whether the evaluation has asked for its time.
    var hasTime: Bool { unsafe own.pointee.hasTime }

    @inline(never)
    private func readClock() { time = Machine.nanosecondsSince1970() }

    /// When the evaluation's time is up, in nanoseconds of `CLOCK_MONOTONIC`; 0 for never.
    package var deadline: UInt64 {
        get { unsafe own.pointee.deadline }
        set { unsafe own.pointee.deadline = newValue }
    }

    /// Takes what `print` writes, one line a call; `nil` drops it.
    package var print: ((String) -> Void)? {
        get { unsafe own.pointee.rare.print }
        set { note { $0.print = newValue } }
    }

    /// Takes what `trace` writes; `nil` drops it.
    package var trace: ((String) -> Void)? {
        get { unsafe own.pointee.rare.trace }
        set { note { $0.trace = newValue } }
    }

    /// Takes the path of each case of a test that begins; `nil` drops it.
    package var testCase: ((RegoValue) -> Void)? {
        get { unsafe own.pointee.rare.testCase }
        set { note { $0.testCase = newValue } }
    }

    /// Takes the errors of calls that only make an expression undefined; `nil` drops them.
    package var tolerated: ((MachineError) -> Void)? {
        get { unsafe own.pointee.rare.tolerated }
        set { note { $0.tolerated = newValue } }
    }

    /// Stops long builtins when cancelled.
    package var cancellation: Cancellation? {
        get { unsafe own.pointee.rare.cancellation }
        set { note { $0.cancellation = newValue } }
    }

    /// The failures of this evaluation's calls, in order.
    package var failures: [BuiltinFailure] {
        get { unsafe own.pointee.rare.failures }
        set { note { $0.failures = newValue } }
    }

    /// Takes and gives the results of nondeterministic builtins, where a decision is recorded or replayed.
    package var nondeterministicResults: NondeterministicResults? {
        get { unsafe own.pointee.rare.nondeterministicResults }
        set { note { $0.nondeterministicResults = newValue } }
    }

    /// Where the call of a nondeterministic builtin stands, while it runs.
    package var position: SourcePosition? {
        get { unsafe own.pointee.rare.position }
        set { note { $0.position = newValue } }
    }

    /// The results of hosted builtins that are computed once an evaluation.
    var hostedResults: HostedResults {
        get { unsafe own.pointee.rare.hostedResults }
        set { note { $0.hostedResults = newValue } }
    }
}

/// What a context holds of one evaluation.
private struct EvaluationState {
    /// What most evaluations have nothing of.
    struct Rare {
        var print: ((String) -> Void)?
        var trace: ((String) -> Void)?
        var testCase: ((RegoValue) -> Void)?
        var tolerated: ((MachineError) -> Void)?
        var cancellation: Cancellation?
        var failures: [BuiltinFailure] = []
        var nondeterministicResults: NondeterministicResults?
        var position: SourcePosition?
        var hostedResults: HostedResults = HostedResults()
        var memory: [String: RegoValue] = [:]
        var objects: [ObjectIdentifier: AnyObject] = [:]
    }

    /// Valid under `hasTime`: few evaluations ask.
    var time: Int64 = 0
    var hasTime = false
    var deadline: UInt64 = 0
    /// Something of `rare` was written.
    var isUsed = false
    var rare = Rare()
}

/// Random numbers: the system's, or a reproducible sequence (SplitMix64) when seeded.
package struct BuiltinRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64?
    private var system = SystemRandomNumberGenerator()

    /// The system's random numbers.
    package init() {}

    /// The same numbers for the same seed.
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        guard let current = state else { return system.next() }
        let next = current &+ 0x9E37_79B9_7F4A_7C15
        state = next
        var mixed = (next ^ next >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
