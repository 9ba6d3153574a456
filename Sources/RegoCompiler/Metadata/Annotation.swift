@_spi(Engine) package import RegoRuntime
package import RegoSyntax

/// What a `# METADATA` block says of the rule, document or package behind it.
///
/// Source: OPA, "Annotations".
package struct Annotation: Sendable {
    /// Whom an annotation speaks of.
    package enum Scope: String, Sendable {
        /// The rule behind the block, alone.
        case rule
        /// All rules of the document that the rule is part of, in all modules.
        case document
        /// The package, in all modules.
        case package
        /// The package and all packages below it.
        case subpackages
    }

    /// A person, by name, address or both.
    package struct Author: Sendable, Hashable {
        package var name: String
        package var email: String
    }

    /// Where more is to be read.
    package struct RelatedResource: Sendable, Hashable {
        package var reference: String
        package var description: String
    }

    /// Tells the type checker the shape of a document.
    package struct SchemaDeclaration: Sendable {
        /// The document: a reference that begins with `input` or `data`.
        package var path: [Term]
        /// The schema: by its name or as it stands.
        package var schema: Source

        package enum Source: Sendable {
            /// `schema.a.b`; all of the reference's terms.
            case reference([Term])
            case definition(RegoValue)
        }
    }

    /// How a rule is compiled to filters of data.
    package struct Compile: Sendable {
        /// The documents that are not known.
        package var unknowns: [[Term]]
        /// The rule that says which columns to mask.
        package var maskRule: [Term]?
    }

    package var scope: Scope
    package var title: String
    package var description: String
    package var isEntrypoint: Bool
    package var organizations: [String]
    package var relatedResources: [RelatedResource]
    package var authors: [Author]
    package var schemas: [SchemaDeclaration]
    package var compile: Compile?
    package var custom: [String: RegoValue]
    package var labels: [String: RegoValue]
    /// The place of `# METADATA`; its length covers the block.
    package var span: Span
    /// The block's text as OPA's locations have it.
    package var text: String
    /// What stands behind the block.
    package var target: Annotations.Target

    /// The row of the block's last line.
    package var lastRow: UInt32 { span.row + UInt32(truncatingIfNeeded: text.utf8.count { $0 == UInt8(ascii: "\n") }) }
}

extension Annotation {
    /// The annotation as `rego.metadata.rule` returns it.
    package var value: RegoValue {
        var members: [RegoValue: RegoValue] = ["scope": .string(scope.rawValue)]
        if !title.isEmpty { members["title"] = .string(title) }
        if isEntrypoint { members["entrypoint"] = true }
        if !description.isEmpty { members["description"] = .string(description) }
        if !organizations.isEmpty { members["organizations"] = .array(organizations.map { .string($0) }) }
        if !relatedResources.isEmpty { members["related_resources"] = .array(relatedResources.map(\.value)) }
        if !authors.isEmpty {
            members["authors"] = .array(
                authors.map { author in
                    var members: [RegoValue: RegoValue] = [:]
                    if !author.name.isEmpty { members["name"] = .string(author.name) }
                    if !author.email.isEmpty { members["email"] = .string(author.email) }
                    return .object(members)
                })
        }
        if !schemas.isEmpty { members["schemas"] = .array(schemas.map(\.value)) }
        if !custom.isEmpty { members["custom"] = Self.object(custom) }
        if !labels.isEmpty { members["labels"] = Self.object(labels) }
        return .object(members)
    }

    /// An object of named values.
    static func object(_ members: [String: RegoValue]) -> RegoValue {
        .object(Dictionary(members.map { (.string($0.key), $0.value) }) { $1 })
    }
}

extension Annotation.RelatedResource {
    /// `{"ref": …, "description": …}`.
    package var value: RegoValue {
        var members: [RegoValue: RegoValue] = ["ref": .string(reference)]
        if !description.isEmpty { members["description"] = .string(description) }
        return .object(members)
    }
}

extension Annotation.SchemaDeclaration {
    fileprivate var value: RegoValue {
        var members: [RegoValue: RegoValue] = ["path": Self.segments(of: path)]
        switch schema {
        case .reference(let reference): members["schema"] = Self.segments(of: reference)
        case .definition(let definition): members["definition"] = definition
        }
        return .object(members)
    }

    /// A reference as an array of its operands, the head by its name.
    private static func segments(of reference: [Term]) -> RegoValue {
        .array(
            reference.map { term in
                switch term.kind {
                case .string(let text), .variable(let text): .string(text)
                case .number(let text): RegoNumber(text: text).map { .number($0) } ?? .string(text)
                case .boolean(let value): .boolean(value)
                case .null: .null
                default: .string(TermPrinter.text(of: term))
                }
            })
    }
}
