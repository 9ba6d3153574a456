import LinearRegex
import Testing

@Suite("Globs")
struct GlobTests {
    private func answer(_ pattern: String, _ delimiters: String, _ text: String) throws -> Glob.Answer {
        try Glob(Array(pattern.utf8), delimiters: delimiters.unicodeScalars.map(\.value)).answer(Array(text.utf8))
    }

    /// From OPA's documentation of `glob.match` and gobwas/glob's.
    @Test(
        "Matches",
        arguments: [
            ("*.github.com", ".", "api.github.com", true), ("*.github.com", ".", "api.cdn.github.com", false),
            ("*hub.com", "", "api.cdn.github.com", true), ("*:github:com", ":", "api:github:com", true),
            ("api.**.com", ".", "api.github.com", true), ("api.**.com", ".", "api.cdn.github.com", true), ("?at", "", "cat", true),
            ("?at", "", "at", false), ("[abc]at", "", "bat", true), ("[abc]at", "", "lat", false), ("[!abc]at", "", "cat", false),
            ("[!abc]at", "", "lat", true), ("[a-c]at", "", "cat", true), ("[a-c]at", "", "lat", false), ("[!a-c]at", "", "lat", true),
            ("{cat,bat,[fr]at}", "", "rat", true), ("{cat,bat,[fr]at}", "", "at", false), ("a{b,{c,d}e}*", ".", "adexx", true),
            (#"\*"#, "", "*", true), (#"\*"#, "", "a", false), ("", "", "", true), ("", "", "a", false), ("a,b", "", "a,b", true),
            ("a}b", "", "a}b", true), ("*", "/", "a/b", false), ("**", "/", "a/b", true),
            ("registry/*/img:*", "/:", "registry/team/img:1", true), ("日*", "", "日本", true), ("*\n*", "", "a\nb", true),
        ])
    func matching(pattern: String, delimiters: String, text: String, expected: Bool) throws {
        #expect(try answer(pattern, delimiters, text) == (expected ? .matched : .unmatched))
    }

    // MARK: What OPA 1.14 answers where one would not expect it, and beside that

    @Test(
        "OPA's matches",
        arguments: [
            ("?", "", ""), ("[!ab]", "", ""), ("[!ab]", "", "c"), ("[!a-c]", "", ""), ("[a-\u{FFFF}]", "", ""), ("***", ".", "a.b"),
            ("***", "", ""), ("****", "", ""), ("?*", "./", "a.b"), ("?*", "./", "ab"), ("??", "./", "a."), ("{}", "", ""),
            ("{,a}", "", "a"), ("{,a}", "", ""), ("{a,}b", "", "b"), ("{a,}b", "", "ab"), ("a{,b}", "", "a"), ("ab**ba", "", "aba"),
            ("ab**ba", ".", "abba"), ("aa*aa", "", "aaa"), ("é*", "", "éa"), ("{a,bc}d", "", "bcd"), ("{*,a}b", "", "xb"),
            ("{*a,b*}c", ".", "bxc"), ("{*a,b*}*", ".", "bx"), ("*{a,b}*", "", "xay"), ("{a?,?b}c", "", "abc"),
            ("{ab*,ac*}d", "", "abxd"), ("{ab,ab}", "", "ab"), ("{abc,xbc}", "", "xbc"), ("{a", "", "a"), ("{a,b", "", "b"),
            ("a}", "", "a}"), ("a,b", "", "a,b"), ("{a,b},", "", "a,"), ("a\\", "", "a"), ("\\{a\\}", "", "{a}"), ("[\\]]", "", "]"),
            ("[!!]", "", "a"), ("a\0b", "", "ab"), ("\0b", "", ""), ("[a\0]", "", "a"), ("{a*,**é}é", "é", "xéé"),
            ("{?,*a}[!b]", "", "xa"), ("[!.]*", ".", "a"), ("[!.]?", ".", "ab"), ("[!/]?", ".", "ab"), ("*?*", ".", "a"),
            ("*[a-c]*", "", "b"),
        ])
    func matchesOfOPA(pattern: String, delimiters: String, text: String) throws {
        #expect(try answer(pattern, delimiters, text) == .matched)
    }

    @Test(
        "What OPA does not match",
        arguments: [
            ("?", "", "ab"), ("??", "", ""), ("[ab]", "", ""), ("***", ".", ""), ("?*", ".", ""), ("?*", "./", "a./b"),
            ("??", "./", "./"), ("*", "./", "a/b"), ("{}", "", "a"), ("{}x", "", "x"), ("{**,}a", "", "a"), ("ab*ba", ".", "aba"),
            ("?é", "", "aé"), ("é?", "", "éa"), ("??é", "", "abé"), ("[é]a", "", "éa"), ("[aé]b", "", "éb"), ("?中*", "", "a中b"),
            ("{*a,b*}*", ".", "xa.y"), ("[!!]", "", "!"), ("{x{**.é,b},c}*", "é", "xa.éé"), ("*.a*?*", ".", "b.a.c"),
            ("{*x,y?}z", "中", "y中z"),
        ])
    func noMatchesOfOPA(pattern: String, delimiters: String, text: String) throws {
        #expect(try answer(pattern, delimiters, text) == .unmatched)
    }

    @Test(
        "What OPA fails on",
        arguments: [
            ("x{}", "", "x"), ("{a*,*x}*", "é", "béx"),
        ])
    func failuresOfOPA(pattern: String, delimiters: String, text: String) throws {
        #expect(try answer(pattern, delimiters, text) == .impossible)
    }

    @Test(
        "Faults in OPA's words",
        arguments: [
            ("[a-]", "unexpected end of input"),
            ("[]", "could not parse range"),
            ("[z-a]", "hi character 'a' should be greater than lo 'z'"),
            ("[a-c", "unexpected end of input"),
            ("[a-cd]", "expected close range character"),
            ("a\u{FFFD}", "could not read rune"),
            ("[", "unexpected end of input"), ("[!", "unexpected end of input"), ("a\u{FFFD}[", "could not read rune"),
        ])
    func faults(pattern: String, message: String) throws {
        let error = #expect(throws: RegexError.self) { try Glob(Array(pattern.utf8), delimiters: []) }
        #expect(error?.message == message)
    }

    @Test("Bytes that are not UTF-8 are characters of one byte")
    func brokenText() throws {
        for (pattern, isMatch) in [("?", true), ("??", false), ("[!a]", true), ("[a]", false), ("a?b", false), ("{a,?}", true)] {
            let glob = try Glob(Array(pattern.utf8), delimiters: [0x2E])
            #expect(glob.answer([0xFF]) == (isMatch ? .matched : .unmatched), "\(pattern)")
        }
        #expect(throws: RegexError.self) { try Glob([0x61, 0xFF], delimiters: []) }
    }

    // MARK: Hostile patterns

    @Test("A nesting or length that is too much is refused")
    func limits() {
        let deep = String(repeating: "{a", count: 2000)
        let alternating = String(repeating: "*[a-c]{é,**}", count: 4000)
        for pattern in [deep, alternating, String(repeating: "[ab]", count: 20_000)] {
            #expect(throws: RegexError.self) { try Glob(Array(pattern.utf8), delimiters: [0x2E]) }
        }
        #expect(throws: Never.self) { try Glob(Array("{\((0..<20_000).map(String.init).joined(separator: ","))}".utf8), delimiters: []) }
    }

    @Test("Long lists, alternatives and rows can be interrupted", arguments: ["*{\(names)}*", "?*[\(letters)]*", "*\(row)*"])
    func longParts(pattern: String) throws {
        let glob = try Glob(Array(pattern.utf8), delimiters: [0x2E])
        var asked = 0
        let answer = [UInt8](repeating: 0x61, count: 200_000).withUnsafeBufferPointer { buffer in
            glob.answer(buffer) {
                asked += 1
                return asked > 2
            }
        }
        #expect(answer == .undecided)
    }

    private static let names = (0..<3000).map { "a\($0)" }.joined(separator: ",")
    private static let letters = String(String.UnicodeScalarView((0x4E00..<0x5200).compactMap { Unicode.Scalar($0) }))
    private static let row = String(repeating: "[ab]", count: 3000) + "c"

    @Test("No pattern takes exponential time", arguments: ["{a*,*b,**}", "{*a*,*b*}x*", "*{a?,?b}*", "[a-b]*?*{a,b*}"])
    func blowUp(part: String) throws {
        let pattern = String(repeating: part, count: 12) + "c"
        let glob = try Glob(Array(pattern.utf8), delimiters: [0x2E])
        let text = Array(String(repeating: "ab", count: 30).utf8)
        var asked = 0
        let answer = text.withUnsafeBufferPointer { buffer in
            glob.answer(buffer) {
                asked += 1
                return asked > 20_000
            }
        }
        #expect(answer == .unmatched)
    }

    @Test("Quoting")
    func quoting() {
        #expect(Glob.quote("*.github.com".utf8) == Array(#"\*.github.com"#.utf8))
        #expect(Glob.quote(#"a?[b]{c,d}\-!é"#.utf8) == Array(#"a\?\[b\]\{c,d\}\\-!é"#.utf8))
    }
}
