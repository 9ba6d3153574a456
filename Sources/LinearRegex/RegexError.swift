/// Why a pattern is not a regular expression, worded as Go's `regexp/syntax` words it.
package struct RegexError: Error, Hashable, Sendable {
    /// Go's error codes.
    package enum Code: String, Sendable {
        case invalidCharacterClass = "invalid character class"
        case invalidCharacterRange = "invalid character class range"
        case invalidEscape = "invalid escape sequence"
        case invalidNamedCapture = "invalid named capture"
        case invalidPerlOperator = "invalid or unsupported Perl syntax"
        case invalidRepeatOperator = "invalid nested repetition operator"
        case invalidRepeatSize = "invalid repeat count"
        case invalidUTF8 = "invalid UTF-8"
        case missingBracket = "missing closing ]"
        case missingParenthesis = "missing closing )"
        case missingRepeatArgument = "missing argument to repetition operator"
        case trailingBackslash = "trailing backslash at end of expression"
        case unexpectedParenthesis = "unexpected )"
        case nestingDepth = "expression nests too deeply"
        case tooLarge = "expression too large"
        /// Of a glob, not of a regular expression.
        case invalidGlob = "unexpected end of input"
        case invalidGlobRange = "expected close range character"
        case emptyGlobRange = "could not parse range"
        case unreadableGlob = "could not read rune"
        case globTooLarge = "the pattern is too long or nests too deeply"
        /// Its expression is the whole message, which names the bounds.
        case invalidGlobBounds = "hi character should be greater than lo"
    }

    package var code: Code
    /// The part of the pattern that is at fault.
    package var expression: [UInt8]

    package init(_ code: Code, _ expression: some Sequence<UInt8>) {
        self.code = code
        self.expression = Array(expression)
    }

    /// What Go prints: ``error parsing regexp: missing closing ): `a(b` ``; of a glob only its code.
    package var message: String {
        switch code {
        case .invalidGlob, .invalidGlobRange, .emptyGlobRange, .unreadableGlob, .globTooLarge: code.rawValue
        case .invalidGlobBounds: String(decoding: expression, as: UTF8.self)
        default: "error parsing regexp: \(code.rawValue): `\(String(decoding: expression, as: UTF8.self))`"
        }
    }
}
