/// Something that is wrong with a source text, as OPA codes and words it.
public struct Diagnostic: Error, Sendable, Hashable {
    /// OPA's error codes. Open: later versions may add some.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code as OPA writes it.
        public let description: String
        /// Makes a code from its text.
        public init(_ description: String) { self.description = description }

        /// The text is not Rego.
        public static let parse = Code("rego_parse_error")
        /// The program cannot be compiled.
        public static let compile = Code("rego_compile_error")
        /// Types, arities or names do not fit.
        public static let type = Code("rego_type_error")
        /// A variable has no value where it is used.
        public static let unsafeVariable = Code("rego_unsafe_var_error")
        /// A rule depends on itself.
        public static let recursion = Code("rego_recursion_error")
    }

    /// What kind of error it is.
    public var code: Code
    /// What is wrong, for people.
    public var message: String
    /// Where.
    public var span: Span
    /// Further lines that OPA prints under the message (types had and wanted, for example).
    public var details: [String]
    /// The details as one JSON text, for programs; `nil` where OPA's JSON output has none.
    public var detailsJSON: String?
    /// Whether a parse error is one of a whole statement, found when it was to become a rule: OPA's JSON quotes no line for it.
    package var isOfStatement = false

    /// Makes a diagnostic from its parts.
    public init(_ code: Code, _ message: String, at span: Span, details: [String] = [], detailsJSON: String? = nil) {
        self.code = code
        self.message = message
        self.span = span
        self.details = details
        self.detailsJSON = detailsJSON
    }
}

extension Diagnostic {
    /// The diagnostic as a person reads it: `file:row:column: code: message`, the source line, and a caret below the column.
    public func rendered(in sources: SourceMap) -> String {
        guard let file = sources.file(of: span) else { return "\(code): \(message)" }
        let place = file.name.isEmpty ? "\(span.row):\(span.column)" : "\(file.name):\(span.row):\(span.column)"
        var lines = ["\(place): \(code): \(message)"]
        if let source = file.line(span.row) {
            lines.append("\t" + source)
            let before = source.unicodeScalars.prefix(Int(max(span.column, 1)) - 1)
            lines.append("\t" + String(before.map { $0 == "\t" ? "\t" : " " }) + "^")
        }
        return (lines + details.map { "\t" + $0 }).joined(separator: "\n")
    }
}

/// A compilation's diagnostics together with the sources that they point into.
public struct CompilationFailure: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in a stable order.
    public let diagnostics: [Diagnostic]
    /// The sources that the diagnostics point into.
    public let sources: SourceMap

    /// Makes a failure from its parts.
    public init(_ diagnostics: [Diagnostic], sources: SourceMap) {
        self.diagnostics = diagnostics
        self.sources = sources
    }

    /// Every diagnostic with its source line.
    public var description: String {
        diagnostics.map { $0.rendered(in: sources) }.joined(separator: "\n")
    }
}
