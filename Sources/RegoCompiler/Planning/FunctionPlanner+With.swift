@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What the modifiers of one expression make of a document, together: a tree of the paths that they name.
private struct Replacement {
    /// The place among the values of what stands for the document; `nil` where it is the document itself that is changed.
    var value: Int?
    /// What becomes of the entries below, in the order in which they were named first.
    private var entries: [(key: Term, replacement: Replacement)] = []
    private var places: [Term.Scalar: Int] = [:]

    /// Puts a value at a path, over what was put there or below before.
    mutating func put(_ value: Int, at path: ArraySlice<Term>) {
        guard let key = path.first, let scalar = key.scalar else {
            self = Replacement(value: value)
            return
        }
        let place = places[scalar] ?? entries.count
        if place == entries.count {
            entries.append((key, Replacement()))
            places[scalar] = place
        }
        entries[place].replacement.put(value, at: path.dropFirst())
    }

    init(value: Int? = nil) { self.value = value }

    var isEmpty: Bool { value == nil && entries.isEmpty }

    /// The tree as `Opcode.replace` takes it.
    var term: Term {
        let place = value.map { Term(.number("\($0)")) } ?? Term(.null)
        return Term(.array([place, Term(.array(entries.map(\.key))), Term(.array(entries.map(\.replacement.term)))]))
    }
}

/// The modifiers of an expression, read one after another.
private struct Modifiers {
    var values: [Register] = []
    var input = Replacement()
    var data = Replacement()
    var overlay: Overlay
    /// What has to be done whenever the context is entered, besides making it the current one.
    var entering: [Instruction] = []
    /// The bits of what they replace.
    var parts = ReplacedParts.anything
}

extension FunctionPlanner {
    /// Plans `expression with …`: the context is changed while the expression runs, and is the old one again wherever the code goes on.
    func planWith(_ expression: Expression) throws(AssemblyLimit) {
        var inner = expression
        inner.with = []
        let old = try allocate(3)
        let new = try allocate(3)
        let outerOverlay = overlay
        var modifiers = Modifiers(overlay: overlay)
        for with in expression.with { try read(with, into: &modifiers) }
        emit(Instruction(.saveContext, a: old))
        let values = try gather(modifiers.values)
        try emit(modifiers.input, from: old, to: new, values)
        try emit(modifiers.data, from: old.advanced(by: 1), to: new.advanced(by: 1), values)
        let parts = modifiers.parts
        emit(
            Instruction(
                .newEpoch, a: new, t: Int32(truncatingIfNeeded: parts >> 32), d: Int32(truncatingIfNeeded: parts)))
        let entering = modifiers.entering + [Instruction(.setContext, a: new)]
        for instruction in entering { emit(instruction) }
        onFailure([Instruction(.setContext, a: old)])
        overlay = modifiers.overlay
        let label = failure
        let (outerScope, outerLevel) = (scope, contextLevel)
        scope.forgetReferences()
        contextLevel = loops.count
        try planUntraced(inner)
        scope.takeReferences(of: outerScope)
        contextLevel = outerLevel
        overlay = outerOverlay
        emit(Instruction(.setContext, a: old))
        if failure == label {
            // The expression has no further solution: a later failure leaves it with the old context in place.
            endFailureHandler()
        } else {
            onFailure(entering)
        }
    }

    private func emit(
        _ replacement: Replacement, from old: Register, to new: Register, _ values: Register
    ) throws(AssemblyLimit) {
        guard !replacement.isEmpty else { return emit(Instruction(.move, a: new, b: old)) }
        emit(Instruction(.replace, a: new, b: old, c: values.index, d: try constantID(replacement.term).index))
    }

    private func read(_ with: With, into modifiers: inout Modifiers) throws(AssemblyLimit) {
        let target = with.target
        let operands: [Term]
        let head: String
        switch target.kind {
        case .variable(let name): (head, operands) = (name, [])
        case .reference(let terms):
            guard case .variable(let name)? = terms.first?.kind else { return }
            (head, operands) = (name, Array(terms.dropFirst()))
        default: return
        }
        let isRule = head == "data" && program.node(at: operands)?.isFunction == true
        if head != "input", head != "data" || isRule {
            let name = Self.functionName(target)
            if let replacement = functionName(ofReplacement: with.value) {
                modifiers.overlay.replacements[name] = .function(replacement)
            } else {
                let global = program.globalCount
                program.globalCount += 1
                modifiers.overlay.replacements[name] = .value(global: global)
                modifiers.entering.append(Instruction(.setGlobal, a: try value(of: with.value), d: Int32(global)))
            }
            return
        }
        let place = modifiers.values.count
        modifiers.values.append(try value(of: with.value))
        modifiers.parts |= program.replacedParts.part(below: head == "input" ? .input : .data, try pathConstant(operands), of: program)
        guard head == "data" else { return modifiers.input.put(place, at: operands[...]) }
        modifiers.data.put(place, at: operands[...])
        let path = operands.compactMap(\.scalar)
        if operands.isEmpty || program.node(at: operands) != nil { modifiers.overlay.hidden.insert(path) }
    }

    /// The name of the function that a `with` puts in another's place; `nil` if it puts a value there.
    private func functionName(ofReplacement term: Term) -> String? {
        switch term.kind {
        case .reference(let terms):
            guard case .variable(let head)? = terms.first?.kind else { return nil }
            if head == "data" {
                return program.node(at: Array(terms.dropFirst()))?.isFunction == true ? Self.functionName(term) : nil
            }
            return scope[head] == nil && program.builtin(Self.functionName(term)) != nil ? Self.functionName(term) : nil
        case .variable(let name):
            return scope[name] == nil && program.builtin(name) != nil ? name : nil
        default: return nil
        }
    }

    /// A function's reference as its name: `count`, `json.unmarshal`, `data.a.f`.
    static func functionName(_ term: Term) -> String {
        switch term.kind {
        case .variable(let name): return name
        case .reference(let terms):
            var name = ""
            for (position, term) in terms.enumerated() {
                if position > 0 { name += "." }
                switch term.kind {
                case .variable(let text), .string(let text), .number(let text): name += text
                default: name += "?"
                }
            }
            return name
        default: return "?"
        }
    }
}
