@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FunctionPlanner {
    /// Plans a term and returns the register of its value; variables in references that have no value yet become iterations.
    func value(of term: Term) throws(AssemblyLimit) -> Register {
        if let constant = constant(term) { return try load(constant) }
        if let level = invariantLevel(of: term) {
            return try onceALoop(level) { () throws(AssemblyLimit) in try value(of: term) }
        }
        switch term.kind {
        case .variable(let name):
            if let register = scope[name] { return register }
            return try reference([term])
        case .reference(let terms): return try reference(terms)
        case .call(let terms): return try call(terms)
        case .array(let items): return try construct(.makeArray, items)
        case .set(let items): return try construct(.makeSet, TermOrder.members(items))
        case .object(let items):
            let items = TermOrder.items(items)
            if let object = try constructWithKeys(items) { return object }
            return try construct(.makeObject, items.flatMap { [$0.key, $0.value] })
        case .arrayComprehension(let head, let body):
            return try comprehension(.newArray, body) { (result) throws(AssemblyLimit) in
                emit(Instruction(.append, a: result, b: try value(of: head)))
            }
        case .setComprehension(let head, let body):
            return try comprehension(.newSet, body) { (result) throws(AssemblyLimit) in
                emit(Instruction(.insert, a: result, b: try value(of: head)))
            }
        case .objectComprehension(let key, let item, let body):
            return try comprehension(.newObject, body) { (result) throws(AssemblyLimit) in
                let key = try value(of: key)
                emit(Instruction(.put, a: result, b: key, c: try value(of: item).index))
            }
        case .templateString, .null, .boolean, .number, .string:
            throw AssemblyLimit(message: "internal error: a term that an earlier pass should have rewritten")
        }
    }

    private func construct(_ opcode: Opcode, _ items: [Term]) throws(AssemblyLimit) -> Register {
        let first = try gather(terms: items)
        let result = try allocate()
        let count = opcode == .makeObject ? items.count / 2 : items.count
        emit(Instruction(opcode, a: result, b: first, c: UInt16(count)))
        let step = opcode == .makeObject ? 2 : 1
        if opcode != .makeArray, count > 1, stride(from: 0, to: items.count, by: step).contains(where: { constant(items[$0]) == nil }) {
            literals.set(result, to: Literal(first: first, count: count, isObject: opcode == .makeObject))
        }
        return result
    }

    /// Opens an iteration over the entries of a collection.
    ///
    /// The search looks into a set or object of the body before the values of its terms are put in: it meets the members in the order of
    /// the terms, each of those that turn out to be equal. Of entries with equal keys it finds the first.
    func entries(of collection: Register) throws(AssemblyLimit) -> (key: Register, value: Register) {
        guard let literal = literals[collection] else { return try iterate(collection) }
        let step = literal.isObject ? 2 : 1
        let members = (0..<literal.count).map { literal.first.advanced(by: step * $0) }
        let list = try allocate()
        emit(Instruction(.makeArray, a: list, b: try gather(members), c: UInt16(literal.count)))
        var value = try allocate()
        if literal.isObject {
            let pairs = members.reversed().flatMap { [$0, $0.advanced(by: 1)] }
            emit(Instruction(.makeObject, a: value, b: try gather(pairs), c: UInt16(literal.count)))
        }
        let (_, key) = try iterate(list, wantsKey: false)
        guard literal.isObject else { return (key, key) }
        let object = value
        value = try allocate()
        test(Instruction(.get, a: value, b: object, c: key.index))
        return (key, value)
    }

    /// Plans an object whose keys are a few different strings; `nil` for any other.
    private func constructWithKeys(_ items: [Term.ObjectItem]) throws(AssemblyLimit) -> Register? {
        guard !items.isEmpty, items.count <= 8 else { return nil }
        var texts: [[UInt8]] = []
        for item in items {
            guard case .string(let text) = item.key.kind else { return nil }
            texts.append(Array(text.utf8))
        }
        let order = items.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
        for (one, next) in zip(order, order.dropFirst()) where texts[one] == texts[next] { return nil }
        var values: [Register] = []
        for item in items { values.append(try value(of: item.value)) }
        let keys = try pathConstant(order.map { items[$0].key })
        let first = try gather(order.map { values[$0] })
        let result = try allocate()
        emit(Instruction(.makeObjectWithKeys, a: result, b: first, c: UInt16(items.count), d: keys.index))
        return result
    }

    private func comprehension(
        _ opcode: Opcode, _ body: Body, add: (Register) throws(AssemblyLimit) -> Void
    ) throws(AssemblyLimit) -> Register {
        let result = try allocate()
        emit(Instruction(opcode, a: result))
        let done = makeLabel()
        try planSolutions(of: body, as: .body(body), exhausted: done) { () throws(AssemblyLimit) in try add(result) }
        let finished = try allocate()
        emit(Instruction(.finish, x: opcode == .newArray ? 0 : 1, a: finished, b: result))
        return finished
    }

    // MARK: Calls

    /// Plans a call that stands as an expression. An operand more than the function has parameters is unified with its result.
    func planCallExpression(_ terms: [Term]) throws(AssemblyLimit) {
        let name = Self.functionName(terms[0])
        let operands = Array(terms.dropFirst())
        if overlay.replacements[name] == nil, try planOperator(name, operands) { return }
        guard let arity = self.arity(of: terms[0], name: name) else {
            throw AssemblyLimit(message: "the builtin \(name) is not available")
        }
        let arguments = Array(operands.prefix(arity))
        if let definition = program.builtin(name)?.definition, definition.isRelation, overlay.replacements[name] == nil {
            let results = try call([terms[0]] + arguments)
            let (_, result) = try iterate(results, wantsKey: false)
            if operands.count > arity { try match(operands[arity], with: result) }
            return
        }
        if program.builtin(name)?.definition.hasResult == false {
            _ = try call([terms[0]] + arguments)
            return
        }
        let result = try value(of: Term(.call([terms[0]] + arguments)))
        if operands.count > arity {
            try match(operands[arity], with: result)
        } else {
            test(Instruction(.testTruthy, a: result))
        }
    }

    private func arity(of function: Term, name: String) -> Int? {
        if case .reference(let terms) = function.kind, case .variable("data")? = terms.first?.kind {
            return program.node(at: Array(terms.dropFirst()))?.rules.first?.arguments.count
        }
        return program.builtin(name)?.definition.arity
    }

    /// Plans the operators that the machine has instructions for; `false` if this call is none.
    private func planOperator(_ name: String, _ operands: [Term]) throws(AssemblyLimit) -> Bool {
        if name == "eq" || name == "assign" || name == "equal", operands.count == 2 {
            try unify(operands[0], operands[1])
            return true
        }
        if let relation = Relation(builtin: name), operands.count == 2 {
            let left = try value(of: operands[0])
            if let constant = constant(operands[1]) {
                test(Instruction(.compareConstant, x: relation.rawValue, a: left, d: constant.index))
            } else {
                test(Instruction(.compare, x: relation.rawValue, a: left, b: try value(of: operands[1])))
            }
            return true
        }
        if name == "internal.member_2", operands.count == 2 {
            let member = try value(of: operands[0])
            test(Instruction(.member, a: member, b: try value(of: operands[1])))
            return true
        }
        return false
    }

    /// Plans a call and returns the register of its result; fails where the result is undefined.
    func call(_ terms: [Term]) throws(AssemblyLimit) -> Register {
        let name = Self.functionName(terms[0])
        let operands = Array(terms.dropFirst())
        switch overlay.replacements[name] {
        case .value(let global)?:
            let result = try allocate()
            emit(Instruction(.loadGlobal, a: result, d: Int32(global)))
            return result
        case .function(let other)?:
            // What stands in for a function sees the functions themselves, not other stand-ins.
            let outer = overlay
            overlay.replacements = [:]
            defer { overlay = outer }
            return try call([Self.functionTerm(other)] + operands)
        case nil: break
        }
        if let result = try operatorValue(name, operands) { return result }
        let first = try gather(terms: operands)
        let result = try allocate()
        let count = UInt16(operands.count)
        if name.utf8.starts(with: "data.".utf8), case .reference(let path) = terms[0].kind {
            guard let node = program.node(at: Array(path.dropFirst())) else {
                throw AssemblyLimit(message: "internal error: unknown function \(name)")
            }
            // `f() = x { ... }` declares no function but a rule, which may be called nevertheless.
            guard node.isFunction else { return try callRule(program.rules(at: node, overlay: overlay)) }
            let function = program.rules(at: node, overlay: overlay)
            try planCall(Instruction(.callFunction, a: result, b: first, c: count, d: function.index))
        } else {
            guard let id = program.builtin(name)?.id else { throw AssemblyLimit(message: "the builtin \(name) is not available") }
            var constants: UInt8 = 0
            if let direct = DirectBuiltin(name: name, arity: operands.count), program.builtin(name)?.isHosted == false {
                test(Instruction(.callDirect, x: direct.rawValue, a: result, b: first, c: count, d: Int32(id)))
                return result
            }
            for (index, operand) in operands.prefix(8).enumerated() where operand.isConstant { constants |= 1 << UInt8(index) }
            test(Instruction(.callBuiltin, x: constants, a: result, b: first, c: count, d: Int32(id)))
        }
        return result
    }

    private static func functionTerm(_ name: String) -> Term {
        let parts = name.split(separator: ".").map(String.init)
        return Term(.reference([Term(.variable(parts[0]))] + parts.dropFirst().map { Term(.string($0)) }))
    }

    /// Plans an operator whose value is asked for; `nil` if this call is none.
    private func operatorValue(_ name: String, _ operands: [Term]) throws(AssemblyLimit) -> Register? {
        guard operands.count == 2 else { return nil }
        if let relation = Relation(builtin: name) ?? (name == "equal" ? .equal : nil) {
            let left = try value(of: operands[0])
            let right = try value(of: operands[1])
            let result = try allocate()
            emit(Instruction(.compareValue, x: relation.rawValue, a: result, b: left, c: right.index))
            return result
        }
        if let arithmetic = ArithmeticOperator(builtin: name), let id = program.builtin(name)?.id {
            let left = try value(of: operands[0])
            let right = try value(of: operands[1])
            let first = try gather([left, right])
            let result = try allocate()
            test(Instruction(.arithmetic, x: arithmetic.rawValue, a: result, b: first, d: Int32(id)))
            return result
        }
        if name == "internal.member_2" {
            let left = try value(of: operands[0])
            let right = try value(of: operands[1])
            let result = try allocate()
            emit(Instruction(.memberValue, a: result, b: left, c: right.index))
            return result
        }
        return nil
    }
}

extension DirectBuiltin {
    init?(name: String, arity: Int) {
        switch (name, arity) {
        case ("startswith", 2): self = .startsWith
        case ("endswith", 2): self = .endsWith
        case ("contains", 2): self = .contains
        case ("count", 1): self = .count
        case ("is_string", 1): self = .isString
        case ("is_number", 1): self = .isNumber
        case ("is_object", 1): self = .isObject
        case ("is_array", 1): self = .isArray
        default: return nil
        }
    }
}

extension Relation {
    init?(builtin name: String) {
        switch name {
        case "neq": self = .notEqual
        case "lt": self = .less
        case "lte": self = .lessOrEqual
        case "gt": self = .greater
        case "gte": self = .greaterOrEqual
        default: return nil
        }
    }
}

extension ArithmeticOperator {
    init?(builtin name: String) {
        switch name {
        case "plus": self = .plus
        case "minus": self = .minus
        case "mul": self = .multiply
        case "div": self = .divide
        case "rem": self = .remainder
        default: return nil
        }
    }
}
