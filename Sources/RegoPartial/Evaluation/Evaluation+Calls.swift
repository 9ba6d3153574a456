import RegoCompiler
import RegoSyntax

extension Evaluation {
    /// Evaluates a call; the operand behind the arguments, if there is one, is unified with the result.
    func evaluateCall(_ terms: [SymbolicTerm], _ then: Continuation) throws {
        guard case .reference(let path) = terms[0].kind else { throw PartialFailure(.internal, "a call has no operator", at: span) }
        let name = terms[0].syntaxText
        let replacement = session.replacements[name]
        if let replacement, case .reference(let other) = replacement.kind, names(function: other) {
            session.replacements.push()
            defer { session.replacements.pop() }
            return try evaluateCall([replacement] + terms.dropFirst()) {
                session.replacements.pop()
                defer { session.replacements.push() }
                try then()
            }
        }
        if path.first?.variable == "data" {
            guard let node = session.tree.find(path.dropFirst()) else { return }
            let rules = try self.rules(of: node)
            if rules.isEmpty { return }
            if let replacement { return try unifyResult(replacement, arity: rules.arity, terms, then) }
            return try FunctionEvaluation(evaluation: self, rules: rules, terms: terms, path: path).run(then)
        }
        guard let signature = session.calls.signature(name) else {
            throw PartialFailure(.internal, "unsupported built-in: \(name)", at: span)
        }
        if let replacement { return try unifyResult(replacement, arity: signature.arity, terms, then) }
        if try isUnknownCall(terms) { return try saveCall(arity: signature.arity, terms, then) }
        try evaluate(signature, terms, then)
    }

    /// Whether an operator's arguments, what its result is unified with, or its modifiers are unknown.
    private func isUnknownCall(_ terms: [SymbolicTerm]) throws -> Bool {
        if index < query.count, !query[index].with.isEmpty { return true }
        return try session.isUnknown(SymbolicExpression(.call(terms)), of: bindings)
    }

    /// Whether a reference names a builtin or one of the author's functions.
    private func names(function path: [SymbolicTerm]) -> Bool {
        if path.first?.variable == "data" { return isFunction(path) }
        return session.calls.signature(SymbolicTerm.reference(path).syntaxText) != nil
    }

    /// Goes on with a value that stands in the place of a call.
    private func unifyResult(_ value: SymbolicTerm, arity: Int, _ terms: [SymbolicTerm], _ then: Continuation) throws {
        if terms.count == arity + 2 { return try unify(terms[terms.count - 1], value, then) }
        if !value.isFalse { try then() }
    }

    private func evaluate(_ signature: BuiltinSignature, _ terms: [SymbolicTerm], _ then: Continuation) throws {
        let operands = terms.dropFirst().map { bindings.plug($0) }
        let hasResult = operands.count > signature.arity
        let arguments = hasResult ? operands.dropLast() : operands[...]
        let results: [SymbolicTerm]
        do {
            results = try session.calls.results(of: signature.name, Array(arguments))
        } catch let failure as PartialFailure {
            throw PartialFailure(failure.code, failure.message, at: span)
        }
        for result in results {
            if !signature.hasResult {
                try then()
            } else if hasResult, let output = terms.last {
                try unify(output, result, then)
            } else if !result.isFalse {
                try then()
            }
        }
    }
}
