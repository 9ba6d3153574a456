/// A token's place in its file; the text is the bytes from `offset` to `end`.
package struct Token: Sendable, BitwiseCopyable {
    /// What a token is.
    package enum Kind: UInt8, Sendable, BitwiseCopyable {
        case illegal, eof, whitespace, identifier, comment
        case package, `import`, `as`, `default`, `else`, not, some, with, null, `true`, `false`
        case number, string, rawString
        case templatePart, templateEnd, rawTemplatePart, rawTemplateEnd
        case leftBracket, rightBracket, leftBrace, rightBrace, leftParen, rightParen, comma, colon
        case plus, minus, mul, div, rem, and, or, eq, equal, assign, `in`, neq, gt, lt, gte, lte, dot, semicolon
        case every, contains, `if`
    }

    package var kind: Kind
    package var offset: Int
    package var end: Int
    /// The row, from 1.
    package var row: UInt32
    /// The column in characters, from 1; 0 for a line break, which OPA counts to the row that it opens.
    package var column: UInt32
}

extension Token.Kind {
    /// What OPA's messages call the token; for operators the builtin's name.
    package var name: String {
        switch self {
        case .illegal: "illegal"
        case .eof: "eof"
        case .whitespace: "whitespace"
        case .identifier: "identifier"
        case .comment: "comment"
        case .package: "package"
        case .import: "import"
        case .as: "as"
        case .default: "default"
        case .else: "else"
        case .not: "not"
        case .some: "some"
        case .with: "with"
        case .null: "null"
        case .true: "true"
        case .false: "false"
        case .number: "number"
        case .string, .rawString: "string"
        case .templatePart, .rawTemplatePart: "template-string-part"
        case .templateEnd, .rawTemplateEnd: "template-string-end"
        case .leftBracket: "["
        case .rightBracket: "]"
        case .leftBrace: "{"
        case .rightBrace: "}"
        case .leftParen: "("
        case .rightParen: ")"
        case .comma: ","
        case .colon: ":"
        case .dot: "."
        case .semicolon: ";"
        case .plus: "plus"
        case .minus: "minus"
        case .mul: "mul"
        case .div: "div"
        case .rem: "rem"
        case .and: "and"
        case .or: "or"
        case .eq: "eq"
        case .equal: "equal"
        case .assign: "assign"
        case .in: "in"
        case .neq: "neq"
        case .gt: "gt"
        case .lt: "lt"
        case .gte: "gte"
        case .lte: "lte"
        case .every: "every"
        case .contains: "contains"
        case .if: "if"
        }
    }

    /// A keyword of any dialect, `in`, `every`, `contains` and `if` included.
    package var isKeyword: Bool {
        switch self {
        case .package, .import, .as, .default, .else, .not, .some, .with, .null, .true, .false, .in, .every, .contains, .if: true
        default: false
        }
    }

    /// How strongly an infix operator binds, from 1 (comparison) to 5 (multiplication); 0 for other tokens.
    ///
    /// `in`, `=` and `:=` bind less than all of these and are parsed apart.
    package var precedence: Int {
        switch self {
        case .equal, .neq, .lt, .gt, .lte, .gte: 1
        case .or: 2
        case .and: 3
        case .plus, .minus: 4
        case .mul, .div, .rem: 5
        default: 0
        }
    }

    /// Begins a composite term.
    package var isOpening: Bool {
        switch self {
        case .leftBracket, .leftBrace, .leftParen, .templatePart, .rawTemplatePart: true
        default: false
        }
    }

    /// Stands for the sign of an infix operation, so that no rule's name can be followed by it.
    package var isInfix: Bool { precedence > 0 }
}

/// A set of the keywords that v0 knows only once they are imported.
///
/// No `OptionSet`: its generic operations cost the first parse of a process a tenth of its time.
package struct FutureKeywords: Sendable, BitwiseCopyable {
    private let bits: UInt8

    package static let none = FutureKeywords(bits: 0)
    package static let `in` = FutureKeywords(bits: 1)
    package static let every = FutureKeywords(bits: 2)
    package static let contains = FutureKeywords(bits: 4)
    package static let `if` = FutureKeywords(bits: 8)
    package static let all = FutureKeywords(bits: 15)

    private init(bits: UInt8) { self.bits = bits }

    /// The keyword of a name; `nil` for names that are none. `every` brings `in` along.
    package init?(named name: String) {
        switch name {
        case "in": self = .in
        case "every": self = .every.union(.in)
        case "contains": self = .contains
        case "if": self = .if
        default: return nil
        }
    }

    /// Whether all of some keywords are in the set.
    package func contains(_ others: FutureKeywords) -> Bool { bits & others.bits == others.bits }

    /// The keywords of both sets.
    package func union(_ others: FutureKeywords) -> FutureKeywords { FutureKeywords(bits: bits | others.bits) }
}

/// The reserved words of the language.
package enum Keywords {
    /// Whether a name is reserved in a dialect whether or not anything was imported.
    package static func contains(_ name: String, in version: RegoVersion) -> Bool {
        // Without a null at its beginning, which the word as a number would not show.
        guard Lexer.keywordLengths.contains(name.utf8.count), name.utf8.first != 0 else { return false }
        var word: UInt64 = 0
        for byte in name.utf8 { word = word << 8 | UInt64(byte) }
        return Lexer.keyword(word, version == .v0 ? .none : .all) != .identifier
    }
}
