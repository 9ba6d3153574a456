import RegoSyntax
import Testing

@Suite struct LexerTests {
    /// The tokens of a text without its white space, as `kind@row:column`.
    private func tokens(of text: String, keywords: FutureKeywords = .all) -> [String] {
        var lexer = Lexer(bytes: Array(text.utf8), futureKeywords: keywords)
        var tokens: [String] = []
        while true {
            let token = lexer.next()
            if token.kind == .eof { return tokens }
            if token.kind != .whitespace { tokens.append("\(token.kind.name)@\(token.row):\(token.column)") }
        }
    }

    @Test(arguments: [
        ("a1 _b if", ["identifier@1:1", "identifier@1:4", "if@1:7"]),
        (":= = == != < <= > >=", ["assign@1:1", "eq@1:4", "equal@1:6", "neq@1:9", "lt@1:12", "lte@1:14", "gt@1:17", "gte@1:19"]),
        ("+-*/%&|", ["plus@1:1", "minus@1:2", "mul@1:3", "div@1:4", "rem@1:5", "and@1:6", "or@1:7"]),
        ("()[]{},.;:", ["(@1:1", ")@1:2", "[@1:3", "]@1:4", "{@1:5", "}@1:6", ",@1:7", ".@1:8", ";@1:9", ":@1:10"]),
        ("\"ä\" x", ["string@1:1", "identifier@1:5"]),
        ("`a\nb` x", ["string@1:1", "identifier@2:4"]),
        ("# c\r\nx", ["comment@1:1", "identifier@2:1"]),
        ("1.5e+3 0", ["number@1:1", "number@1:8"]),
        ("\u{FEFF}x", ["identifier@1:2"]),
        ("$\"a{", ["template-string-part@1:1"]),
        ("$`a`", ["template-string-end@1:1"]),
        ("packages importer", ["identifier@1:1", "identifier@1:10"]),
        (
            "package import as default else not some with null true false every contains in",
            [
                "package@1:1", "import@1:9", "as@1:16", "default@1:19", "else@1:27", "not@1:32", "some@1:36", "with@1:41", "null@1:46",
                "true@1:51", "false@1:56", "every@1:62", "contains@1:68", "in@1:77",
            ]
        ),
    ])
    func `Texts are split into tokens`(text: String, expected: [String]) {
        #expect(tokens(of: text) == expected)
    }

    @Test func `Keywords that are not imported are names`() {
        #expect(tokens(of: "if in", keywords: .in) == ["identifier@1:1", "in@1:4"])
    }

    @Test(arguments: [
        ("p := \"a", "2:6 non-terminated string"),
        ("p := `a", "2:6 non-terminated string"),
        ("p := \"\\x\"", "2:6 illegal escape sequence"),
        ("p := 1.", "2:6 expected fraction"),
        ("p := 1e", "2:6 expected exponent"),
        ("p := 1a", "2:6 illegal number format"),
        ("p := 1 ! 2", "2:8 illegal ! character"),
        ("p := \u{FEFF}1", "2:5 illegal byte-order mark"),
        ("p := a\0", "2:6 illegal null character"),
        ("p := ^", "2:6 illegal token"),
        ("p := $", "2:6 illegal token"),
        ("p := \"\\ud800\\u12xyz\"", "2:6 illegal string literal: \"\\ud800\\u12xyz\""),
    ])
    func `Broken tokens are errors`(text: String, expected: String) {
        #expect(outcome(of: "package p\n" + text).contains(expected))
    }

    @Test(
        arguments: [
            [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC0, 0xAF], [0xFF],
            [0xF0, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func `Broken UTF-8 is an error wherever it stands`(bytes: [UInt8]) {
        for (before, after) in [("package p\n# ", "\n"), ("package p\nq := \"", "\""), ("package p\n", " := 1"), ("", "package p")] {
            let file = SourceFile(name: "", bytes: Array(before.utf8) + bytes + Array(after.utf8))
            let (module, diagnostics) = Parser.parseModule(file, id: FileID(1))
            #expect(module == nil)
            #expect(diagnostics.contains { $0.message == "illegal utf-8 character" })
        }
    }

    @Test(arguments: [
        (#""\u0041\n\t\"\\\/\b\f\r""#, "A\n\t\"\\/\u{8}\u{C}\r"),
        (#""\ud83d\ude00""#, "😀"),
        (#""\ud83d""#, "\u{FFFD}"),
        (#""\ude00x""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"),
        ("`a\\n\"b\nc`", "a\\n\"b\nc"),
        ("\"tab\tinside\"", "tab\tinside"),
        ("\"\"", ""),
    ])
    func `Strings are decoded`(text: String, expected: String) throws {
        let (term, _) = Parser.parseTerm(SourceFile(name: "", text: text), id: FileID(0))
        guard case .string(let value)? = term?.kind else { throw CompilationFailure([], sources: SourceMap()) }
        #expect(Array(value.utf8) == Array(expected.utf8))
    }
}
