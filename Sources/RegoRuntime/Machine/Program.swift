/// Where an instruction comes from, for messages: the `FileID`'s raw value, row and column of `RegoSyntax`.
package struct SourcePosition: BitwiseCopyable, Sendable, Hashable {
    package var file: UInt32
    package var row: UInt32
    package var column: UInt32

    package init(file: UInt32, row: UInt32, column: UInt32) {
        self.file = file
        self.row = row
        self.column = column
    }
}

/// What a machine may keep of a function's results, because nothing but what is named decides them and a call costs more than a look.
package enum Keeping: UInt8, BitwiseCopyable, Sendable {
    case nothing
    /// For the rest of the evaluation's context: the arguments decide.
    case forArguments
    /// For further evaluations: the base documents decide.
    case forData

    /// Arguments of calls whose results are kept, at most.
    package static var argumentLimit: Int { 3 }
}

/// A function's entry and what a call of it needs.
package struct FunctionCode: BitwiseCopyable, Sendable {
    /// The first instruction.
    package var entry: Int32
    /// The registers of its window; its parameters are the first ones.
    package var registerCount: Int32
    /// The memo that keeps its result for an evaluation; -1 for Rego functions, whose result depends on arguments.
    package var memo: Int32
    /// What may be kept of its results besides.
    package var keeping: Keeping
    /// The bits of what `with` replaces in the program that its results may depend on, or that it must run again for.
    package var dependencies: UInt64

    package init(entry: Int32, registerCount: Int32, memo: Int32, keeping: Keeping = .nothing, dependencies: UInt64 = .max) {
        self.entry = entry
        self.registerCount = registerCount
        self.memo = memo
        self.keeping = keeping
        self.dependencies = dependencies
    }
}

/// Bytecode that is ready to run: immutable, shared by all threads.
///
/// The assembler has checked every register, constant, function and jump target, so the machine does not.
@safe package final class Program: @unchecked Sendable {
    // @unchecked: the buffers are written in `init` alone and freed in `deinit`.
    package let code: UnsafeMutablePointer<Instruction>
    package let codeCount: Int
    package let constants: UnsafeMutablePointer<Value>
    package let functions: UnsafeMutablePointer<FunctionCode>
    package let builtins: UnsafeMutablePointer<BuiltinDefinition>
    package let builtinCount: Int
    /// The nodes of all indices of rules.
    package let indexNodes: UnsafeMutablePointer<RuleIndexNode>
    /// What `RuleIndexNode.first` counts in.
    package let indexNumbers: UnsafeMutablePointer<Int32>
    /// The closures among the builtins, by the same index; `nil` for the others. Empty if there are none.
    package let hosted: [HostedBuiltin?]
    let hasHostedBuiltins: Bool
    package let memoCount: Int
    package let functionCount: Int
    package let globalCount: Int
    /// The function that answers the query.
    package let query: FunctionID
    /// Owns what the constants point to; also the symbols that input keys are matched with.
    package let heap: FrozenHeap
    /// Ascending code offsets with the position of the code from there on.
    package let positions: [(offset: Int32, position: SourcePosition)]
    /// What the `trace` instructions refer to; `nil` in a program that has none.
    package let trace: TraceTable?

    package init(
        code: [Instruction], constants: [Value], functions: [FunctionCode], builtins: [BuiltinDefinition], hosted: [HostedBuiltin?] = [],
        indexNodes: [RuleIndexNode] = [], indexNumbers: [Int32] = [], memoCount: Int, globalCount: Int, query: FunctionID,
        heap: FrozenHeap, positions: [(offset: Int32, position: SourcePosition)], trace: TraceTable? = nil
    ) {
        unsafe self.code = Self.copy(code)
        codeCount = code.count
        unsafe self.constants = Self.copy(constants)
        unsafe self.functions = Self.copy(functions)
        unsafe self.builtins = Self.copy(builtins)
        unsafe self.indexNodes = Self.copy(indexNodes)
        unsafe self.indexNumbers = Self.copy(indexNumbers)
        self.builtinCount = builtins.count
        self.hasHostedBuiltins = hosted.contains { $0 != nil }
        self.hosted = hasHostedBuiltins ? hosted : []
        for index in hosted.indices where hosted[index] != nil { unsafe self.builtins[index].isSpecial = true }
        self.memoCount = memoCount
        functionCount = functions.count
        self.globalCount = globalCount
        self.query = query
        self.heap = heap
        self.positions = positions
        self.trace = trace
        canBlock = builtins.contains { $0.canBlock }
    }

    deinit {
        unsafe code.deallocate()
        unsafe constants.deallocate()
        unsafe functions.deallocate()
        unsafe indexNodes.deallocate()
        unsafe indexNumbers.deallocate()
        unsafe builtins.deinitialize(count: builtinCount)
        unsafe builtins.deallocate()
    }

    private static func copy<T>(_ array: [T]) -> UnsafeMutablePointer<T> {
        let pointer = UnsafeMutablePointer<T>.allocate(capacity: max(array.count, 1))
        for (index, element) in array.enumerated() { unsafe (pointer + index).initialize(to: element) }
        return unsafe pointer
    }

    /// Whether a builtin that the code calls waits for others, such as `http.send`: such a program is no work for an event loop.
    package let canBlock: Bool

    /// The position of the code at an offset.
    package func position(of offset: Int) -> SourcePosition? {
        var low = 0
        var high = positions.count
        while low < high {
            let middle = (low + high) / 2
            if Int(positions[middle].offset) <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : positions[low - 1].position
    }
}
