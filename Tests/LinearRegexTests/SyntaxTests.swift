import LinearRegex
import Testing

@Suite("Go's regular expression syntax")
struct SyntaxTests {
    @Test(
        "What Go refuses, in its words",
        arguments: [
            ("(", "missing closing ): `(`"), ("a(b", "missing closing ): `a(b`"), (")", "unexpected ): `)`"),
            ("a)b", "unexpected ): `a)b`"),
            ("(a|b))", "unexpected ): `(a|b))`"), ("[a-z", "missing closing ]: `[a-z`"), ("[", "missing closing ]: `[`"),
            ("[]", "missing closing ]: `[]`"), ("[z-a]", "invalid character class range: `z-a`"),
            ("[[:nope:]]", "invalid character class range: `[:nope:]`"),
            (#"\p{Klingon}"#, #"invalid character class range: `\p{Klingon}`"#),
            (#"\p"#, #"invalid character class range: `\p`"#), (#"\pX"#, #"invalid character class range: `\pX`"#),
            (#"\p{Greek"#, #"invalid character class range: `\p{Greek`"#), ("*", "missing argument to repetition operator: `*`"),
            ("a|*", "missing argument to repetition operator: `*`"), ("(*)", "missing argument to repetition operator: `*`"),
            ("(?i)+", "missing argument to repetition operator: `+`"), ("{1}", "missing argument to repetition operator: `{1}`"),
            ("a**", "invalid nested repetition operator: `**`"), ("a*+", "invalid nested repetition operator: `*+`"),
            ("a??+", "invalid nested repetition operator: `??+`"), ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
            ("x{1001}", "invalid repeat count: `{1001}`"), ("x{2,1}", "invalid repeat count: `{2,1}`"),
            ("x{9876543210}", "invalid repeat count: `{9876543210}`"), ("x{1,9876543210}", "invalid repeat count: `{1,9876543210}`"),
            ("((a{100}){100}){100}", "invalid repeat count: `{100}`"), (#"\"#, "trailing backslash at end of expression: ``"),
            (#"a\8"#, #"invalid escape sequence: `\8`"#), (#"\1"#, #"invalid escape sequence: `\1`"#),
            (#"\C"#, #"invalid escape sequence: `\C`"#), (#"\Z"#, #"invalid escape sequence: `\Z`"#),
            (#"\x{110000}"#, #"invalid escape sequence: `\x{110000`"#), (#"\xg1"#, #"invalid escape sequence: `\xg1`"#),
            (#"\Q\E*"#, "missing argument to repetition operator: `*`"), ("(?P<n", "invalid named capture: `(?P<n`"),
            ("(?P<x y>a)", "invalid named capture: `(?P<x y>`"), ("(?P<>a)", "invalid named capture: `(?P<>`"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"), ("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`"),
            ("(?<=a)", "invalid named capture: `(?<=a)`"), ("(?z)", "invalid or unsupported Perl syntax: `(?z`"),
        ])
    func refused(pattern: String, message: String) {
        #expect(throws: RegexError.self) { try Regex(pattern) }
        do throws(RegexError) {
            _ = try Regex(pattern)
        } catch {
            #expect(error.message == "error parsing regexp: " + message)
        }
    }

    @Test(
        "What Go accepts",
        arguments: [
            "", "a|", "|", "()", "(|a)", "^*", "$?", "a{,2}", "a{", "{", "a{01}", "[]a]", "[^]a]", "[a-]", "[-a]", "[a-b-c]", "[[:word:]_]",
            #"[\d\s\W]"#, #"\_"#, #"\-"#, #"\/"#, #"\07"#, #"\x41"#, #"\x{1F600}"#, "(?i)(?s-m:a)", "(?P<n>a)(?P<n>b)", "(?<n>a)",
            #"\p{ greek }"#, #"\p{Lowercase_Letter}"#, #"\P{^Han}"#, #"\pN"#, #"\Qa*b"#, "x{1000}", "(a{10}){100}", "(?U)a+?",
            #"[\x00-\x{10FFFF}]"#,
            #"\p{Any}\p{ASCII}\p{Assigned}\p{LC}\p{Cn}"#, "(?:)", "(?i)", "a(?i)b|c",
        ])
    func accepted(pattern: String) {
        #expect(throws: Never.self) { try Regex(pattern) }
    }

    @Test("Bytes that are not UTF-8 are refused")
    func notUTF8() {
        for bytes: [UInt8] in [[0xFF], [0x61, 0xC0, 0x80], [0x5B, 0xE4, 0xB8], [0x5C, 0xFF], [0x28, 0x3F, 0x50, 0x3C, 0xFF, 0x3E]] {
            do throws(RegexError) {
                _ = try Regex(bytes)
                Issue.record("\(bytes) was accepted")
            } catch {
                #expect(error.code == .invalidUTF8)
            }
        }
    }

    @Test("Nesting and size are bounded")
    func hostile() {
        let deep = String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000)
        #expect(throws: RegexError.self) { try Regex(deep) }
        #expect(throws: RegexError.self) { try Regex(String(repeating: "(?:", count: 2000) + "a" + String(repeating: ")*", count: 2000)) }
        #expect(throws: RegexError.self) { try Regex(String(repeating: #"\pL{1000}"#, count: 50)) }
        #expect(throws: RegexError.self) { try Regex(String(repeating: "(a{9})", count: 5000)) }
        #expect(throws: Never.self) { try Regex(#"\pL{400}"#) }
    }
}
