extension FormatWriter {
    /// Writes a whole module, its imports being those given.
    mutating func write(_ module: Module, imports: [Import]) {
        var statements = imports.map(ModuleStatement.import) + module.rules.map(ModuleStatement.rule)
        statements.sort { ($0.span.row, $0.span.column) < ($1.span.row, $1.span.column) }
        write(module.package)
        var index = 0
        while index < statements.count {
            var imports: [Import] = []
            while index < statements.count, case .import(let `import`) = statements[index] {
                imports.append(`import`)
                index += 1
            }
            write(imports)
            var rules: [Rule] = []
            while index < statements.count, case .rule(let rule) = statements[index] {
                rules.append(rule)
                index += 1
            }
            write(rules)
        }
        for comment in comments { writeLine(comment.text) }
        if !comments.isEmpty { write("\n") }
    }

    private enum ModuleStatement {
        case `import`(Import)
        case rule(Rule)

        var span: Span {
            switch self {
            case .import(let `import`): `import`.span
            case .rule(let rule): rule.span
            }
        }
    }

    private mutating func write(_ package: Package) {
        // Nothing was written yet, so that no line has a comment.
        try? insertComments(before: package.span)
        startLine()
        write("package ")
        var path = Array(package.path.dropFirst())
        if let first = path.first, case .string(let name) = first.kind { path[0] = Term(.variable(name), span: first.span) }
        try? withoutComments { (writer) throws(LayoutProblem) in try writer.writeReference(path) }
        blankLine()
    }
}

// MARK: Imports

extension FormatWriter {
    private mutating func write(_ imports: [Import]) {
        var beside: [Int: PendingComment] = [:]
        var others: [PendingComment] = []
        for comment in comments {
            if let index = imports.firstIndex(where: { Int($0.span.row) == comment.row }) {
                beside[index] = comment
            } else {
                others.append(comment)
            }
        }
        comments = ArraySlice(others)
        for group in Self.groups(of: imports) {
            guard let first = group.first else { continue }
            try? insertComments(before: imports[first].span)
            for index in group.sorted(by: { Self.precedes(imports[$0], imports[$1]) }) {
                startLine()
                write(imports[index])
                if let comment = beside[index] { write(" " + comment.text) }
                endLine()
            }
            blankLine()
        }
    }

    /// The imports by their indices, in groups without empty lines between them.
    private static func groups(of imports: [Import]) -> [[Int]] {
        var groups: [[Int]] = []
        for index in imports.indices {
            if index > 0, Int(imports[index].span.row) - Int(imports[index - 1].span.row) <= 1 {
                groups[groups.count - 1].append(index)
            } else {
                groups.append([index])
            }
        }
        return groups
    }

    private static func precedes(_ left: Import, _ right: Import) -> Bool {
        let order = TermOrder.compare(left.path, right.path)
        return order != 0 ? order < 0 : (left.alias ?? "").utf8.lexicographicallyPrecedes((right.alias ?? "").utf8)
    }

    private mutating func write(_ import: Import) {
        write("import ")
        if let keyword = `import`.keyword {
            // Within such a path no name is a keyword of v1's.
            write(Keywords.contains(keyword, in: .v0) ? TermPrinter.text(of: `import`.path) : "future.keywords." + keyword)
        } else if case .reference(let terms) = `import`.path.kind {
            try? withoutComments { (writer) throws(LayoutProblem) in try writer.writeReference(terms) }
        }
        if let alias = `import`.alias { write(" as " + alias) }
    }
}
