@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FunctionPlanner {
    /// Plans a reference and returns the register of its value.
    func reference(_ terms: [Term]) throws(AssemblyLimit) -> Register {
        let operands = Array(terms.dropFirst())
        guard case .variable(let head) = terms[0].kind, scope[head] == nil else {
            return try follow(operands[...], from: try value(of: terms[0]))
        }
        switch head {
        case "input": return try inputReference(operands)
        case "data": return try dataReference(operands)
        default: throw AssemblyLimit(message: "internal error: variable \(head) has no value")
        }
    }

    private func inputReference(_ operands: [Term]) throws(AssemblyLimit) -> Register {
        let ground = operands.prefix { $0.isConstant }
        let result = try once(.input, ground) { (result) throws(AssemblyLimit) in
            if ground.isEmpty {
                test(Instruction(.loadInput, a: result))
            } else {
                test(Instruction(.getInputPath, a: result, d: try pathConstant(Array(ground)).index))
            }
        }
        return try follow(operands.dropFirst(ground.count), from: result)
    }

    /// The register of a reference's value: one that it is in already, or a new one that `plan` loads it into.
    private func once(
        _ origin: Scope.Origin, _ operands: ArraySlice<Term>, _ plan: (Register) throws(AssemblyLimit) -> Void
    ) throws(AssemblyLimit) -> Register {
        // A program that tells what it does looks everything up where it is asked for.
        guard trace == nil else {
            let result = try allocate()
            try plan(result)
            return result
        }
        if let known = scope.register(of: origin, operands) { return known }
        let result: Register
        let level = operands.isEmpty ? loops.count : self.level(of: origin)
        if level < loops.count {
            // Instructions that look something up leave undefined where there is nothing.
            let known = makeLabel()
            result = try emitRecall(at: level, known: known)
            try plan(result)
            place(known)
        } else {
            result = try allocate()
            try plan(result)
        }
        scope.keep(result, of: origin, operands)
        return result
    }

    /// Follows operands from a value: ground ones look up, variables without a value iterate.
    func follow(_ operands: ArraySlice<Term>, from register: Register) throws(AssemblyLimit) -> Register {
        var register = register
        var rest = operands
        while let operand = rest.first {
            let ground = rest.prefix { $0.isConstant }
            if ground.count > 1 {
                let origin = register
                register = try once(.register(origin), ground) { (result) throws(AssemblyLimit) in
                    test(Instruction(.getPath, a: result, b: origin, d: try pathConstant(Array(ground)).index))
                }
                rest = rest.dropFirst(ground.count)
            } else if isPattern(operand) {
                let (key, value) = try entries(of: register)
                try match(operand, with: key)
                register = value
                rest = rest.dropFirst()
            } else {
                register = try get(operand, from: register)
                rest = rest.dropFirst()
            }
        }
        return register
    }

    /// Looks one operand up.
    func get(_ operand: Term, from register: Register) throws(AssemblyLimit) -> Register {
        if let constant = constant(operand) {
            return try once(.register(register), [operand]) { (result) throws(AssemblyLimit) in
                test(Instruction(.getConstant, a: result, b: register, d: constant.index))
            }
        }
        let key = try value(of: operand)
        let result = try allocate()
        test(Instruction(.get, a: result, b: register, c: key.index))
        return result
    }

    // MARK: data

    /// Plans `data.…`: walks the tree of rules as far as the operands are known, then does what the place found there asks for.
    func dataReference(_ operands: [Term]) throws(AssemblyLimit) -> Register {
        var node = program.resolved.root
        var depth = 0
        while !isHidden(operands.prefix(depth)) {
            if !node.rules.isEmpty { return try ruleReference(node, depth: depth, operands) }
            guard depth < operands.count else { return try callRule(program.document(at: node, path: operands, overlay: overlay)) }
            let operand = operands[depth]
            guard operand.isConstant else { return try packageReference(node, depth: depth, operands) }
            guard let child = node.child(operand) else { break }
            node = child
            depth += 1
        }
        return try baseReference(operands)
    }

    private func isHidden(_ path: ArraySlice<Term>) -> Bool {
        !overlay.hidden.isEmpty && overlay.hides(path.compactMap(\.scalar))
    }

    /// A reference to base documents that no rule can be at.
    private func baseReference(_ operands: [Term]) throws(AssemblyLimit) -> Register {
        let ground = operands.prefix { $0.isConstant }
        let result = try once(.data, ground) { (result) throws(AssemblyLimit) in
            if ground.isEmpty {
                test(Instruction(.loadData, a: result))
            } else {
                test(Instruction(.getDataPath, a: result, d: try pathConstant(Array(ground)).index))
            }
        }
        return try follow(operands.dropFirst(ground.count), from: result)
    }

    func callRule(_ function: FunctionID) throws(AssemblyLimit) -> Register {
        try once(.document(function), []) { (result) throws(AssemblyLimit) in
            try planCall(Instruction(.callRule, a: result, d: function.index))
        }
    }

    /// The register that a term's value is in already; `nil` if it has to be found.
    func registerAtHand(_ term: Term) -> Register? {
        switch term.kind {
        case .variable(let name): return scope[name]
        case .reference(let terms):
            guard trace == nil, case .variable(let head) = terms[0].kind, terms.dropFirst().allSatisfy(\.isConstant) else { return nil }
            if let register = scope[head] { return scope.register(of: .register(register), terms.dropFirst()) }
            return head == "input" ? scope.register(of: .input, terms.dropFirst()) : nil
        default: return nil
        }
    }

    /// A reference to, or into, the rules at a node.
    private func ruleReference(_ node: RuleTree, depth: Int, _ operands: [Term]) throws(AssemblyLimit) -> Register {
        guard !node.isFunction else {
            // A function is no document.
            fail()
            return try allocate()
        }
        let rest = operands[depth...]
        let rules = program.rules(at: node, overlay: overlay)
        guard !node.children.isEmpty else { return try follow(rest, from: try callRule(rules)) }
        let path = Array(operands.prefix(depth))
        // Of the nodes below, only the one that is asked for is evaluated: its siblings may refer to it.
        let child = rest.first.flatMap { $0.isConstant ? node.child($0) : nil }
        let document = try callRule(program.document(at: node, path: path, only: child, overlay: overlay))
        return try follow(rest, from: document)
    }

    func constantID(_ term: Term) throws(AssemblyLimit) -> ConstantID {
        guard let id = constant(term) else { throw AssemblyLimit(message: "internal error: not a constant") }
        return id
    }

    /// The whole document at a node.
    func document(of node: RuleTree, path: [Term]) throws(AssemblyLimit) -> Register {
        if isHidden(path[...]) { return try baseReference(path) }
        if !node.rules.isEmpty, node.children.isEmpty {
            guard !node.isFunction else {
                fail()
                return try allocate()
            }
            return try callRule(program.rules(at: node, overlay: overlay))
        }
        return try callRule(program.document(at: node, path: path, overlay: overlay))
    }

    /// A reference whose next operand below a package is not known before run time.
    private func packageReference(_ node: RuleTree, depth: Int, _ operands: [Term]) throws(AssemblyLimit) -> Register {
        let path = Array(operands.prefix(depth))
        let operand = operands[depth]
        let suffix = Array(operands[(depth + 1)...].prefix { $0.scalar != nil })
        let rest = operands[(depth + 1 + suffix.count)...]
        if isPattern(operand) {
            let documents = try callRule(program.projection(of: node, path: path, suffix: suffix, overlay: overlay))
            let (key, document) = try iterate(documents)
            try match(operand, with: key)
            return try follow(rest, from: document)
        }
        // The key has a value: only the document that it names is evaluated.
        let key = try value(of: operand)
        let result = try allocate()
        let found = makeLabel()
        let undefined = failure
        let outerScope = scope
        for child in node.children where !child.isFunction {
            let other = makeLabel()
            emit(Instruction(.equalConstant, a: key, d: try constantID(child.key).index), failingTo: other)
            try region(exhausted: undefined) { () throws(AssemblyLimit) in
                emit(Instruction(.move, a: result, b: try dataReference(path + [child.key] + suffix)))
                jump(to: found)
            }
            place(other)
        }
        let base = try baseReference(path)
        test(Instruction(.get, a: result, b: base, c: key.index))
        if !suffix.isEmpty { test(Instruction(.getPath, a: result, b: result, d: try pathConstant(suffix).index)) }
        place(found)
        // The code comes here on other ways, too, than by the base documents.
        scope.takeReferences(of: outerScope)
        return try follow(rest, from: result)
    }

    // MARK: Documents

    /// Plans the function of a package's whole document: the documents below it and the base documents.
    func planDocument(_ node: RuleTree, path: [Term]) throws(AssemblyLimit) {
        let builder = try allocate()
        emit(Instruction(.newObject, a: builder))
        // Of several conflicts, the one in the first document by name is reported.
        let children = node.children.sorted { TermOrder.compare($0.key, $1.key) < 0 }
        for child in children where child.rules.isEmpty {
            try planEntry(builder, key: child.key) { () throws(AssemblyLimit) in try document(of: child, path: path + [child.key]) }
        }
        // A base document hides a rule of the same name, and is part of the document of a package of the same name.
        let done = makeLabel()
        try region(exhausted: done) { () throws(AssemblyLimit) in
            emit(Instruction(.mergeBelow, a: builder, b: try baseReference(path)))
        }
        place(done)
        for child in children where !child.rules.isEmpty && !child.isFunction {
            try planEntry(builder, key: child.key, yields: true) { () throws(AssemblyLimit) in
                try document(of: child, path: path + [child.key])
            }
        }
        try finishCollection(builder, kind: 1)
    }

    /// Plans the function of the document at a node that has rules with variables in their reference, and nodes below it: what all of them
    /// put there, with a conflict where two of them put different things.
    ///
    /// - Parameter only: the one child to take into account, if not all.
    func planOverlappingDocument(_ node: RuleTree, path: [Term], only: RuleTree?) throws(AssemblyLimit) {
        let builder = try allocate()
        emit(Instruction(.newObject, a: builder))
        try planOverlap(builder, node, path: path, prefix: path.count, only: only)
        try finishCollection(builder, kind: 2)
    }

    private func planOverlap(_ builder: Register, _ node: RuleTree, path: [Term], prefix: Int, only: RuleTree?) throws(AssemblyLimit) {
        if node.hasDynamicRules {
            // `data` counts among a rule's operands, not among a path's.
            try planEntries(of: node.rules, into: builder, from: prefix + 1)
        } else if !node.rules.isEmpty, !node.isFunction {
            try planStaticEntry(builder, node, keys: Array(path[prefix...]))
        }
        for child in node.children where only == nil || child === only {
            let below = path + [child.key]
            if isHidden(below[...]) {
                try planHiddenEntry(builder, path: below, prefix: prefix)
            } else {
                try planOverlap(builder, child, path: below, prefix: prefix, only: nil)
            }
        }
    }

    private func planStaticEntry(_ builder: Register, _ node: RuleTree, keys: [Term]) throws(AssemblyLimit) {
        let absent = makeLabel()
        try region(exhausted: absent) { () throws(AssemblyLimit) in
            var registers: [Register] = []
            for key in keys { registers.append(try load(try constantID(key))) }
            let first = try gather(registers)
            let document = try callRule(program.rules(at: node, overlay: overlay))
            guard node.rules[0].kind == .partialSet else {
                return emit(Instruction(.putPath, a: builder, b: first, c: UInt16(keys.count), d: Int32(document.index)))
            }
            emit(Instruction(.putPath, x: 2, a: builder, b: first, c: UInt16(keys.count), d: Int32(document.index)))
            let (_, member) = try iterate(document, wantsKey: false)
            emit(Instruction(.putPath, x: 1, a: builder, b: first, c: UInt16(keys.count), d: Int32(member.index)))
        }
        place(absent)
    }

    private func planHiddenEntry(_ builder: Register, path: [Term], prefix: Int) throws(AssemblyLimit) {
        let absent = makeLabel()
        try region(exhausted: absent) { () throws(AssemblyLimit) in
            var registers: [Register] = []
            for key in path[prefix...] { registers.append(try load(try constantID(key))) }
            let first = try gather(registers)
            let value = try baseReference(path)
            emit(Instruction(.putPath, a: builder, b: first, c: UInt16(registers.count), d: Int32(value.index)))
        }
        place(absent)
    }

    /// Plans the function of a projection: for each key below the node, the value along the suffix where it is defined.
    func planProjection(_ node: RuleTree, path: [Term], suffix: [Term]) throws(AssemblyLimit) {
        let builder = try allocate()
        emit(Instruction(.newObject, a: builder))
        for child in node.children where !child.isFunction {
            try planEntry(builder, key: child.key) { () throws(AssemblyLimit) in
                suffix.isEmpty
                    ? try document(of: child, path: path + [child.key])
                    : try dataReference(path + [child.key] + suffix)
            }
        }
        let done = makeLabel()
        try region(exhausted: done) { () throws(AssemblyLimit) in
            let (key, value) = try iterate(try baseReference(path))
            for child in node.children {
                test(Instruction(.compareConstant, x: Relation.notEqual.rawValue, a: key, d: try constantID(child.key).index))
            }
            emit(Instruction(.put, a: builder, b: key, c: try follow(suffix[...], from: value).index))
        }
        place(done)
        try finishCollection(builder, kind: 1)
    }

    /// Puts the value at the key where it is defined; `yields` to an entry that is there.
    private func planEntry(
        _ builder: Register, key: Term, yields: Bool = false, value: () throws(AssemblyLimit) -> Register
    ) throws(AssemblyLimit) {
        let absent = makeLabel()
        try region(exhausted: absent) { () throws(AssemblyLimit) in
            let value = try value()
            emit(Instruction(.put, x: yields ? 1 : 0, a: builder, b: try load(try constantID(key)), c: value.index))
        }
        place(absent)
    }
}
