import LinearRegex
import TestSupport
import Testing

/// `matches` has short ways for patterns of fixed strings and of runs between them; `firstMatch` always runs the automata.
@Suite("Short ways to an answer")
struct FastPathTests {
    private static let pieces = ["a", "b", "ab", ".", "/", "a.", ".b", "b/a", "é", "中.", "aaa", "hospital", ".local"]

    private static func text(_ random: inout XorShift, _ pattern: [String], _ fillers: [String]) -> String {
        // Half of the texts follow the pattern, so that many match.
        if random.next() % 2 == 0 {
            return (0..<Int(random.next() % 12)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
        return pattern.map { piece in
            if piece.hasPrefix("*") || piece.hasPrefix("[") || piece.hasPrefix("(") {
                return (0..<Int(random.next() % 4)).map { _ in fillers.randomElement(using: &random) ?? "" }.joined()
            }
            return random.next() % 12 == 0 ? "" : piece
        }.joined()
    }

    /// Patterns that come down to fixed strings are answered without the automaton, which finds where the matches are.
    @Test(arguments: [
        "", "^$", "^", "$", "abc", "^abc", "abc$", "^abc$", "level=(error|fatal)", "^(GET|PUT|)$", "x?y", "(?i)ab", "a|b|cd$", "(^a)b",
        ".*ab",
        "ab.*", "^.*ab", "ab.*$", "ab[x-z]*", "[x-z]?ab", "(?:a|ab)(?:c|bcd)", "\\bab", "ab\\b", "é(a|b)", "(a|)(b|)$", "^(a|b)*c",
        "a{0,1}b", "a{2}b",
    ])
    func fixedStrings(pattern: String) throws {
        let regex = try Regex(pattern)
        let pieces = ["", "a", "b", "ab", "abc", "bcd", "x", "é", "GET", "level=", "error", "fatal", "\n", "level=err", "cd"]
        for first in pieces {
            for second in pieces {
                for third in ["", "a", "b", "c", "\n"] {
                    let text = Array((first + second + third).utf8)
                    #expect(regex.matches(text) == (regex.firstMatch(in: text) != nil), "\(pattern) in \(first + second + third)")
                }
            }
        }
    }

    @Test("Globs of strings and stars", arguments: [1, 2, 3] as [UInt64])
    func globs(seed: UInt64) throws {
        var random = XorShift(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let delimiterSets: [[Character]] = [["."], ["/"], [".", "/"], [], ["é"], [".", "中"], ["a"]]
        var plain = 0
        for _ in 0..<1500 {
            let delimiters = delimiterSets.randomElement(using: &random) ?? []
            let pattern = (0...Int(random.next() % 6)).map { _ in
                random.next() % 2 == 0 ? (random.next() % 5 == 0 ? "**" : "*") : Self.pieces.randomElement(using: &random) ?? ""
            }
            let glob = try Glob(Array(pattern.joined().utf8), delimiters: delimiters.flatMap { $0.unicodeScalars.map(\.value) })
            // The same as a regular expression, if it means what is written.
            guard let matcher = glob.makeMatcher() else { continue }
            plain += 1
            let escaped = Self.regex(of: pattern.joined(), delimiters)
            let regex = try Regex(escaped)
            for _ in 0..<12 {
                let text = Array(Self.text(&random, pattern, Self.pieces).utf8)
                let expected = regex.firstMatch(in: text) != nil
                let isMatch = text.withUnsafeBufferPointer { matcher.matches($0) }
                #expect(isMatch == expected, "\(pattern.joined()) \(delimiters) \(String(decoding: text, as: UTF8.self))")
                #expect(regex.matches(text) == expected, "\(escaped) \(String(decoding: text, as: UTF8.self))")
            }
        }
        #expect(plain > 300)
    }

    private static func regex(of glob: String, _ delimiters: [Character]) -> String {
        let one = delimiters.isEmpty ? "(?s:.)" : "[^" + delimiters.map { $0 == "/" || $0 == "." ? "\\\($0)" : "\($0)" }.joined() + "]"
        var result = "^"
        var rest = Substring(glob)
        while let first = rest.first {
            if rest.hasPrefix("**") {
                result += "(?s:.*)"
                rest = rest.dropFirst(2)
            } else {
                result += first == "*" ? one + "*" : first == "." ? "\\." : "\(first)"
                rest = rest.dropFirst()
            }
        }
        return result + "$"
    }

    @Test("Regular expressions of strings and runs", arguments: [4, 5, 6] as [UInt64])
    func runs(seed: UInt64) throws {
        var random = XorShift(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let runs = ["[^/]*", "[^/]+", "[^.]+?", ".*", "(.+)", "[^./]*", "([^b]+)", "(?s:.+)", "[^a-z]*", "[^é]*", "\\S+", "[^/]{2,}"]
        for _ in 0..<1500 {
            let pattern = (0...Int(random.next() % 6)).map { _ in
                random.next() % 2 == 0 ? runs.randomElement(using: &random) ?? "" : Self.pieces.randomElement(using: &random) ?? ""
            }
            let source = "^" + pattern.map { $0.count <= 3 && $0.hasPrefix(".") && $0 != ".*" ? "\\" + $0 : $0 }.joined() + "$"
            let regex = try Regex(source)
            for _ in 0..<12 {
                let text = Array(Self.text(&random, pattern, Self.pieces + ["\n", " "]).utf8)
                let found = regex.firstMatch(in: text) != nil
                #expect(regex.matches(text) == found, "\(source) \(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    @Test("Strings of which one occurs", arguments: [7, 8, 9] as [UInt64])
    func strings(seed: UInt64) throws {
        var random = XorShift(state: seed &* 0x9E37_79B9_7F4A_7C15)
        func word(_ lengths: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: lengths, using: &random)).map { _ in "aabé".randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<1500 {
            let alternatives = (0...Int(random.next() % 4)).map { _ in word(1...9) }
            let common = random.next() % 2 == 0 ? word(0...4) : ""
            let source = [common + "(" + alternatives.joined(separator: "|") + ")", common + alternatives[0] + "c?"][Int(random.next() % 2)]
            let regex = try Regex(source)
            for _ in 0..<12 {
                var text = word(0...40)
                if random.next() % 2 == 0 { text += common + (alternatives.randomElement(using: &random) ?? "") + word(0...3) }
                let bytes = Array(text.utf8)
                #expect(regex.matches(bytes) == (regex.firstMatch(in: bytes) != nil), "\(source) \(text)")
            }
        }
    }

    @Test("A prefix is searched again wherever no match has begun", arguments: [10, 11] as [UInt64])
    func prefixes(seed: UInt64) throws {
        var random = XorShift(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for source in ["ab[cd]+e", "aab[^a]", "a.c", "abab[a-c]"] {
            // The same without a prefix that is known: an assertion that always holds comes first.
            let (regex, plain) = (try Regex(source), try Regex("(?:\\b|\\B)" + source))
            for _ in 0..<500 {
                let text = (0..<Int(random.next() % 60)).map { _ in "aabbcde\n".utf8.randomElement(using: &random) ?? 0 }
                #expect(regex.allMatches(in: text) == plain.allMatches(in: text), "\(source) \(String(decoding: text, as: UTF8.self))")
                #expect(regex.matches(text) == plain.matches(text))
            }
        }
    }
}
