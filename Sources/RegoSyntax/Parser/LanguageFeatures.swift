/// What a capabilities file allows of the language's syntax.
package struct LanguageFeatures: Sendable {
    /// The keywords that v0 modules may import.
    package let keywords: [String]
    /// The features, by OPA's names.
    package let names: Set<String>

    package init(keywords: [String], names: Set<String>) {
        self.keywords = keywords
        self.names = names
    }

    /// Rego v1.
    var hasV1: Bool { names.contains("rego_v1") }
    /// `import rego.v1`.
    var hasV1Import: Bool { hasV1 || names.contains("rego_v1_import") }
    /// Keywords as names within references: `input.if`.
    var hasKeywordsInReferences: Bool { names.contains("keywords_in_refs") }
    /// `$"…"`.
    var hasTemplateStrings: Bool { names.contains("template_strings") }

    /// Rule heads of any number of names: `p.q.r := 1`.
    package var hasStringPrefixHeads: Bool { hasV1 || names.contains("rule_head_ref_string_prefixes") }
    /// Rule heads with variables among their names: `p[x].q := 1`.
    package var hasGeneralHeads: Bool { hasV1 || names.contains("rule_head_refs") }

    /// The keywords that may be imported, sorted.
    var importable: [String] { Set(hasV1 ? Self.known + keywords : keywords).sorted() }

    static let known = ["contains", "every", "if", "in"]

    /// Why nothing at all can be parsed in a dialect; `nil` if it can.
    func refusal(of version: RegoVersion) -> Diagnostic? {
        if version == .v1, !hasV1 {
            return Diagnostic(.parse, "illegal capabilities: rego_v1 feature required for parsing v1 Rego", at: .none)
        }
        if let unknown = keywords.first(where: { !Self.known.contains($0) }) {
            return Diagnostic(.parse, "illegal capabilities: unknown keyword: \(unknown)", at: .none)
        }
        return nil
    }
}
