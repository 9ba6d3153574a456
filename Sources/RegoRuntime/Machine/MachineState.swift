/// Why an evaluation ended without an answer.
package struct MachineError: Error, Sendable {
    package enum Code: Sendable {
        case conflict, builtin, type, cancelled, instructionLimit, memoryLimit, depthLimit, deadline
    }

    package var code: Code
    package var message: String
    /// Where the program was.
    package var position: SourcePosition?
}

/// The bounds of one evaluation.
package struct MachineLimits: BitwiseCopyable, Sendable {
    /// Iterations and calls.
    package var steps: UInt64
    /// Bytes of the arena.
    package var memory: Int
    /// Calls under way at once.
    package var depth: Int
    /// Nanoseconds of `CLOCK_MONOTONIC` at which to stop; 0 for never.
    package var deadline: UInt64
    /// Builtin errors end the evaluation.
    package var isStrict: Bool

    package init(steps: UInt64, memory: Int, depth: Int, deadline: UInt64, isStrict: Bool) {
        self.steps = steps
        self.memory = memory
        self.depth = depth
        self.deadline = deadline
        self.isStrict = isStrict
    }
}

/// A call under way.
@unsafe struct CallFrame: BitwiseCopyable {
    /// The call instruction.
    var call: UnsafeMutablePointer<Instruction>
    /// The caller's window.
    var window: UnsafeMutablePointer<Value>
    /// The caller's window's size.
    var registerCount: Int32
    /// The memo of the result; -1 for none, -2 for `Machine.keep`.
    var memo: Int32
    /// The epoch that the result belongs to.
    var epoch: UInt32
}

/// A rule's result for the epoch that it was computed in.
struct Memo: BitwiseCopyable {
    var value: Value
    var epoch: UInt32
}

/// What one `with` has replaced while its expression runs.
@unsafe struct ContextChange: BitwiseCopyable {
    /// The bits of the replaced parts.
    var parts: UInt64
    /// The epoch of results that depend on one of them.
    var epoch: UInt32
    /// The `with` around this one.
    var outer: UnsafeMutablePointer<ContextChange>?
}

/// The memory of a machine that instructions change besides registers.
@unsafe struct MachineState: BitwiseCopyable {
    var input = Value.undefined
    var data = Value.undefined
    /// Which `with` context the memos are valid for.
    var epoch: UInt32 = 0
    /// The epoch of the context without any `with`.
    var outermostEpoch: UInt32 = 0
    /// What the innermost `with` around the code at hand has replaced.
    var change: UnsafeMutablePointer<ContextChange>?
    /// The last epoch given out; epochs are never used twice, so memos need no clearing.
    var lastEpoch: UInt32 = 0
    /// Steps left after the current quantum.
    var steps: UInt64 = 0
    var limits = MachineLimits(steps: .max, memory: .max, depth: 1, deadline: 0, isStrict: false)
    /// The evaluation has ended with an error.
    var hasFailed = false
    /// The base documents that the evaluation was begun with.
    var snapshot = Value.undefined
    /// Calls of builtins have failed without ending the evaluation.
    var hasTolerated = false
    /// Evaluations so far.
    var evaluations: UInt64 = 0
    /// Calls of builtins so far.
    var builtinCalls: UInt = 0
    var frames: UnsafeMutablePointer<CallFrame>
    var frameCapacity: Int
    /// The calls that may be under way before more room is needed, or the limit is reached.
    var frameLimit = 0

    init(frames: UnsafeMutablePointer<CallFrame>, frameCapacity: Int) {
        unsafe self.frames = frames
        unsafe self.frameCapacity = frameCapacity
    }
}
