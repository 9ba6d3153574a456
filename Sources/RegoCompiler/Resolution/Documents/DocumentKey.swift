import RegoSyntax

/// An operand that leads from a document to the one below it: a scalar, compared as Rego does, by bytes.
enum DocumentKey: LookupKey {
    case string(String)
    case number(String)
    case boolean(Bool)
    case null

    /// The key that an operand stands for; `nil` for variables and composites.
    init?(_ node: Node) {
        switch node.kind {
        case .string(let text): self = .string(text)
        case .number(let text): self = .number(text)
        case .boolean(let value): self = .boolean(value)
        case .null: self = .null
        default: return nil
        }
    }

    init?(_ term: Term) {
        switch term.kind {
        case .string(let text): self = .string(text)
        case .number(let text): self = .number(text)
        case .boolean(let value): self = .boolean(value)
        case .null: self = .null
        default: return nil
        }
    }

    static func == (left: DocumentKey, right: DocumentKey) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)), (.number(let a), .number(let b)): a.hasSameBytes(as: b)
        case (.boolean(let a), .boolean(let b)): a == b
        case (.null, .null): true
        default: false
        }
    }

    package var lookupHash: Int {
        switch self {
        case .string(let text): LookupHash.of(text)
        case .number(let text): ~LookupHash.of(text)
        case .boolean(let value): value ? 1 : 2
        case .null: 3
        }
    }

    var term: Term.Kind {
        switch self {
        case .string(let text): .string(text)
        case .number(let text): .number(text)
        case .boolean(let value): .boolean(value)
        case .null: .null
        }
    }

    var nodeKind: Node.Kind {
        switch self {
        case .string(let text): .string(text)
        case .number(let text): .number(text)
        case .boolean(let value): .boolean(value)
        case .null: .null
        }
    }
}
