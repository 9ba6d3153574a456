import RegoCompiler
import RegoPartial
@_spi(Engine) import RegoRuntime
package import RegoSyntax

/// How a query is partially evaluated.
public struct PartialOptions: Sendable {
    /// The documents that are not known, as references: `input`, `input.user`, `data.inventory`.
    public var unknowns: [String]
    /// The documents that stay rules of the answer instead of being inlined, as references.
    public var disabledInlining: [String]
    /// All rules that depend on unknowns stay rules of the answer.
    public var shallowInlining: Bool
    /// Builtins whose results differ from call to call (`time.now_ns`, `http.send`) are called now, if their arguments are known.
    public var nondeterministicBuiltins: Bool

    /// Makes options; the defaults are OPA's.
    public init(
        unknowns: [String] = ["input"], disabledInlining: [String] = [], shallowInlining: Bool = false,
        nondeterministicBuiltins: Bool = false
    ) {
        self.unknowns = unknowns
        self.disabledInlining = disabledInlining
        self.shallowInlining = shallowInlining
        self.nondeterministicBuiltins = nondeterministicBuiltins
    }
}

/// What is left of a query once everything known has been evaluated.
///
/// The query holds where one of `queries` does. Those may refer to rules of `support`, and to rules of the policy that could not be taken
/// apart: whoever evaluates them has both at hand.
public struct PartialAnswer: Sendable {
    /// The queries as Rego, each expression on a line of its own; an empty one always holds. Without any, the query never holds.
    public let queries: [String]
    /// The rules that the queries refer to, below `data.partial`, as modules of Rego.
    public let support: [Policy.Module]

    /// The queries' syntax.
    package let bodies: [Body]
    /// The syntax of the supporting modules.
    package let modules: [RegoSyntax.Module]
}

extension Policy {
    /// Evaluates a query as far as it does not depend on what is unknown, and says what is left.
    ///
    /// ```swift
    /// let answer = try policy.partial(query: "data.medical.allow == true")
    /// for query in answer.queries { print(query) }
    /// ```
    ///
    /// - Parameters:
    ///   - query: expressions, separated by `;` or line breaks.
    ///   - imports: paths that the query may name by their last segment.
    ///   - package: the package that the query is asked in; its rules need no prefix.
    ///   - input: the input document as far as it is known; what `options.unknowns` name of it is not looked at.
    ///   - options: what is unknown, and what is inlined.
    ///   - limits: the evaluation's bounds; `instructions` counts expressions and unifications, `memory` what the answer is made of.
    ///   - print: takes what `print` writes, a line a call, if the policy keeps such calls.
    /// - Throws: a `CompilationFailure` if the query or a name of `options` cannot be read, an `EvaluationError` if the evaluation ended
    ///   without an answer.
    public func partial(
        query: String, imports: [String] = [], package: String? = nil, input: Input = .none, options: PartialOptions = PartialOptions(),
        limits: EvaluationLimits = EvaluationLimits(), print: ((String) -> Void)? = nil
    ) throws -> PartialAnswer {
        let resolvedQuery = try resolveForPartial(query: query, imports: imports, package: package)
        let (unknowns, disabled) = (try references(options.unknowns), try references(options.disabledInlining))
        let arena = Arena()
        defer { arena.destroy() }
        let value = try input.value(in: arena, limits: limits)
        let calls = builtinCalls(cancellation: limits.cancellation, print: print)
        let evaluator = PartialEvaluator(
            program: resolved, calls: calls,
            analysis: BodyAnalysis(program: resolved, builtins: self.options.signatures, options: self.options.resolver),
            data: data.root)
        do {
            let result = try evaluator.evaluate(
                resolvedQuery, input: value,
                options: .init(
                    unknowns: unknowns, disabledInlining: disabled, isShallow: options.shallowInlining,
                    callsNondeterministic: options.nondeterministicBuiltins),
                limits: PreparedQuery.machineLimits(limits), cancellation: limits.cancellation)
            return try answer(result)
        } catch let failure as PartialFailure {
            throw evaluationError(failure)
        }
    }

    private func answer(_ result: PartialEvaluator.Result) throws -> PartialAnswer {
        let target: RegoVersion = options.version == .v1 ? .v1 : .v0CompatV1
        do {
            let queries = try result.queries.map { String(decoding: try Formatter.format(generated: $0), as: UTF8.self) }
            let support = try result.support.enumerated().map { position, module in
                Module(name: "partial\(position).rego", bytes: try Formatter.format(generated: module, target: target))
            }
            return PartialAnswer(queries: queries, support: support, bodies: result.queries, modules: result.support)
        } catch let failure as Formatter.Failure {
            throw CompilationFailure(failure.diagnostics, sources: resolved.sources)
        }
    }

    private func builtinCalls(cancellation: Cancellation?, print: ((String) -> Void)?) -> BuiltinCalls {
        let context = BuiltinContext()
        context.allowedHosts = options.capabilities?.allowedHosts
        context.interQueryCache = .shared
        context.runtime = options.runtime
        if let print { context.print = print }
        if let cancellation { context.cancellation = cancellation }
        return BuiltinCalls(registry: registry, signatures: options.signatures, hosted: options.builtins.map(\.name), context: context)
    }

    /// Reads references to documents.
    private func references(_ texts: [String]) throws(CompilationFailure) -> [[Term]] {
        var result: [[Term]] = []
        for text in texts { result.append(try reference(text)) }
        return result
    }

    private func reference(_ text: String) throws(CompilationFailure) -> [Term] {
        let file = SourceFile(name: "", text: text)
        var sources = SourceMap()
        _ = sources.add(file)
        let (body, found) = Parser.parseQuery(file, id: FileID(0), version: options.version)
        guard let body, found.isEmpty else { throw CompilationFailure(found, sources: sources) }
        if body.count == 1, !body[0].isNegated, body[0].with.isEmpty, case .term(let term) = body[0].kind {
            switch term.kind {
            case .variable(let name) where name == "input" || name == "data": return [term]
            case .reference(let operands):
                if case .variable(let name)? = operands.first?.kind, name == "input" || name == "data" { return operands }
            default: break
            }
        }
        throw CompilationFailure(
            [Diagnostic(.parse, "\(text) is no reference to a document: one begins with input or data", at: .none)], sources: sources)
    }

    private func evaluationError(_ failure: PartialFailure) -> EvaluationError {
        let code: EvaluationError.Code =
            switch failure.code {
            case .conflict: .conflict
            case .builtin: .builtin
            case .type: .type
            case .cancelled: .cancelled
            case .instructionLimit: .instructionLimit
            case .memoryLimit: .memoryLimit
            case .depthLimit: .depthLimit
            case .deadline: .deadline
            case .internal: .internal
            case .unsupported: .unsupported
            }
        guard failure.span.file != .none else { return EvaluationError(code: code, message: failure.message) }
        return EvaluationError(
            code: code, message: failure.message, span: failure.span, file: resolved.sources.file(of: failure.span)?.name)
    }
}
