import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// A query compiled against a policy; evaluates from many threads at once.
public final class PreparedQuery: Sendable {
    enum Shape: Sendable {
        /// The program answers with a document.
        case document(path: [String])
        /// The program answers with an array of solutions.
        case query(ResolvedQuery)
    }

    let machines: MachinePool
    /// The program's function that answers; `nil` for the program's own query.
    let entry: FunctionID?
    let policy: Policy
    let shape: Shape
    /// What an instrumented program tells of; `nil` for a program that tells nothing.
    let legend: TraceLegend?

    var program: Program { machines.program }

    init(machines: MachinePool, entry: FunctionID? = nil, policy: Policy, shape: Shape, legend: TraceLegend? = nil) {
        self.legend = legend
        self.machines = machines
        self.entry = entry
        self.policy = policy
        self.shape = shape
    }

    convenience init(program: Program, policy: Policy, shape: Shape, legend: TraceLegend? = nil) {
        self.init(machines: MachinePool(program: program, policy: policy), policy: policy, shape: shape, legend: legend)
    }

    /// Whether an evaluation may wait for another machine (`http.send`, `net.lookup_ip_addr`): it belongs on a thread that may block.
    public var canBlock: Bool { machines.program.canBlock }

    /// Evaluates the query.
    ///
    /// - Parameters:
    ///   - input: what `input` is.
    ///   - limits: the evaluation's bounds.
    ///   - print: takes what `print` writes, a line a call, if the policy keeps such calls.
    ///   - instruments: what sees the evaluation; the query must have been prepared as an instrumented one.
    /// - Throws: the error that ended the evaluation; undefined is an answer, not an error.
    public func evaluate(
        _ input: Input = .none, limits: EvaluationLimits = EvaluationLimits(), print: ((String) -> Void)? = nil,
        instruments: Instruments? = nil
    ) throws(EvaluationError) -> Answer {
        let machine = machines.take()
        defer { machines.giveBack(machine) }
        let result = try observed(machine, input: input, limits: limits, print: print, instruments: instruments)
        return try answer(result, of: machine)
    }

    /// Evaluates a prepared path and writes its document as JSON; `nil` when undefined.
    ///
    /// Spares the copy of a large document into `RegoValue`s.
    public func evaluateJSON(_ input: Input = .none, limits: EvaluationLimits = EvaluationLimits()) throws(EvaluationError) -> [UInt8]? {
        let machine = machines.take()
        defer { machines.giveBack(machine) }
        let result = try observed(machine, input: input, limits: limits)
        guard result.isDefined else { return nil }
        return try reading(machine) {
            var buffer = OutputBuffer()
            result.writeJSON(into: &buffer)
            return buffer.array
        }
    }

    /// Evaluates the query with the results of nondeterministic builtins that are given, and adds to them what it has to ask for.
    ///
    /// - Parameter results: empty to record a decision, filled to replay one; nobody else uses it meanwhile.
    package func evaluate(
        _ input: Input, limits: EvaluationLimits, nondeterministicResults results: NondeterministicResults
    ) throws(EvaluationError) -> Answer {
        let machine = machines.take()
        defer { machines.giveBack(machine) }
        return try answer(try run(machine, input: input, limits: limits, nondeterministicResults: results), of: machine)
    }

    func run(
        _ machine: Machine, input: Input, limits: EvaluationLimits, print: ((String) -> Void)? = nil,
        testCase: ((RegoValue) -> Void)? = nil, instruments: Instruments? = nil, nondeterministicResults: NondeterministicResults? = nil
    ) throws(EvaluationError) -> Value {
        precondition(
            instruments?.needInstrumentedQuery != true || legend != nil,
            "only a query that was prepared as an instrumented one can be observed")
        var value = Value.undefined
        if case .none = input {
        } else {
            value = try (instruments?.metrics).measure(.inputParse) { () throws(EvaluationError) in
                try read(input, into: machine, limits: limits)
            }
        }
        return try run(
            machine, document: value, limits: limits, print: print, testCase: testCase, instruments: instruments,
            nondeterministicResults: nondeterministicResults)
    }

    /// Runs the query on an input document that outlives the call.
    func run(
        _ machine: Machine, document value: Value, limits: EvaluationLimits, print: ((String) -> Void)? = nil,
        testCase: ((RegoValue) -> Void)? = nil, instruments: Instruments? = nil, nondeterministicResults: NondeterministicResults? = nil
    ) throws(EvaluationError) -> Value {
        let context = machine.context
        context.reset()
        if let print { context.print = print }
        if let testCase { context.testCase = testCase }
        if let cancellation = limits.cancellation { context.cancellation = cancellation }
        if let nondeterministicResults { context.nondeterministicResults = nondeterministicResults }
        do throws(MachineError) {
            // What observers need is kept out of the way of evaluations that nobody observes.
            if let instruments { return try evaluate(machine, value, limits, observedBy: instruments) }
            return try machine.evaluate(input: value, data: policy.data.root, limits: Self.machineLimits(limits), query: entry)
        } catch {
            throw evaluationError(error)
        }
    }

