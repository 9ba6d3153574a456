@_spi(Engine) import RegoRuntime

/// What decides the results of a program's functions, read off their code.
struct FunctionPurity {
    private struct Function {
        /// Whether arguments, `input` and base documents decide its result, and nothing can tell whether it was called.
        var isPure = true
        /// Whether it reads `input`, or changes what documents are by `with`.
        var readsInput = false
        /// The bits of what `with` may replace that its result depends on.
        var dependencies: UInt64 = 0
        /// Whether it costs more than to look for a known result.
        var isCostly = false
        /// The most arguments of a call; -1 if nothing calls it with arguments.
        var arguments = -1
        var callees: [Int] = []
    }

    private var functions: [Function]
    /// Of each builtin.
    private let isPure: [Bool]

    init(count: Int, isPure: [Bool]) {
        functions = Array(repeating: Function(), count: count)
        self.isPure = isPure
    }

    /// Takes a function's code in.
    mutating func read(
        _ code: ArraySlice<Instruction>, of id: FunctionID, constants: [Value], parts: inout ReplacedParts
    ) {
        var function = functions[Int(id.index)]
        for instruction in code {
            switch instruction.opcode {
            case .loadInput, .getInputPath:
                function.readsInput = true
                function.dependencies |= parts.overlapping(.input, instruction.opcode == .loadInput ? -1 : instruction.d, among: constants)
            case .loadData, .getDataPath:
                function.dependencies |= parts.overlapping(.data, instruction.opcode == .loadData ? -1 : instruction.d, among: constants)
            case .saveContext, .newEpoch, .setContext, .replace: function.readsInput = true
            case .setGlobal, .loadGlobal, .trace: function.isPure = false
            case .callBuiltin, .callDirect, .arithmetic:
                if !isPure[Int(instruction.d)] { function.isPure = false }
                if instruction.opcode == .callBuiltin { function.isCostly = true }
            case .callRule, .callFunction:
                function.callees.append(Int(instruction.d))
                function.isCostly = true
                if instruction.opcode == .callFunction {
                    functions[Int(instruction.d)].arguments = max(
                        functions[Int(instruction.d)].arguments, Int(instruction.c))
                }
            case .iterate, .iterateMatching: function.isCostly = true
            default: break
            }
        }
        // Another function's code may have called this one since.
        function.arguments = functions[Int(id.index)].arguments
        functions[Int(id.index)] = function
    }

    /// Follows the calls: a function is what those that it calls are.
    mutating func settle() {
        var callers = [[Int]](repeating: [], count: functions.count)
        for (index, function) in functions.enumerated() {
            for callee in function.callees { callers[callee].append(index) }
        }
        var pending = functions.indices.filter { !functions[$0].isPure || functions[$0].readsInput || functions[$0].dependencies != 0 }
        while let index = pending.popLast() {
            for caller in callers[index] {
                let before = (functions[caller].isPure, functions[caller].readsInput, functions[caller].dependencies)
                if !functions[index].isPure { functions[caller].isPure = false }
                if functions[index].readsInput { functions[caller].readsInput = true }
                functions[caller].dependencies |= functions[index].dependencies
                if before != (functions[caller].isPure, functions[caller].readsInput, functions[caller].dependencies) {
                    pending.append(caller)
                }
            }
        }
    }

    /// The bits of what a `with` replaces where the function's results of outside it are not valid: all, if it has to run again.
    func dependencies(of index: Int) -> UInt64 { functions[index].isPure ? functions[index].dependencies : .max }

    /// What may be kept of a function's results.
    func keeping(of index: Int, isDocument: Bool) -> Keeping {
        let function = functions[index]
        guard function.isPure, function.isCostly else { return .nothing }
        if isDocument { return function.readsInput ? .nothing : .forData }
        return (1...Keeping.argumentLimit).contains(function.arguments) ? .forArguments : .nothing
    }
}
