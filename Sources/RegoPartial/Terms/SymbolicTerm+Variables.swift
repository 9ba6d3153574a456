import RegoSyntax

extension SymbolicTerm {
    /// Whether a text can be a variable's name.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first,
            first == UInt8(ascii: "_") || first | 0x20 >= UInt8(ascii: "a") && first | 0x20 <= UInt8(ascii: "z")
        else { return false }
        return text.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")
                || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
        }
    }

    /// The term as people read it.
    var syntaxText: String { TermPrinter.text(of: syntax) }

    /// Whether a predicate holds for one of the variables, those of comprehensions' bodies included.
    func containsVariable(where predicate: (String) -> Bool) -> Bool {
        switch kind {
        case .null, .boolean, .number, .string: return false
        case .variable(let name): return predicate(name)
        case .reference(let terms): return terms.contains { $0.containsVariable(where: predicate) }
        case .call(let terms): return terms.contains { $0.containsVariable(where: predicate) }
        case .array(let terms), .set(let terms): return !isGround && terms.contains { $0.containsVariable(where: predicate) }
        case .object(let items):
            return !isGround && items.contains { $0.key.containsVariable(where: predicate) || $0.value.containsVariable(where: predicate) }
        case .comprehension(let comprehension):
            return comprehension.head.contains { $0.containsVariable(where: predicate) }
                || comprehension.body.contains { $0.containsVariable(where: predicate) }
        }
    }

    /// Adds all variables, those of comprehensions' bodies included.
    func collectVariables(into names: inout Set<String>) {
        _ = containsVariable { name in
            names.insert(name)
            return false
        }
    }

    /// The variables outside of comprehensions, without the heads of references, in the order in which they occur.
    var outerVariables: [String] {
        var names: [String] = []
        collectOuterVariables(into: &names)
        return names
    }

    private func collectOuterVariables(into names: inout [String]) {
        switch kind {
        case .null, .boolean, .number, .string, .comprehension: break
        case .variable(let name): if !names.contains(name) { names.append(name) }
        case .reference(let terms): for term in terms.dropFirst() { term.collectOuterVariables(into: &names) }
        case .call(let terms), .array(let terms), .set(let terms):
            if !isGround { for term in terms { term.collectOuterVariables(into: &names) } }
        case .object(let items):
            if isGround { return }
            for item in items {
                item.key.collectOuterVariables(into: &names)
                item.value.collectOuterVariables(into: &names)
            }
        }
    }

    /// Calls a closure with each reference in the term, those of comprehensions included, the outer one before those in it.
    func forEachReference(_ visit: ([SymbolicTerm]) -> Void) {
        switch kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let operands):
            visit(operands)
            for operand in operands { operand.forEachReference(visit) }
        case .call(let terms), .array(let terms), .set(let terms): for term in terms { term.forEachReference(visit) }
        case .object(let items):
            for item in items {
                item.key.forEachReference(visit)
                item.value.forEachReference(visit)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head { term.forEachReference(visit) }
            for expression in comprehension.body { expression.forEachReference(visit) }
        }
    }
}

extension SymbolicExpression {
    /// Whether a predicate holds for one of the variables, the names of functions included.
    func containsVariable(where predicate: (String) -> Bool) -> Bool {
        let found =
            switch kind {
            case .term(let term): term.containsVariable(where: predicate)
            case .call(let terms): terms.contains { $0.containsVariable(where: predicate) }
            case .every(let every):
                every.key?.containsVariable(where: predicate) ?? false || every.value.containsVariable(where: predicate)
                    || every.domain.containsVariable(where: predicate) || every.body.contains { $0.containsVariable(where: predicate) }
            }
        return found || with.contains { $0.target.containsVariable(where: predicate) || $0.value.containsVariable(where: predicate) }
    }

    /// Calls a closure with each reference, operators included.
    func forEachReference(_ visit: ([SymbolicTerm]) -> Void) {
        switch kind {
        case .term(let term): term.forEachReference(visit)
        case .call(let terms): for term in terms { term.forEachReference(visit) }
        case .every(let every):
            every.key?.forEachReference(visit)
            every.value.forEachReference(visit)
            every.domain.forEachReference(visit)
            for expression in every.body { expression.forEachReference(visit) }
        }
        for modifier in with {
            modifier.target.forEachReference(visit)
            modifier.value.forEachReference(visit)
        }
    }
}