    @inline(never)
    private func evaluate(
        _ machine: Machine, _ value: Value, _ limits: EvaluationLimits, observedBy instruments: Instruments
    ) throws(MachineError) -> Value {
        let recorder = legend.flatMap { instruments.begin($0) }
        if let recorder { machine.context.trace = { recorder.note($0) } }
        var builtinErrors: [MachineError] = []
        if instruments.options.contains(.builtinErrors) { machine.context.tolerated = { builtinErrors.append($0) } }
        defer {
            machine.context.tolerated = nil
            instruments.end(legend, builtinErrors: builtinErrors.map(evaluationError))
        }
        let machineLimits = Self.machineLimits(limits)
        return try instruments.metrics.measure(.queryEvaluation) { () throws(MachineError) in
            try machine.evaluate(input: value, data: policy.data.root, limits: machineLimits, query: entry, recorder: recorder)
        }
    }

    /// The bounds as the machine counts them; its clock is only read if there is a deadline.
    @inline(__always)
    static func machineLimits(_ limits: EvaluationLimits) -> MachineLimits {
        MachineLimits(
            steps: limits.instructions, memory: limits.memory, depth: limits.depth, deadline: limits.time.map(deadline(after:)) ?? 0,
            isStrict: limits.strictBuiltinErrors)
    }

    @inline(never)
    private static func deadline(after time: Duration) -> UInt64 {
        let (seconds, attoseconds) = time.components
        return Machine.monotonicNanoseconds() &+ UInt64(max(seconds, 0)) &* 1_000_000_000 &+ UInt64(max(attoseconds, 0) / 1_000_000_000)
    }

    func read(_ input: Input, into machine: Machine, limits: EvaluationLimits) throws(EvaluationError) -> Value {
        try input.value(in: machine.inputArena, symbols: program.heap, limits: limits)
    }

    // MARK: Answers

    private func answer(_ result: Value, of machine: Machine) throws(EvaluationError) -> Answer {
        try reading(machine) { answer(result) }
    }

    /// Copies out of a machine what it has evaluated, within the evaluation's limits: a small value may be endless when written out.
    func reading<Result>(_ machine: Machine, _ copy: () -> Result) throws(EvaluationError) -> Result {
        do throws(MachineError) {
            return try machine.watching { () throws(MachineError) in copy() }
        } catch {
            throw evaluationError(error)
        }
    }

    private func answer(_ result: Value) -> Answer {
        guard result.isDefined else { return Answer(solutions: []) }
        switch shape {
        case .document(let path):
            let text = "data" + path.map { "." + $0 }.joined()
            let expression = Answer.Solution.Expression(value: RegoValue(result), text: text, row: 1, column: 1)
            return Answer(solutions: [Answer.Solution(expressions: [expression], bindings: [])])
        case .query(let query):
            let solutions = unsafe result.elements.map { solution -> Answer.Solution in
                let values = unsafe solution.elements
                var expressions: [Answer.Solution.Expression] = []
                for (index, expression) in query.expressions.enumerated() {
                    expressions.append(
                        Answer.Solution.Expression(
                            value: unsafe RegoValue(values[index]), text: expression.text, row: Int(expression.span.row),
                            column: Int(expression.span.column)))
                }
                var bindings: [(name: String, value: RegoValue)] = []
                for (index, variable) in query.variables.enumerated() {
                    bindings.append((variable.name, unsafe RegoValue(values[query.expressions.count + index])))
                }
                return Answer.Solution(expressions: expressions, bindings: bindings)
            }
            return Answer(solutions: solutions)
        }
    }

    func evaluationError(_ error: MachineError) -> EvaluationError {
        let code: EvaluationError.Code =
            switch error.code {
            case .conflict: .conflict
            case .builtin: .builtin
            case .type: .type
            case .cancelled: .cancelled
            case .instructionLimit: .instructionLimit
            case .memoryLimit: .memoryLimit
            case .depthLimit: .depthLimit
            case .deadline: .deadline
            }
        guard let position = error.position else { return EvaluationError(code: code, message: error.message) }
        let span = Span(file: FileID(position.file), offset: 0, length: 0, row: position.row, column: position.column)
        return EvaluationError(code: code, message: error.message, span: span, file: policy.resolved.sources.file(of: span)?.name)
    }
}
