import RegoSyntax

/// Writes nodes as OPA's messages show them.
struct NodePrinter {
    let symbols: SymbolTable

    func term(_ node: Node) -> String { TermPrinter.text(of: Raising(symbols: symbols).term(node)) }

    func reference(_ operands: [Node]) -> String { TermPrinter.text(ofReference: Raising(symbols: symbols).terms(operands)) }

    func call(_ terms: [Node]) -> String { TermPrinter.text(of: Term(.call(Raising(symbols: symbols).terms(terms)))) }

    /// A reference whose variables are shown as their author wrote them.
    func authoredReference(_ operands: [Node]) -> String {
        reference(
            operands.map { operand in
                operand.variable.map { Node(variable: symbols.author(of: $0), span: operand.span) } ?? operand
            })
    }

    /// A rule's full name: the package's path, then the rule's reference.
    func path(package: [Term], reference: [Node]) -> String {
        var path = package
        if let name = reference.first?.variable { path.append(Term(.string(symbols.name(name)))) }
        path.append(contentsOf: Raising(symbols: symbols).terms(Array(reference.dropFirst())))
        return TermPrinter.text(ofReference: path)
    }
}
