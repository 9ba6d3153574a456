/// A part of a parsed template; where it stands and how it is written are for messages.
final class TemplateNode {
    indirect enum Kind {
        case text([UInt8])
        case action(TemplateNode)
        case `break`
        case `continue`
        case list([TemplateNode])
        case `if`(TemplateNode, then: TemplateNode, otherwise: TemplateNode?)
        case with(TemplateNode, then: TemplateNode, otherwise: TemplateNode?)
        case range(TemplateNode, body: TemplateNode, otherwise: TemplateNode?)
        case template(name: [UInt8], TemplateNode?)
        /// `{{end}}` and `{{else}}`: parts of what they end.
        case end
        case `else`
        case pipeline(Pipeline)
        /// A function, field, value or pipeline with its arguments.
        case command([TemplateNode])
        case identifier(String)
        /// A variable and the fields that are taken of it.
        case variable([String])
        case field([String])
        case chain(TemplateNode, [String])
        case dot
        case `nil`
        case bool(Bool)
        case number(TemplateNumber, text: String)
        case string([UInt8], literal: String)
    }

    /// Commands that hand their value on; it may be kept in variables.
    struct Pipeline {
        var variables: [String] = []
        /// `=` instead of `:=`.
        var isAssignment = false
        var commands: [TemplateNode] = []
    }

    let kind: Kind
    /// In bytes from the template's beginning.
    let position: Int

    init(_ kind: Kind, at position: Int) {
        self.kind = kind
        self.position = position
    }

    /// Nothing but space and comments.
    var isBlank: Bool {
        switch kind {
        case .text(let text): text.allSatisfy { $0 == 0x20 || (9...13).contains($0) }
        case .list(let nodes): nodes.allSatisfy(\.isBlank)
        default: false
        }
    }

    /// The node as Go writes it.
    var source: String {
        switch kind {
        case .text(let text): return String(decoding: text, as: UTF8.self)
        case .action(let pipeline): return "{{\(pipeline.source)}}"
        case .break: return "{{break}}"
        case .continue: return "{{continue}}"
        case .end: return "{{end}}"
        case .else: return "{{else}}"
        case .list(let nodes): return nodes.map(\.source).joined()
        case .if(let pipeline, let then, let otherwise): return Self.source("if", pipeline, then, otherwise)
        case .with(let pipeline, let then, let otherwise): return Self.source("with", pipeline, then, otherwise)
        case .range(let pipeline, let body, let otherwise): return Self.source("range", pipeline, body, otherwise)
        case .template(let name, let pipeline):
            let argument = pipeline.map { " " + $0.source } ?? ""
            return "{{template \(TemplateText.quoted(String(decoding: name, as: UTF8.self)))\(argument)}}"
        case .pipeline(let pipeline):
            let variables = pipeline.variables.joined(separator: ", ")
            let head = pipeline.variables.isEmpty ? "" : variables + (pipeline.isAssignment ? " = " : " := ")
            return head + pipeline.commands.map(\.source).joined(separator: " | ")
        case .command(let words): return words.map(\.inParentheses).joined(separator: " ")
        case .identifier(let name): return name
        case .variable(let names): return names.joined(separator: ".")
        case .field(let names): return names.map { "." + $0 }.joined()
        case .chain(let base, let names): return base.inParentheses + names.map { "." + $0 }.joined()
        case .dot: return "."
        case .nil: return "nil"
        case .bool(let value): return value ? "true" : "false"
        case .number(_, let text): return text
        case .string(_, let literal): return literal
        }
    }

    private var inParentheses: String {
        if case .pipeline = kind { return "(\(source))" }
        return source
    }

    private static func source(_ word: String, _ pipeline: TemplateNode, _ then: TemplateNode, _ otherwise: TemplateNode?) -> String {
        "{{\(word) \(pipeline.source)}}\(then.source)\(otherwise.map { "{{else}}" + $0.source } ?? ""){{end}}"
    }
}

/// Why a template cannot be parsed or rendered, in Go's words.
struct TemplateFailure: Error {
    let message: String

    init(_ message: String) { self.message = "template: " + message }
}
