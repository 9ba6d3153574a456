/// A register of a function's window.
package struct Register: Hashable, BitwiseCopyable, Sendable {
    package let index: UInt16
    @inlinable package init(_ index: UInt16) { self.index = index }
    @inlinable package init(_ index: Int) { self.index = UInt16(index) }

    /// The register `offset` places on.
    @inlinable package func advanced(by offset: Int) -> Register { Register(Int(index) + offset) }
}

/// The index of a constant of a program.
package struct ConstantID: Hashable, BitwiseCopyable, Sendable {
    package let index: Int32
    @inlinable package init(_ index: Int) { self.index = Int32(index) }
}

/// The index of a function of a program: a document's rules, a Rego function, or the query.
package struct FunctionID: Hashable, BitwiseCopyable, Sendable {
    package let index: Int32
    @inlinable package init(_ index: Int) { self.index = Int32(index) }
}

/// How two values are compared.
package enum Relation: UInt8, BitwiseCopyable, Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// The binary operators that the machine computes itself where both operands are small integers.
package enum ArithmeticOperator: UInt8, BitwiseCopyable, Sendable {
    case plus, minus, multiply, divide, remainder
}

/// The builtins that the machine computes itself where their operands are of the usual kind.
package enum DirectBuiltin: UInt8, BitwiseCopyable, Sendable {
    case startsWith, endsWith, contains, count, isString, isNumber, isObject, isArray
}

