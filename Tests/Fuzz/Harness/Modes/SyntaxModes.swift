import RegoSyntax

extension FuzzMode {
    /// The modes of the lexer, the parser and the formatter.
    static let syntax = [
        FuzzMode(name: "lexer", seeds: RegoText.seeds, dictionary: RegoText.words, check: checkLexer),
        FuzzMode(name: "parser", seeds: RegoText.seeds, dictionary: RegoText.words, check: checkParser),
        FuzzMode(name: "formatter", seeds: RegoText.seeds, dictionary: RegoText.words, check: checkFormatter),
    ]

    /// Tokens follow each other to the end of the text.
    private static func checkLexer(_ bytes: [UInt8]) -> String? {
        for keywords in [FutureKeywords.none, .all] {
            var lexer = Lexer(bytes: bytes, futureKeywords: keywords)
            var end = 0
            while true {
                let token = lexer.next()
                guard token.offset >= end, token.end >= token.offset, token.end <= bytes.count else {
                    return "a token from \(token.offset) to \(token.end) behind one that ends at \(end) of \(bytes.count)"
                }
                if token.kind == .eof { break }
                guard token.end > end else { return "a token without text at \(token.offset)" }
                end = token.end
            }
        }
        return nil
    }

    /// There is a module or an error; what was read can be printed, and the print read.
    private static func checkParser(_ bytes: [UInt8]) -> String? {
        let file = SourceFile(name: "fuzz.rego", bytes: bytes)
        for version in [RegoVersion.v0, .v1] {
            let (module, diagnostics) = Parser.parseModule(file, id: FileID(0), version: version)
            guard (module == nil) == !diagnostics.isEmpty else { return "neither a module nor an error, or both" }
            for diagnostic in diagnostics where diagnostic.rendered(in: SourceMap()).isEmpty { return "an error without text" }
            for rule in module?.rules ?? [] where TermPrinter.text(of: rule, version: version).isEmpty { return "a rule without text" }
            let (body, errors) = Parser.parseQuery(file, id: FileID(0), version: version)
            guard (body == nil) == !errors.isEmpty else { return "neither a query nor an error, or both" }
            if let body, TermPrinter.text(of: body).isEmpty { return "a query without text" }
        }
        return nil
    }

    /// A module that can be read is laid out with all its comments, or refused with an error.
    private static func checkFormatter(_ bytes: [UInt8]) -> String? {
        let file = SourceFile(name: "fuzz.rego", bytes: bytes)
        for target in [RegoVersion.v0, .v0CompatV1, .v1] {
            do throws(Formatter.Failure) {
                let options = Formatter.Options(target: target)
                let formatted = try Formatter.format(file, options: options)
                guard formatted.last == UInt8(ascii: "\n") else { return "no line break at the end" }
                let (module, _) = Parser.parseModule(file, id: FileID(0), version: options.source)
                for comment in module?.comments ?? [] where !occurs(comment.text, in: formatted) {
                    return "lost the comment \(comment.text)"
                }
            } catch {
                guard !error.diagnostics.isEmpty else { return "refused without an error" }
            }
        }
        return nil
    }

    /// Whether a text occurs among bytes, white space at its end aside.
    private static func occurs(_ text: String, in bytes: [UInt8]) -> Bool {
        var text = Array(text.utf8)
        while let last = text.last, last <= 0x20 || last >= 0x7F { text.removeLast() }
        var start = bytes.startIndex
        while let index = bytes[start...].firstIndex(of: UInt8(ascii: "#")) {
            if bytes[index...].starts(with: text) { return true }
            start = index + 1
        }
        return false
    }
}
