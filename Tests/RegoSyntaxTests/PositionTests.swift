import RegoSyntax
import TestSupport
import Testing

/// White space and names are passed several bytes at a time; rows and columns are those of counting every character.
@Suite struct PositionTests {
    private static let spaces = [" ", "\t", "\n", "\r\n", "    ", "\n\n  ", " # é\n", "#\n\t\t", ""]
    private static let items = [
        "a1", "_b", "ifx", "contains_2", "x\u{661}y", "\"é\"", "1", "`r\nr`", "null", "A_very_long_name_of_a_variable", "z",
    ]

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Terms are where they stand`(seed: UInt64) throws {
        var random = XorShift(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<300 {
            var text = "package p\n\nx := ["
            var offsets: [Int] = []
            for _ in 0..<Int(random.next() % 12) {
                text += Self.spaces.randomElement(using: &random) ?? ""
                offsets.append(text.utf8.count)
                text += Self.items.randomElement(using: &random) ?? ""
                text += (Self.spaces.randomElement(using: &random) ?? "") + ","
            }
            text += "]\n"
            let (module, diagnostics) = Parser.parseModule(SourceFile(name: "p.rego", text: text), id: FileID(1))
            let rule = try #require(module?.rules.first, "\(text) \(diagnostics)")
            guard case .array(let elements)? = rule.head.value?.kind else {
                Issue.record("no array: \(text)")
                continue
            }
            #expect(elements.map { Int($0.span.offset) } == offsets)
            for element in elements {
                let before = text.utf8.prefix(Int(element.span.offset))
                let line = before.suffix(from: before.lastIndex(of: 10).map { before.index(after: $0) } ?? before.startIndex)
                #expect(Int(element.span.row) == 1 + before.count { $0 == 10 })
                #expect(Int(element.span.column) == 1 + line.count { $0 & 0xC0 != 0x80 })
            }
        }
    }

    @Test func `Keywords are these words and no others`() {
        let always = ["not", "package", "import", "as", "default", "else", "with", "null", "true", "false", "some"]
        let later = ["in", "every", "contains", "if"]
        for word in always + later {
            for name in [word, word + "s", "x" + word, String(word.dropLast()), word.uppercased(), word + "\0", "\0" + word] {
                #expect(Keywords.contains(name, in: .v0) == always.contains(name), "\(name)")
                #expect(Keywords.contains(name, in: .v1) == (always + later).contains(name), "\(name)")
            }
            var lexer = Lexer(bytes: Array("\(word) \(word)s".utf8), futureKeywords: .all)
            #expect(lexer.next().kind.isKeyword)
            _ = lexer.next()
            #expect(lexer.next().kind == .identifier)
        }
        for name in ["", "i", "é", "\0\0"] { #expect(!Keywords.contains(name, in: .v1)) }
    }
}
