package import RegoSyntax

/// Writes a module's syntax tree as an outline, one node a line, indented by a space a level (`opa parse`).
package struct SyntaxOutline {
    private var output = ""
    private var depth = 0

    private init() {}

    /// The outline of a module.
    ///
    /// - Parameters:
    ///   - annotations: how many annotations the module has.
    ///   - includesComments: whether comments are listed.
    package static func text(of module: Module, annotations: Int, includesComments: Bool) -> String {
        var outline = SyntaxOutline()
        outline.node("module") { $0.write(module, annotations: annotations, includesComments: includesComments) }
        return outline.output
    }

    private mutating func line(_ text: String) {
        output += String(repeating: " ", count: depth) + text + "\n"
    }

    private mutating func node(_ name: String, _ content: (inout SyntaxOutline) -> Void) {
        line(name)
        depth += 1
        content(&self)
        depth -= 1
    }

    private mutating func write(_ module: Module, annotations: Int, includesComments: Bool) {
        node("package") { outline in outline.reference(module.package.path) }
        for item in module.imports {
            node("import") { outline in
                outline.write(item.path)
                outline.line(item.alias ?? "")
            }
        }
        for rule in module.rules { write(rule) }
        for _ in 0..<annotations { line("annotations") }
        if includesComments { for _ in module.comments { line("comment") } }
    }

    /// Writes a rule; each `else` lies in that before it.
    private mutating func write(_ rule: Rule) {
        let outer = depth
        for branch in rule.branches {
            line("rule")
            depth += 1
            node("head") { outline in
                outline.reference(branch.head.reference)
                if let arguments = branch.head.arguments, !arguments.isEmpty { outline.node("args") { $0.write(arguments) } }
                if let value = branch.head.value { outline.write(value) }
            }
            if branch.isDefault, branch.body.isEmpty {
                write([Expression(.term(Term(.boolean(true))))])
            } else {
                write(branch.body)
            }
        }
        depth = outer
    }

    private mutating func write(_ body: Body) {
        node("body") { outline in
            for (index, expression) in body.enumerated() { outline.write(expression, index: index) }
        }
    }

    private mutating func write(_ expression: Expression, index: Int) {
        node("expr \(expression.isNegated ? "negated " : "")index=\(index)") { outline in
            switch expression.kind {
            case .term(let term): outline.write(term)
            case .call(let terms): outline.write(terms)
            case .some(let symbols): outline.node("somedecl") { $0.write(symbols) }
            case .every(let every):
                outline.node("every") { outline in
                    if let key = every.key { outline.write(key) }
                    outline.write(every.value)
                    outline.write(every.domain)
                    outline.write(every.body)
                }
            }
            for with in expression.with { outline.node("with") { $0.write([with.target, with.value]) } }
        }
    }

    private mutating func write(_ terms: [Term]) { for term in terms { write(term) } }

    private mutating func reference(_ terms: [Term]) { node("ref") { $0.write(terms) } }

    private mutating func write(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string, .variable: line(TermPrinter.text(of: term))
        case .reference(let operands): reference(operands)
        case .call(let operands): node("call") { $0.write(operands) }
        case .array(let elements): node("array") { $0.write(elements) }
        case .set(let members): node("set") { $0.write(TermOrder.members(members)) }
        case .object(let items):
            node("object") { outline in
                for item in TermOrder.items(items) { outline.write([item.key, item.value]) }
            }
        case .arrayComprehension(let head, let body): comprehension("arraycomprehension", [head], body)
        case .setComprehension(let head, let body): comprehension("setcomprehension", [head], body)
        case .objectComprehension(let key, let value, let body): comprehension("objectcomprehension", [key, value], body)
        case .templateString: line("templatestring")
        }
    }

    private mutating func comprehension(_ name: String, _ head: [Term], _ body: Body) {
        node(name) { outline in
            outline.write(head)
            outline.write(body)
        }
    }
}
