extension RulesEvaluation {
    /// The document without any members.
    private var empty: SymbolicTerm { rules.isPartialSet && rules.areGround ? .emptySet : .emptyObject }

    /// Evaluates the rules of a set, or of an object that they make member by member.
    func runPartial(_ then: Continuation) throws {
        let document = Array(reference[...position])
        let isUnknown = try evaluation.isUnknown(reference: document, of: bindings)
        if reference.count == position + 1 {
            if isUnknown { return try evaluateSupport(then) }
            return try evaluation.unify(try extent(), of: bindings, other, of: otherBindings, then)
        }
        if isUnknown && session.inlining.isShallow || session.inlining.isDisabled(document) { return try evaluateSupport(then) }
        try evaluateMembers(isUnknown: isUnknown, then)
    }

    /// The longest reference into the document that a rule says something of.
    private var memberEnd: Int {
        let longest = rules.rules.map { $0.reference.count + ($0.isPartialSet ? 1 : 0) }.max() ?? 0
        return max(min(longest, reference.count), position + 1)
    }

    private func evaluateMembers(isUnknown: Bool, _ then: Continuation) throws {
        if rules.rules.isEmpty { return }
        let operands = reference[(position + 1)..<memberEnd]
        if try operands.contains(where: { try evaluation.isUnknown($0, of: bindings) }) {
            // The rules are evaluated first, for an unknown operand would keep them from binding their own variables.
            for rule in rules.rules {
                let child = evaluation.child(rule.body)
                try child.run {
                    try unifyHead(of: rule, child, by: evaluation) { try follow(rule, child, then) }
                }
            }
            return
        }
        if isUnknown {
            for rule in rules.rules {
                let child = evaluation.child(rule.body)
                child.beginHead()
                try unifyHead(of: rule, child, by: child) { try child.runBody { try follow(rule, child, then) } }
            }
            return
        }
        try follow(try knownMembers(operands), of: bindings, from: position + 1, then)
    }

    /// The members that known operands lead to, in the document's shape.
    private func knownMembers(_ operands: ArraySlice<SymbolicTerm>) throws -> SymbolicTerm {
        if let known = session.cache[path], let document = known { return document }
        let plugged = operands.map { bindings.plug($0) }
        guard plugged.first?.variable == nil else { return try extent() }
        let key = path + plugged
        let isGround = plugged.allSatisfy(\.isGround)
        if isGround, let known = session.cache[key], let members = known { return members }
        var members = Members(empty: empty)
        for rule in rules.rules {
            let child = evaluation.child(rule.body)
            child.beginHead()
            try unifyHead(of: rule, child, by: child) { try child.runBody { try members.add(rule, child, from: position + 1, session) } }
        }
        let result = members.term
        if isGround { session.cache[key] = .some(result) }
        return result
    }

    /// The whole document.
    private func extent() throws -> SymbolicTerm {
        let path = path
        if let known = session.cache[path], let document = known { return document }
        var members = Members(empty: empty)
        for rule in rules.rules {
            let child = evaluation.child(rule.body)
            try child.run { try members.add(rule, child, from: position + 1, session) }
        }
        let result = members.term
        session.cache[path] = .some(result)
        return result
    }

    /// Unifies the operands behind the document with those of a rule's head.
    private func unifyHead(of rule: SymbolicRule, _ child: Evaluation, by evaluation: Evaluation, _ then: Continuation) throws {
        let end = min(reference.count, rule.reference.count)
        let start = min(position + 1, end)
        try evaluation.unify(reference[start..<end], of: bindings, rule.reference[start..<end], of: child.bindings) {
            guard let key = rule.key, end < reference.count, rule.reference.count <= reference.count else { return try then() }
            try evaluation.unify(reference[end], of: bindings, key, of: child.bindings, then)
        }
    }

