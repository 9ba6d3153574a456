/// Makes a module of a text's statements: turns queries into the rules they stand for, and checks what v1 demands of each rule.
struct ModuleBuilder {
    let file: FileID
    let version: RegoVersion
    let comments: [Comment]
    let annotations: [Annotations]
    /// Whether terms nest deeper than walks in place can follow.
    let isDeep: Bool
    private var diagnostics: [Diagnostic] = []

    init(file: FileID, version: RegoVersion, comments: [Comment], annotations: [Annotations], isDeep: Bool) {
        self.file = file
        self.isDeep = isDeep
        self.version = version
        self.comments = comments
        self.annotations = annotations
    }

    mutating func build(from statements: [Statement]) -> (Module?, [Diagnostic]) {
        guard let first = statements.first else {
            let nowhere = Span(file: file, offset: 0, length: 0, row: 0, column: 0)
            return (nil, [Diagnostic(.parse, "empty module", at: nowhere)])
        }
        var package = Package(path: [], span: first.span)
        if case .package(let declared) = first { package = declared } else { report("package expected", at: first.span) }

        var module = Module(file: file, package: package, comments: comments, version: version)
        module.rules.reserveCapacity(statements.count)
        // An element that is bound to a name of its own would be copied once more.
        for index in statements.indices.dropFirst() {
            switch statements[index] {
            case .import(let `import`):
                module.imports.append(`import`)
                if version == .v0, TermPrinter.text(of: `import`.path) == "rego.v1" { module.version = .v0CompatV1 }
            case .rule(let rule):
                module.rules.append(rule)
            case .body(let body):
                do throws(RuleShapeError) {
                    module.rules.append(try Rule(standingFor: body))
                } catch {
                    report(error.message, at: statements[index].span)
                }
            case .package:
                report("unexpected package", at: statements[index].span)
            }
        }
        if module.version != .v0 {
            module.rules.withUnsafeBufferPointer { rules in
                for index in rules.indices { check(rules[index]) }
            }
        }
        guard diagnostics.isEmpty else { return (nil, diagnostics) }
        module.annotations = Annotations.attach(annotations, to: statements)
        module.isDeep = isDeep || module.rules.contains { $0.elseRules.count > Parser.Limits.inPlace.depth }
        return (module, [])
    }

    private mutating func report(_ message: String, at span: Span) {
        var diagnostic = Diagnostic(.parse, message, at: span)
        diagnostic.isOfStatement = true
        diagnostics.append(diagnostic)
    }

    /// What v1 demands of a rule and of its `else`.
    private mutating func check(_ rule: Rule) {
        let what = rule.head.arguments == nil ? "rule" : "function"
        if rule.head.reference.count < 2, case .variable(let name)? = rule.head.reference.first?.kind, Keywords.contains(name, in: .v1) {
            report("\(name) keyword cannot be used for rule name", at: rule.span)
        }
        if rule.hasGeneratedBody, rule.head.hasGeneratedValue {
            report("\(what) must have value assignment and/or body declaration", at: rule.span)
        }
        if !rule.isDefault, !rule.hasGeneratedBody, !rule.head.hasIf {
            report("`if` keyword is required before \(what) body", at: rule.span)
        }
        if rule.head.isPartialSet, !rule.head.hasContains {
            report("`contains` keyword is required for partial set rules", at: rule.span)
        }
        for branch in rule.elseRules { check(branch) }
    }
}

/// Why a query cannot stand for a rule.
struct RuleShapeError: Error {
    var message: String
}

extension Rule {
    /// The rule that a module's query stands for: `pi := 3.14`, `f(x) := x`, `p.q.r`.
    init(standingFor body: Body) throws(RuleShapeError) {
        guard body.count == 1, let expression = body.first else {
            throw RuleShapeError(message: "multiple expressions cannot be used for rule head")
        }
        guard expression.with.isEmpty else {
            throw RuleShapeError(message: "expressions using with keyword cannot be used for rule head")
        }
        guard !expression.isNegated else { throw RuleShapeError(message: "negated expressions cannot be used for rule head") }
        switch expression.kind {
        case .some: throw RuleShapeError(message: "'some' declarations cannot be used for rule head")
        case .every: throw RuleShapeError(message: "expression cannot be used for rule head")
        case .term(let term): try self.init(standingForTerm: term)
        case .call(let terms):
            let name = TermPrinter.text(of: terms[0])
            if name == "eq" || name == "assign" {
                try self.init(standingForEquation: terms, isAssignment: name == "assign", span: expression.span)
            } else if BuiltinNames.contains(name) {
                throw RuleShapeError(message: "rule name conflicts with built-in function")
            } else {
                try self.init(standingForCall: terms)
            }
        }
    }

    /// `p.q.r`, which is true, or the partial set `p[x]`.
    private init(standingForTerm term: Term) throws(RuleShapeError) {
        guard case .reference(let reference) = term.kind else {
            throw RuleShapeError(message: "\(term.kind.name) cannot be used for rule name")
        }
        guard reference.count > 1 else { throw RuleShapeError(message: "refs cannot be used for rule head") }
        try Self.checkHead(reference)
        var head: Head
        if reference.count > 2 {
            let value = Term(.boolean(true), span: term.span)
            head = Head(reference: reference, value: value, hasGeneratedValue: true, span: term.span)
            head.hasImpliedValue = true
        } else {
            head = Head(reference: [reference[0]], key: reference[1], span: term.span)
        }
        self.init(head: head, body: [.holds(at: term.span)], hasGeneratedBody: true, span: term.span)
    }

    private init(standingForEquation terms: [Term], isAssignment: Bool, span: Span) throws(RuleShapeError) {
        guard terms.count > 2 else { throw RuleShapeError(message: "assignment requires two operands") }
        let (left, value) = (terms[1], terms[2])
        var head: Head
        switch left.kind {
        case .variable:
            head = Head(reference: [left], value: value, isAssignment: isAssignment, span: span)
        case .reference(let reference):
            try Self.checkHead(reference)
            head = Head(reference: reference, value: value, isAssignment: isAssignment, span: span)
            if reference.count == 2 { head.key = reference[1] }
        case .call(let call):
            guard case .reference(let reference) = call[0].kind, case .variable = reference[0].kind else {
                throw RuleShapeError(message: "call cannot be used for rule name")
            }
            let arguments = Array(call.dropFirst())
            head = Head(
                reference: reference, arguments: arguments.isEmpty ? nil : arguments, value: value, isAssignment: isAssignment, span: span)
        default:
            throw RuleShapeError(message: "\(left.kind.name) cannot be used for rule name")
        }
        self.init(head: head, body: [.holds(at: value.span)], hasGeneratedBody: true, span: span)
    }

    /// `f(x)`, which is true for all `x`.
    private init(standingForCall terms: [Term]) throws(RuleShapeError) {
        guard terms.count > 1 else { throw RuleShapeError(message: "rule argument list must take at least one argument") }
        let place = terms[0].span
        guard case .reference(let reference) = terms[0].kind else { throw RuleShapeError(message: "call cannot be used for rule name") }
        try Self.checkHead(reference)
        var head = Head(
            reference: reference, arguments: Array(terms.dropFirst()), value: Term(.boolean(true), span: place), span: place)
        head.hasImpliedValue = true
        self.init(head: head, body: [.holds(at: place)], hasGeneratedBody: true, span: place)
    }

    private static func checkHead(_ reference: [Term]) throws(RuleShapeError) {
        guard case .variable = reference[0].kind else {
            throw RuleShapeError(message: "invalid rule head: \(TermPrinter.text(ofReference: reference))")
        }
    }
}
