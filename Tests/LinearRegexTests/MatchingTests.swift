import LinearRegex
import Testing

@Suite("Matches of regular expressions")
struct MatchingTests {
    /// Go's `find_test.go` and RE2's documented semantics: spans of all groups of all matches, `.` for a group that took no part.
    @Test(
        "Leftmost-first matches and groups",
        arguments: [
            ("", "", "0-0"), ("", "ab", "0-0;1-1;2-2"), ("^abcdefg", "abcdefg", "0-7"), ("a+", "baaab", "1-4"), ("[a-z]+", "abcd", "0-4"),
            ("[^a-z]+", "ab1234cd", "2-6"), ("[^\\n]+", "abcd\n", "0-4"), ("[日本語]+", "日本語日本語", "0-18"), ("日本語+", "日本語", "0-9"),
            ("()", "", "0-0,0-0"), ("(a)", "a", "0-1,0-1"), ("(.)(.)", "日a", "0-4,0-3,3-4"), ("(.*)", "", "0-0,0-0"),
            ("(..)(..)", "abcd", "0-4,0-2,2-4"), ("(([^xyz]*)(d))", "abcd", "0-4,0-4,0-3,3-4"),
            ("((a|b|c)*(d))", "abcd", "0-4,0-4,2-3,3-4"), ("(((a|b|c)*)(d))", "abcd", "0-4,0-4,0-3,2-3,3-4"),
            ("a*(|(b))c*", "aacc", "0-4,2-2,."), ("(.*).*", "ab", "0-2,0-2"), ("[.]", ".", "0-1"), ("/$", "/abc/", "4-5"),
            ("/$", "/abc", ""),
            (".", "abc", "0-1;1-2;2-3"), ("ab*", "abbaab", "0-3;3-4;4-6"), ("(a|ab)(c|bcd)(d*)", "abcd", "0-4,0-1,1-4,4-4"),
            ("(?:a|ab)", "ab", "0-1"), ("a|ab|abc", "abc", "0-1"), ("(?i)straße", "STRASSE", ""), ("(?i)k", "\u{212A}", "0-3"),
            ("(?i)ſ", "sS", "0-1;1-2"), (#"\bfoo\b"#, "foo food foo", "0-3;9-12"), (#"\B"#, "x", ""), (#"\B"#, "xx yy", "1-1;4-4"),
            (#"(|a)*"#, "aa", "0-0,0-0;1-1,1-1;2-2,2-2"), (#"(|a)+"#, "aa", "0-0,0-0;1-1,1-1;2-2,2-2"), (#"(?:\b|a)+"#, "a", "0-0;1-1"),
            ("(?m)^a$", "a\nb\na", "0-1;4-5"), ("^a$", "a\n", ""), (#"a\z"#, "ba", "1-2"), ("(?s).", "\n", "0-1"), (".", "\n", ""),
            ("a{2,3}?", "aaaa", "0-2;2-4"), ("(?U)a+", "aa", "0-1;1-2"), ("(?U)a+?", "aa", "0-2"), (#"\p{Greek}+"#, "abγδe", "2-6"),
            (#"\PL"#, "é1", "2-3"), (#"[[:^alpha:]]"#, "a1", "1-2"), ("[^a]", "aé", "1-3"), (#"\x{1F600}"#, "😀", "0-4"),
            ("(a*)*", "b", "0-0,0-0;1-1,1-1"), ("(a*)+", "b", "0-0,0-0;1-1,1-1"), ("(?:(a)|b)*", "ab", "0-2,0-1"), ("x{0}y", "xy", "1-2"),
            (#"^\w+@\w+\.\w{2,}$"#, "doctor@clinic.org", "0-17"), ("(?:$)(?:)", "a", "1-1"), (#"\PN$\b"#, "xK", "1-2"),
            (#"$\b"#, "a", "1-1"),
        ])
    func allGroups(pattern: String, text: String, expected: String) throws {
        let regex = try Regex(pattern)
        let bytes = Array(text.utf8)
        let all = bytes.withUnsafeBufferPointer { regex.allCaptures(in: $0) }
        let shown = all.map { $0.map { $0.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "." }.joined(separator: ",") }
        #expect(shown.joined(separator: ";") == expected)
        #expect(regex.allMatches(in: bytes) == all.compactMap { $0[0] })
        #expect(regex.matches(bytes) == !expected.isEmpty)
        #expect(regex.firstMatch(in: bytes) == all.first?[0])
    }

    @Test(
        "Replacement templates",
        arguments: [
            ("a", "abab", "x", "xbxb"), ("a(.)", "abac", "$1-", "b-c-"), ("a(?P<n>.)", "ab", "<${n}>", "<b>"), ("a", "a", "$$1", "$1"),
            ("a(.)", "ab", "$1x", ""), ("a(.)", "ab", "${1}x", "bx"), ("a", "a", "$", "$"), ("a", "a", "${", "${"), ("a", "a", "$9", ""),
            ("a(.)", "ab", "$01", ""), ("x*", "abc", "-", "-a-b-c-"), ("", "日本", "-", "-日-本-"), ("(a)|(b)", "ab", "[$1$2]", "[a][b]"),
            ("b", "a", "$1", "a"), ("[a-c]*", "\u{65E5}", "x", "x日x"), ("(?P<n>a)|(?P<n>b)", "b", "<$n>", "<b>"),
        ])
    func replacement(pattern: String, text: String, template: String, expected: String) throws {
        let result = try Regex(pattern).replacingAll(in: Array(text.utf8), with: Array(template.utf8))
        #expect(String(decoding: result, as: UTF8.self) == expected)
    }

    @Test(
        "Splitting",
        arguments: [
            ("a", "banana", ["b", "n", "n", ""]), ("z+", "pizza", ["pi", "a"]), ("", "abc", ["a", "b", "c"]), ("x", "", [""]), ("", "", []),
            ("x", "abc", ["abc"]), ("abc", "abc", ["", ""]),
        ])
    func splitting(pattern: String, text: String, expected: [String]) throws {
        let bytes = Array(text.utf8)
        #expect(try Regex(pattern).split(bytes).map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
    }

    @Test("Limits end a search early")
    func limits() throws {
        let regex = try Regex("a")
        #expect(regex.allMatches(in: Array("aaaa".utf8), limit: 2) == [0..<1, 1..<2])
        #expect(regex.split(Array("xaxax".utf8), limit: 2) == [0..<1, 2..<5])
    }

    @Test("Catastrophic patterns take linear time")
    func hostile() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 50_000)
        for pattern in ["(a*)*b", "(a|aa)+$b", "(a?){30}a{30}b", "(.*)(.*)(.*)(.*)(.*)[^a]", "^(([a-z])+.)+[A-Z]([a-z])+$"] {
            #expect(try !Regex(pattern).matches(text), "\(pattern)")
        }
        #expect(try Regex("(x+x+)+y|a{50}b?$").firstMatch(in: text)?.lowerBound == 49_950 - 0)
    }

    @Test("An automaton that outgrows its cache goes on without it")
    func exploding() throws {
        // Of the last 16 characters any may be an a: 2^16 states.
        let regex = try Regex("a[ab]{16}c")
        var text: [UInt8] = []
        var random: UInt64 = 88_172_645_463_325_252
        for _ in 0..<60_000 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            text.append(random & 1 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b"))
        }
        #expect(regex.firstMatch(in: text) == nil)
        text[40_000] = UInt8(ascii: "a")
        text[40_017] = UInt8(ascii: "c")
        #expect(regex.firstMatch(in: text) == 40_000..<40_018)
        #expect(regex.matches(text))
    }

    @Test("Text that is not UTF-8 does not crash")
    func notUTF8() throws {
        for pattern in [".", "a", "", #"\W"#, "[^a]*", #"\b"#, "(?s).*"] {
            let regex = try Regex(pattern)
            for text: [UInt8] in [[0xFF], [0x61, 0xC3], [0xE4, 0xB8], [0x80, 0x61], [0xF0, 0x9F, 0x98]] {
                _ = regex.matches(text)
                _ = regex.allMatches(in: text)
                _ = regex.replacingAll(in: text, with: [0x78])
            }
        }
    }

    @Test("One value serves many threads")
    func concurrent() async throws {
        let regex = try Regex(#"(\w+)@(\w+)"#)
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<16 {
                group.addTask {
                    let text = Array("..user\(index)@host".utf8)
                    return (0..<200).allSatisfy { _ in
                        text.withUnsafeBufferPointer { regex.captures(in: $0) }?[1] == 2..<(text.count - 5)
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
