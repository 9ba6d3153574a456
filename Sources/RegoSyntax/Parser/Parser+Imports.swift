extension Parser {
    /// `package a.b`, if that is what stands here.
    mutating func parsePackage() -> Package? {
        guard kind == .package else { return nil }
        let start = span
        guard stepOntoPath() else { return nil }
        guard let term = parseTerm() else { return nil }
        switch term.kind {
        case .variable(let name):
            let path = [Term(.variable("data"), span: term.span), Term(.string(name), span: term.span)]
            return Package(path: path, span: span(start, to: state.lastEnd))
        case .reference(let terms):
            guard case .variable(let name) = terms[0].kind else {
                error("unexpected \(terms[0].kind.name) token: expecting var", at: terms[0].span)
                return nil
            }
            var path = [Term(.variable("data"), span: terms[0].span), Term(.string(name), span: terms[0].span)]
            for term in terms.dropFirst() {
                guard case .string = term.kind else {
                    error("unexpected \(term.kind.name) token: expecting string", at: term.span)
                    return nil
                }
                path.append(term)
            }
            return Package(path: path, span: span(start, to: state.lastEnd))
        default:
            illegal()
            return nil
        }
    }

    /// `import data.a as b`, if that is what stands here.
    mutating func parseImport() -> Import? {
        guard kind == .import else { return nil }
        let start = span
        guard stepOntoPath() else { return nil }

        // Within the path `in`, `if` and their like are names, so that `future.keywords.in` can be imported twice.
        let known = lexer.futureKeywords
        lexer.futureKeywords = .none
        forgetTerms()
        let term = parseTerm()
        lexer.futureKeywords = known
        forgetTerms()

        guard let term, let path = importPath(of: term) else {
            if term == nil || !isReference(term) { error("expected path") }
            return nil
        }
        guard let root = rootName(of: path), root == "data" || root == "input" || root == "future" || root == "rego" else {
            hint("if this is unexpected, try updating OPA")
            let head = TermPrinter.text(of: path[0])
            error("unexpected import path, must begin with one of: {data, future, input, rego}, got: \(head)", at: term.span)
            return nil
        }
        let reference = Term(.reference(path), span: term.span)
        if kind == .as {
            scan()
            if kind == .identifier, let alias = parseTerm(), case .variable(let name) = alias.kind {
                return Import(path: reference, alias: name, span: span(start, to: state.lastEnd))
            }
            illegal("expected var")
            return nil
        }
        if root != "future", case .string(let name)? = path.dropFirst().last?.kind, Keywords.contains(name, in: version) {
            error("unexpected import path, must not end with a keyword, got: \(name)", at: path[path.count - 1].span)
            hint("import a different path or use an alias")
        }
        return Import(path: reference, alias: nil, span: span(start, to: state.lastEnd))
    }

    /// Steps from `package` or `import` to the path behind it; `false` if none follows, with an error unless the keyword is itself the
    /// head of a reference (`import.x`).
    private mutating func stepOntoPath() -> Bool {
        scanWhitespace()
        if kind == .dot || kind == .leftBracket { return false }
        if kind == .whitespace { scan() }
        guard kind == .identifier || isReferenceKeyword else {
            illegal()
            return false
        }
        state.token.kind = .identifier
        return true
    }

    /// A path's terms; `nil` for what is no path, with an error if it is a reference with other operands than strings.
    private mutating func importPath(of term: Term) -> [Term]? {
        switch term.kind {
        case .variable: return [term]
        case .reference(let terms):
            for operand in terms.dropFirst() {
                guard case .string = operand.kind else {
                    error("unexpected \(operand.kind.name) token: expecting string", at: operand.span)
                    return nil
                }
            }
            return terms
        default: return nil
        }
    }

    private func isReference(_ term: Term?) -> Bool {
        if case .reference? = term?.kind { true } else { false }
    }

    private func rootName(of path: [Term]) -> String? {
        if case .variable(let name) = path[0].kind { name } else { nil }
    }

    /// Lets an import of keywords take effect on what follows.
    mutating func activate(_ import: Import) {
        guard case .reference(let path) = `import`.path.kind, let root = rootName(of: path) else { return }
        if root == "rego" {
            activateVersion(`import`, path: path)
        } else if root == "future" {
            activateKeywords(`import`, path: path)
        }
    }

    private mutating func activateVersion(_ import: Import, path: [Term]) {
        guard features?.hasV1Import ?? true else {
            return error("invalid import, `rego.v1` is not supported by current capabilities", at: `import`.path.span)
        }
        guard path.count == 2, case .string("v1") = path[1].kind else {
            let text = TermPrinter.text(of: `import`.path)
            return error("invalid import `\(text)`, must be `rego.v1`", at: `import`.path.span)
        }
        guard version != .v1 else { return }
        guard `import`.alias == nil else { return error("`rego` imports cannot be aliased", at: `import`.path.span) }
        lexer.futureKeywords = .all
    }

    private mutating func activateKeywords(_ import: Import, path: [Term]) {
        guard path.count > 1, case .string("keywords") = path[1].kind else {
            return error("invalid import, must be `future.keywords`", at: `import`.path.span)
        }
        guard `import`.alias == nil else { return error("`future` imports cannot be aliased", at: `import`.path.span) }
        let allowed = features?.importable ?? LanguageFeatures.known
        guard path.count == 3, case .string(let name) = path[2].kind else {
            for name in allowed {
                lexer.futureKeywords = FutureKeywords(named: name).map(lexer.futureKeywords.union) ?? lexer.futureKeywords
            }
            return
        }
        guard let keyword = FutureKeywords(named: name), allowed.contains(name) else {
            return error("unexpected keyword, must be one of [\(allowed.joined(separator: " "))]", at: `import`.path.span)
        }
        lexer.futureKeywords = lexer.futureKeywords.union(keyword)
    }
}

extension Term.Kind {
    /// What OPA's messages call the kind.
    var name: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .variable: "var"
        case .reference: "ref"
        case .call: "call"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        case .arrayComprehension: "arraycomprehension"
        case .setComprehension: "setcomprehension"
        case .objectComprehension: "objectcomprehension"
        case .templateString: "templatestring"
        }
    }
}