    /// Goes on with what a rule that depends on unknowns adds to the document.
    private func follow(_ rule: SymbolicRule, _ child: Evaluation, _ then: Continuation) throws {
        let operands = rule.reference[(position + 1)...]
        guard rule.isPartialSet || !operands.isEmpty else {
            let (term, termBindings) = child.bindings.apply(rule.result)
            return try follow(term, of: termBindings, from: position + 1, then)
        }
        var term = rule.isPartialSet ? .set([rule.result]) : rule.result
        for operand in operands.reversed() { term = .object([.init(key: operand, value: term)]) }
        try follow(term, of: child.bindings, from: position + 1, then)
    }

    private func evaluateSupport(_ then: Continuation) throws {
        let namespaced = evaluation.namespaced(path)
        let context = session.context
        var isDefined = try session.support.isDefined(namespaced, in: context) ?? false
        if try session.support.isDefined(namespaced, in: context) == nil {
            for rule in rules.rules {
                let found = try makeSupport(rule) { child, body in
                    let root = session.rootBindings
                    let reference = evaluation.namespaced(rule.reference)
                    let (package, head) = (reference.prefix(1) + reference.dropFirst().map { child.bindings.plug($0, in: root) })
                        .splitAsRule
                    var support = SupportRule(package: package, reference: head, body: body)
                    support.value = rule.value.map { child.bindings.plug($0, in: root) }
                    support.key = rule.key.map { child.bindings.plug($0, in: root) } ?? (head.count == 2 ? head[1] : nil)
                    return support
                }
                isDefined = isDefined || found
            }
            session.support.note(namespaced, isDefined: isDefined, in: context)
        }
        if isDefined { return try saveSupport(supportReference, then) }
        // The whole of a document without members is empty; nothing is at any place below it.
        if reference.count == position + 1 { try saveSupport(empty, then) }
    }
}

/// A document as rules make it member by member.
private struct Members {
    private var set: [SymbolicTerm] = []
    private var root = Object()
    private let isSet: Bool
    private var visited: [[SymbolicTerm]] = []

    private final class Object {
        var entries: [SymbolicTerm: Entry] = [:]
    }

    private enum Entry {
        case object(Object)
        case set([SymbolicTerm])
        case value(SymbolicTerm)
    }

    init(empty: SymbolicTerm) { isSet = !empty.isObject }

    /// Adds what a rule defines.
    mutating func add(_ rule: SymbolicRule, _ child: Evaluation, from start: Int, _ session: Session) throws {
        try session.meter.charge(terms: 2)
        if isSet {
            set.append(child.bindings.plug(rule.result))
            return
        }
        let path = rule.reference[start...].map { child.bindings.plug($0) }
        let conflict = PartialFailure(.conflict, "object keys must be unique", at: rule.span)
        if visited.contains(where: { $0.count < path.count && path.hasPrefix($0) }) { throw conflict }
        visited.append(path)
        var object = root
        for key in path.dropLast() {
            switch object.entries[key] {
            case .object(let inner): object = inner
            case nil:
                let inner = Object()
                object.entries[key] = .object(inner)
                object = inner
            default: throw conflict
            }
        }
        guard let last = path.last else { return }
        let value = child.bindings.plug(rule.result)
        switch (object.entries[last], rule.isPartialSet) {
        case (nil, true): object.entries[last] = .set([value])
        case (.set(let members), true): object.entries[last] = .set(members + [value])
        case (nil, false): object.entries[last] = .value(value)
        case (.value(let known), false) where known == value: break
        default: throw conflict
        }
    }

    var term: SymbolicTerm { isSet ? .set(set) : Self.term(root) }

    private static func term(_ object: Object) -> SymbolicTerm {
        .object(
            object.entries.map { key, entry in
                switch entry {
                case .object(let inner): .init(key: key, value: term(inner))
                case .set(let members): .init(key: key, value: .set(members))
                case .value(let value): .init(key: key, value: value)
                }
            })
    }
}
