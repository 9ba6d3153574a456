import Glibc

/// Bounds a walk through a value and all that it holds.
///
/// Values share parts: forty rules of the form `b := [a, a]` make a value of forty arrays that is endless when every path through it is
/// walked, and rules that wrap each other's values nest them deeper than a stack is. A walk that ends early gives an answer that is wrong;
/// the machine sees that it was cut and ends the evaluation with an error.
package struct ValueWalk {
    /// What may still be visited before the next look at the evaluation.
    private var credit = Self.interval
    private var depth: UInt32 = 0
    /// Whether the walk must end; what it has found is of no use then.
    package private(set) var isCut = false

    /// Collections within each other that a walk follows: inputs may have 1,000.
    package static let depthLimit: UInt32 = 1100
    /// Collections that a walk enters at most; more than fit the memory of any evaluation.
    private static let visitLimit = 1 << 28
    /// Collections between two looks at the evaluation; sixteen of its parts count as much as a collection.
    private static let interval = 64

    package init() {}

    /// Enters a collection with a number of parts; `false` if the walk is cut. Each that was entered must be left.
    @inline(__always)
    package mutating func enter(_ count: Int = 0) -> Bool {
        credit &-= 1 &+ count >> 4
        depth &+= 1
        if credit > 0, depth <= Self.depthLimit { return !isCut }
        return look()
    }

    @inline(__always)
    package mutating func leave() { depth &-= 1 }

    /// Cuts the walk because what it makes has become larger than the evaluation's memory.
    @inline(never)
    package mutating func cutForSize() {
        isCut = true
        unsafe EvaluationWatch.current?.pointee.cut(.size)
    }

    @inline(never)
    private mutating func look() -> Bool {
        guard let watch = unsafe EvaluationWatch.current else {
            credit = Self.interval
            isCut = isCut || depth > Self.depthLimit
            return !isCut
        }
        let before = unsafe watch.pointee.visits
        unsafe watch.pointee.visits += Self.interval - credit
        credit = Self.interval
        if depth > Self.depthLimit {
            unsafe watch.pointee.cut(.depth)
        } else if unsafe watch.pointee.visits > Self.visitLimit {
            unsafe watch.pointee.cut(.size)
        } else if unsafe watch.pointee.visits >> 14 != before >> 14 {
            unsafe watch.pointee.lookAtClock()
        }
        isCut = unsafe isCut || watch.pointee.reason != .none
        return !isCut
    }
}

/// What long walks look at of the evaluation that a thread is in.
@unsafe package struct EvaluationWatch {
    /// Why walks were cut.
    package enum Reason: UInt8 { case none, interrupted, depth, size }

    private let context: Unmanaged<BuiltinContext>
    package private(set) var reason = Reason.none
    var visits = 0
    /// Sorts within each other: the members of a set that is being sorted may be sets that have not been sorted yet.
    var sortDepth = 0
    /// Bytes of text that a walk may make.
    package var byteLimit: Int

    init(context: Unmanaged<BuiltinContext>, byteLimit: Int) {
        unsafe self.context = unsafe context
        unsafe self.byteLimit = byteLimit
    }

    /// The first reason stays.
    mutating func cut(_ reason: Reason) {
        if unsafe self.reason == .none { unsafe self.reason = reason }
    }

    mutating func lookAtClock() {
        if unsafe context._withUnsafeGuaranteedRef({ $0.isInterrupted }) { unsafe cut(.interrupted) }
    }

    /// A thread's slot for the watch of its evaluation.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let status = unsafe pthread_key_create(&key, nil)
        precondition(status == 0, "the process has no thread-specific keys left")
        return key
    }()

    /// The watch of this thread's evaluation; `nil` outside of one.
    static var current: UnsafeMutablePointer<EvaluationWatch>? {
        unsafe pthread_getspecific(key)?.assumingMemoryBound(to: EvaluationWatch.self)
    }

    /// Makes a watch, or none, this thread's.
    static func makeCurrent(_ watch: UnsafeMutablePointer<EvaluationWatch>?) { unsafe pthread_setspecific(key, watch) }
}