/// What an instruction does. `t` is where it goes on when it fails; unless said otherwise it falls through when it succeeds.
///
/// Registers are single-assignment on each path of a body; they hold `undefined` only where an instruction's line says so.
package enum Opcode: UInt8, BitwiseCopyable, Sendable {
    // Control
    /// Goes on at `t`.
    case jump
    /// Ends the function with R[a], which may be undefined.
    case `return`
    /// Fails if R[a] is undefined or `false`.
    case testTruthy
    /// Goes on at `t` if R[a] is defined.
    case jumpIfDefined
    /// R[a] = nothing known: what an iteration's entries have in common, before the first of them asks for it.
    case forget
    /// Goes on at `d` if R[a] is known and defined, at `t` if it is known to be undefined; falls through where nothing is known.
    case recall

    // Loads
    /// R[a] = K[d]
    case loadConstant
    /// R[a] = R[b]
    case move
    /// R[a] = undefined
    case setUndefined
    /// R[a] = input; fails if there is none.
    case loadInput
    /// R[a] = the base documents; fails if `with` took them away.
    case loadData

    // References
    /// R[a] = R[b][R[c]]
    case get
    /// R[a] = R[b][K[d]]
    case getConstant
    /// R[a] = R[b] followed along the operands of the array K[d]
    case getPath
    /// R[a] = input followed along K[d]
    case getInputPath
    /// R[a] = base documents followed along K[d], where an integer also finds the key that it is written as
    case getDataPath

    // Tests
    /// Fails unless R[a] == R[b].
    case equal
    /// Fails unless R[a] == K[d].
    case equalConstant
    /// Fails unless R[a] x R[b] holds for the `Relation` x.
    case compare
    /// Fails unless R[a] x K[d] holds.
    case compareConstant
    /// R[a] = R[b] x R[c] as a boolean.
    case compareValue
    /// Fails unless R[a] is a member of R[b].
    case member
    /// R[a] = whether R[b] is a member of R[c].
    case memberValue
    /// Fails unless R[a] is an array of d elements.
    case testArray
    /// Fails unless R[a] is an object of d entries.
    case testObject
    /// R[a] = element d of the array R[b], known to have it.
    case element

    /// R[a] = R[b] x R[c] for the `ArithmeticOperator` x; fails on a builtin error.
    case arithmetic

    // Iteration: the cursor is R[a] and R[a+1]; each step leaves the key in R[c] (x bit 0) and the value in R[c+1] (x bit 1).
    /// Opens a cursor over R[b] and loads the first entry; goes on at `t` if R[b] is no collection, at `d` if it is empty.
    case iterate
    /// Loads the next entry and goes on at `t`; falls through when there is none.
    case next
    // The same over the entries whose value along the array K[d] stands in the `Relation` x to R[a+1]; the cursor is R[a]…R[a+2].
    /// Opens a cursor over R[b] and loads the first such entry's key into R[c], its value into R[c+1]; fails if R[b] is no collection or
    /// has none.
    case iterateMatching
    /// Loads the next such entry and goes on at `t`; falls through when there is none.
    case nextMatching

    // Construction
    /// R[a] = an array of the c registers from R[b]
    case makeArray
    /// R[a] = a set of the c registers from R[b]
    case makeSet
    /// R[a] = an object of the c pairs (key, value) of registers from R[b]
    case makeObject
    /// R[a] = an object of the c registers from R[b], whose keys are the strings of the array K[d], at most 8, ascending
    case makeObjectWithKeys
    /// R[a] = a builder
    case newArray
    case newSet
    case newObject
    /// Adds R[b] to the builder R[a].
    case append
    case insert
    /// Puts R[b]: R[c] into the builder R[a]; another value at the same key is a conflict, or stays if x is 1.
    case put
    /// Puts R[d] at the path of the c keys from R[b] into the builder R[a]: as the value (x 0), as a member of a set there (1), or not at
    /// all, but making the set (2).
    case putPath
    /// Merges the object R[b] into the builder R[a], whose own entries win.
    case mergeBelow
    /// R[a] = what the builder R[b] holds (x: 0 an array's, 1 a set's or object's, 2 one with builders inside).
    case finish

    // Calls
    /// R[a] = the document of function d; from its memo if it was computed before. Fails if undefined.
    case callRule
    /// R[a] = function d of the c registers from R[b]. Fails if undefined.
    case callFunction
    /// R[a] = builtin d of the c registers from R[b], of which those in the bits of x hold constants. Fails if undefined.
    case callBuiltin
    /// The same for a builtin that is the `DirectBuiltin` x.
    case callDirect

    // Rules
    /// Goes on at the first rule that the index with the root d allows; R[a] becomes the cursor over the others. Fails if there is none.
    case chooseRules
    /// Goes on at the next rule of the cursor R[a]; fails if there is none.
    case nextRule
    /// R[a] = R[b] if R[a] is undefined; a conflict if it is another value (x: 0 complete rule, 1 function, 2 object keys).
    case assignOnce

    // with: a context is R[a] input, R[a+1] base documents, R[a+2] epoch.
    /// R[a]… = the current context.
    case saveContext
    /// Gives the context R[a]… an epoch of its own; the bits of d, and above them of t, say what the context has replaced.
    case newEpoch
    /// Makes R[a]… the current context.
    case setContext
    /// R[a] = R[b] (which may be undefined) changed as the array K[d] says, with values from R[c] on.
    ///
    /// K[d] is: the place among the values of what stands for the base, or null for R[b] itself; keys; for each key an array like this.
    case replace
    /// G[d] = R[a]; globals hold what `with` puts in a function's place.
    case setGlobal
    /// R[a] = G[d]
    case loadGlobal

    // Observation
    /// Tells the recorder of the `TraceOperation` x at the `TracePoint` d; R[a] as the operation says. Only instrumented programs have it.
    case trace
}

/// One instruction: sixteen trivial bytes.
package struct Instruction: BitwiseCopyable, Sendable {
    package var opcode: Opcode
    package var x: UInt8
    package var a: UInt16
    package var b: UInt16
    package var c: UInt16
    package var t: Int32
    package var d: Int32

    package init(
        _ opcode: Opcode, x: UInt8 = 0, a: Register = Register(0), b: Register = Register(0), c: UInt16 = 0, t: Int32 = 0, d: Int32 = 0
    ) {
        self.opcode = opcode
        self.x = x
        self.a = a.index
        self.b = b.index
        self.c = c
        self.t = t
        self.d = d
    }
}
