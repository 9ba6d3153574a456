/// Pipelines and what they are made of.
extension TemplateParser {
    mutating func wholePipeline(_ context: String) throws(TemplateFailure) -> TemplateNode {
        try pipeline(context) { if case .rightDelimiter = $0 { true } else { false } }
    }

    mutating func pipeline(_ context: String, until isEnd: (TemplateToken.Kind) -> Bool) throws(TemplateFailure) -> TemplateNode {
        let start = peekNonSpace().position
        var pipeline = try declarations(context)
        while true {
            let token = nextNonSpace()
            if isEnd(token.kind) { break }
            switch token.kind {
            case .bool, .character, .complex, .field, .identifier, .number, .rawString, .string, .variable, .leftParenthesis,
                .keyword(.dot), .keyword(.nil):
                backUp()
                pipeline.commands.append(try command())
            default: throw unexpected(token, context)
            }
        }
        if pipeline.commands.isEmpty { throw failure("missing value for \(context)") }
        for (index, command) in pipeline.commands.enumerated().dropFirst() {
            guard case .command(let words) = command.kind, let first = words.first else { continue }
            switch first.kind {
            case .bool, .dot, .nil, .number, .string: throw failure("non executable command in pipeline stage \(index + 1)")
            default: break
            }
        }
        return TemplateNode(.pipeline(pipeline), at: start)
    }

    /// `$x :=`, `$x =`, and of a range also `$i, $x :=`.
    private mutating func declarations(_ context: String) throws(TemplateFailure) -> TemplateNode.Pipeline {
        var pipeline = TemplateNode.Pipeline()
        while true {
            let variable = peekNonSpace()
            guard case .variable = variable.kind else { return pipeline }
            _ = next()
            let behind = peek()
            let following = peekNonSpace()
            switch following.kind {
            case .assign, .declare:
                if case .assign = following.kind { pipeline.isAssignment = true }
                _ = nextNonSpace()
                pipeline.variables.append(variable.string)
                tree.variables.append(variable.string)
                return pipeline
            case .char where following.text == [UInt8(ascii: ",")]:
                _ = nextNonSpace()
                pipeline.variables.append(variable.string)
                tree.variables.append(variable.string)
                guard context == "range", pipeline.variables.count < 2 else { throw failure("too many declarations in \(context)") }
                switch peekNonSpace().kind {
                case .variable, .rightDelimiter, .rightParenthesis: continue
                default: throw failure("range can only initialize variables")
                }
            default:
                if case .space = behind.kind { putBack(variable, behind) } else { putBack(variable) }
                return pipeline
            }
        }
    }

    private mutating func command() throws(TemplateFailure) -> TemplateNode {
        let start = peekNonSpace().position
        var words: [TemplateNode] = []
        while true {
            _ = peekNonSpace()
            if let word = try operand() { words.append(word) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParenthesis: backUp()
            case .pipe: break
            default: throw unexpected(token, "operand")
            }
            break
        }
        if words.isEmpty { throw failure("empty command") }
        return TemplateNode(.command(words), at: start)
    }

    /// A term and the fields that are taken of it; `nil` when none stands here.
    private mutating func operand() throws(TemplateFailure) -> TemplateNode? {
        guard let term = try term() else { return nil }
        guard case .field = peek().kind else { return term }
        let start = peek().position
        var names: [String] = []
        while case .field = peek().kind { names.append(String(next().string.dropFirst())) }
        switch term.kind {
        case .field(let own): return TemplateNode(.field(own + names), at: start)
        case .variable(let own): return TemplateNode(.variable(own + names), at: start)
        case .bool, .string, .number, .nil, .dot: throw failure("unexpected . after term \(TemplateText.quoted(term.source))")
        default: return TemplateNode(.chain(term, names), at: start)
        }
    }

    private mutating func term() throws(TemplateFailure) -> TemplateNode? {
        let token = nextNonSpace()
        let kind: TemplateNode.Kind
        switch token.kind {
        case .identifier:
            guard TemplateFunctions.names.contains(token.string) else {
                throw failure("function \(TemplateText.quoted(token.string)) not defined")
            }
            kind = .identifier(token.string)
        case .keyword(.dot): kind = .dot
        case .keyword(.nil): kind = .nil
        case .variable:
            guard tree.variables.contains(token.string) else {
                throw failure("undefined variable \(TemplateText.quoted(token.string))")
            }
            kind = .variable([token.string])
        case .field: kind = .field([String(token.string.dropFirst())])
        case .bool: kind = .bool(token.string == "true")
        case .character:
            guard let character = TemplateText.character(token.text) else { throw failure("invalid syntax") }
            guard let character else { throw failure("malformed character constant: \(token.string)") }
            kind = .number(TemplateNumber(character: character), text: token.string)
        case .complex: kind = .number(try number(token.string, isPair: true), text: token.string)
        case .number: kind = .number(try number(token.string, isPair: false), text: token.string)
        case .leftParenthesis:
            return try nested { parser throws(TemplateFailure) in
                try parser.pipeline("parenthesized pipeline") { if case .rightParenthesis = $0 { true } else { false } }
            }
        case .string, .rawString: kind = .string(try unquoted(token), literal: token.string)
        default:
            backUp()
            return nil
        }
        return TemplateNode(kind, at: token.position)
    }

    private func number(_ text: String, isPair: Bool) throws(TemplateFailure) -> TemplateNumber {
        do throws(TemplateNumber.Fault) {
            return try TemplateNumber(text, isPair: isPair)
        } catch {
            throw failure(error.message)
        }
    }
}
