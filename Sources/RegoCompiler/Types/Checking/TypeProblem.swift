@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What the type checker found wrong, with the types that tell why.
struct TypeProblem {
    enum Kind {
        /// A call's arguments do not fit, or their number.
        case arguments(function: Node, String, have: [RegoType?], want: FunctionArguments)
        case undefinedFunction(Node)
        /// Two terms can never be equal.
        case match(left: RegoType?, right: RegoType?)
        /// A reference goes on below a value that has no members, or names a function.
        case unsupported([Node], position: Int, have: RegoType?)
        /// A reference names a member that cannot be there.
        case invalid([Node], position: Int, have: RegoType?, want: RegoType?, oneOf: [TypeKey])
        /// What a schema is at fault for.
        case schema(String)
    }

    let kind: Kind
    let span: Span

    init(_ kind: Kind, at span: Span) {
        self.kind = kind
        self.span = span
    }

    /// Whether something not known is why the types do not fit.
    var isCausedByUnknownType: Bool {
        switch kind {
        case .arguments(_, _, let have, _): have.contains(where: RegoType.isUnknown)
        case .match(let left, let right): RegoType.isUnknown(left) || RegoType.isUnknown(right)
        case .undefinedFunction, .unsupported, .invalid, .schema: false
        }
    }

    /// The order of the sources.
    static func precedes(_ left: TypeProblem, _ right: TypeProblem) -> Bool {
        (left.span.file.rawValue, left.span.row, left.span.column) < (right.span.file.rawValue, right.span.row, right.span.column)
    }

    func diagnostic(_ printer: NodePrinter) -> Diagnostic {
        var diagnostic = Diagnostic(.type, message(printer), at: span, details: lines(printer))
        diagnostic.detailsJSON = json(printer)?.json()
        return diagnostic
    }

    private func message(_ printer: NodePrinter) -> String {
        switch kind {
        case .arguments(let function, let fault, _, _): "\(printer.term(function)): \(fault)"
        case .undefinedFunction(let function): "undefined function \(printer.term(function))"
        case .match: "match error"
        case .unsupported(let operands, _, .function?):
            "function \(printer.functionName(operands)) used as reference, not called"
        case .unsupported(let operands, _, _), .invalid(let operands, _, _, _, _):
            "undefined ref: \(printer.authoredReference(operands))"
        case .schema(let message): message
        }
    }

    private func lines(_ printer: NodePrinter) -> [String] {
        switch kind {
        case .arguments(_, _, let have, let want):
            return ["have: (" + have.map(RegoType.text).joined(separator: ", ") + ")", "want: \(want)"]
        case .undefinedFunction, .schema: return []
        case .match(let left, let right): return ["left  : \(RegoType.text(of: left))", "right : \(RegoType.text(of: right))"]
        case .unsupported(let operands, let position, let have):
            let marked = printer.authoredReference(Array(operands.prefix(position + 1))).unicodeScalars.count
            return [
                printer.authoredReference(operands), String(repeating: "^", count: marked), "have: \(RegoType.text(of: have))",
            ]
        case .invalid(let operands, let position, let have, let want, let oneOf):
            let padding = String(repeating: " ", count: printer.authoredReference(Array(operands.prefix(position))).utf8.count + 1)
            var lines = [printer.authoredReference(operands), padding + "^"]
            if let have {
                lines.append("\(padding)have (type): \(have)")
            } else {
                lines.append("\(padding)have: \(printer.term(operands[position]))")
            }
            if oneOf.isEmpty {
                lines.append("\(padding)want (type): \(want.map(\.description) ?? "<nil>")")
            } else {
                lines.append("\(padding)want (one of): [" + oneOf.map(\.regoText).joined(separator: " ") + "]")
            }
            return lines
        }
    }

    /// The details as OPA's JSON output has them.
    private func json(_ printer: NodePrinter) -> RegoValue? {
        switch kind {
        case .arguments(_, _, let have, let want): return .object(["have": .array(have.map(RegoType.json)), "want": want.json])
        case .undefinedFunction, .schema: return nil
        case .match(let left, let right): return .object(["a": RegoType.json(of: left), "b": RegoType.json(of: right)])
        case .unsupported(let operands, let position, let have):
            return .object([
                "ref": printer.json(operands), "pos": .number(RegoNumber(Int64(position))), "have": RegoType.json(of: have),
            ])
        case .invalid(let operands, let position, let have, let want, let oneOf):
            var members: [RegoValue: RegoValue] = [
                "ref": printer.json(operands), "pos": .number(RegoNumber(Int64(position))), "want": RegoType.json(of: want),
                "oneOf": oneOf.isEmpty ? .null : .array(oneOf.map(\.json)),
            ]
            if let have { members["have"] = have.json() }
            return .object(members)
        }
    }
}

extension NodePrinter {
    /// A function's name where it is used as a value: operands that the compiler added are left out.
    fileprivate func functionName(_ operands: [Node]) -> String {
        if let last = operands.last?.variable, symbols.author(of: last) == last, symbols.isGenerated(last), operands.count > 1 {
            return authoredReference(Array(operands.dropLast()))
        }
        return authoredReference(operands)
    }

    /// A reference's operands as OPA's JSON output has them.
    fileprivate func json(_ operands: [Node]) -> RegoValue {
        .array(
            operands.map { operand in
                switch operand.kind {
                case .variable(let variable): .object(["type": "var", "value": .string(symbols.name(symbols.author(of: variable)))])
                case .string(let text): .object(["type": "string", "value": .string(text)])
                case .number(let text): .object(["type": "number", "value": TypeKey.number(text).json])
                case .boolean(let value): .object(["type": "boolean", "value": .boolean(value)])
                case .null: .object(["type": "null", "value": .null])
                default: .object(["type": "term", "value": .string(term(operand))])
                }
            })
    }
}
