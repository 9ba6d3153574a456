@_spi(Engine) import RegoRuntime
package import RegoSyntax
import RegoYAML

/// Reads `# METADATA` blocks, and attaches them to what stands behind them.
///
/// Source: OPA's parser (v1/ast/parser.go, annotations.go); the errors, their texts and places are its.
package enum AnnotationReader {
    /// An annotation whose scope is still as written.
    package struct Unattached: Sendable {
        var annotation: Annotation
        /// Empty where none was written.
        var scope: String
    }

    /// Reads a block's text.
    ///
    /// - Throws: what is wrong with it (code `rego_parse_error`).
    package static func read(_ block: Annotations) throws(Diagnostic) -> Unattached {
        do throws(AnnotationFields.Failure) {
            return try annotation(of: block, AnnotationFields(block.yaml))
        } catch {
            throw Diagnostic(.parse, error.isYAML ? hinted(error.message, block) : error.message, at: place(of: error, in: block))
        }
    }

    /// Settles the scope of an annotation by what stands behind it.
    ///
    /// - Throws: why it cannot stand there.
    package static func attach(_ read: Unattached, to target: Annotations.Target) throws(Diagnostic) -> Annotation {
        var annotation = read.annotation
        annotation.target = target
        var name = read.scope
        if name.isEmpty {
            switch target {
            case .rule: name = annotation.isEntrypoint ? "document" : "rule"
            case .package: name = "package"
            case .import: name = "import"
            case .none: break
            }
        }
        guard let scope = Annotation.Scope(rawValue: name) else {
            let known = "Use one of 'rule', 'document', 'package', or 'subpackages'"
            throw Diagnostic(.parse, "invalid annotation scope '\(name)'. \(known)", at: annotation.span)
        }
        annotation.scope = scope
        let (want, fits): (String, Bool) =
            switch (scope, target) {
            case (.rule, .rule), (.document, .rule): ("rule", true)
            case (.rule, _), (.document, _): ("rule", false)
            case (.package, .package), (.subpackages, .package): ("package", true)
            case (.package, _), (.subpackages, _): ("package", false)
            }
        guard fits else {
            throw Diagnostic(.parse, "annotation scope '\(name)' must be applied to \(want)\(have(target))", at: annotation.span)
        }
        if annotation.isEntrypoint, scope != .document, scope != .package {
            throw Diagnostic(.parse, "annotation entrypoint applied to non-document or package scope '\(name)'", at: annotation.span)
        }
        return annotation
    }

    private static func have(_ target: Annotations.Target) -> String {
        switch target {
        case .none: ""
        case .package: " (have package)"
        case .import: " (have import)"
        case .rule: " (have rule)"
        }
    }

    // MARK: Fields

    private static func annotation(of block: Annotations, _ fields: AnnotationFields) throws(AnnotationFields.Failure) -> Unattached {
        var annotation = Annotation(
            scope: .rule, title: fields.title, description: fields.description, isEntrypoint: fields.entrypoint,
            organizations: fields.organizations, relatedResources: [], authors: [], schemas: [], compile: nil, custom: fields.custom,
            labels: fields.labels, span: block.span, text: text(of: block), target: .none)
        for value in fields.relatedResources { annotation.relatedResources.append(try relatedResource(value)) }
        if let compile = fields.compile { annotation.compile = try self.compile(compile) }
        for (path, schema) in fields.schemas { annotation.schemas.append(try self.schema(path, schema)) }
        for value in fields.authors { annotation.authors.append(try author(value)) }
        return Unattached(annotation: annotation, scope: fields.scope)
    }

    private static func failure(_ message: String) -> AnnotationFields.Failure {
        AnnotationFields.Failure(message: message, line: nil, isYAML: false)
    }

    private static func relatedResource(_ value: RegoValue) throws(AnnotationFields.Failure) -> Annotation.RelatedResource {
        let problem: String
        switch value {
        case .string(""): problem = "ref URL may not be empty string"
        case .string(let text):
            do throws(GoURL.Failure) {
                return Annotation.RelatedResource(reference: try GoURL.normalize(text), description: "")
            } catch { problem = error.message }
        case .object:
            let reference = trimmed(value, "ref")
            if reference.isEmpty {
                problem = "'ref' value required in object"
                break
            }
            do throws(GoURL.Failure) {
                return Annotation.RelatedResource(reference: try GoURL.normalize(reference), description: trimmed(value, "description"))
            } catch { problem = error.message }
        default: problem = "invalid value type, must be string or map"
        }
        throw failure("invalid related-resource definition \(GoText.of(value)): \(problem)")
    }

    private static func author(_ value: RegoValue) throws(AnnotationFields.Failure) -> Annotation.Author {
        let problem: String
        switch value {
        case .string(let text):
            var words = text.split(whereSeparator: { $0.isWhitespace })
            if words.isEmpty {
                problem = "author is an empty string"
                break
            }
            var email = ""
            if let last = words.last, last.utf8.count >= 2, last.hasPrefix("<"), last.hasSuffix(">") {
                email = String(last.dropFirst().dropLast())
                words.removeLast()
            }
            return Annotation.Author(name: words.joined(separator: " "), email: email)
        case .object:
            let (name, email) = (trimmed(value, "name"), trimmed(value, "email"))
            if !name.isEmpty || !email.isEmpty { return Annotation.Author(name: name, email: email) }
            problem = "'name' and/or 'email' values required in object"
        default: problem = "invalid value type, must be string or map"
        }
        throw failure("invalid author definition \(GoText.of(value)): \(problem)")
    }

    private static func trimmed(_ value: RegoValue, _ member: String) -> String {
        guard case .string(let text)? = value[member] else { return "" }
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }

    private static func schema(_ path: String, _ schema: RegoValue) throws(AnnotationFields.Failure) -> Annotation.SchemaDeclaration {
        guard case .reference(let reference)? = term(path)?.kind else { throw failure("invalid document reference") }
        switch schema {
        case .string(let text):
            switch term(text)?.kind {
            case .variable("schema")?:
                return Annotation.SchemaDeclaration(path: reference, schema: .reference([Term(.variable("schema"))]))
            case .reference(let terms)?:
                guard case .variable("schema")? = terms.first?.kind else { throw failure("invalid schema reference") }
                return Annotation.SchemaDeclaration(path: reference, schema: .reference(terms))
            default: throw failure("invalid schema reference")
            }
        case .object: return Annotation.SchemaDeclaration(path: reference, schema: .definition(schema))
        default: throw failure("invalid schema declaration for path \(GoText.quoted(path))")
        }
    }

    private static func compile(_ members: [String: RegoValue]) throws(AnnotationFields.Failure) -> Annotation.Compile {
        var compile = Annotation.Compile(unknowns: [], maskRule: nil)
        for case .string(let text) in members["unknowns"]?.array ?? [] {
            guard case .reference(let reference)? = term(text)?.kind else {
                throw failure("invalid unknowns element \(GoText.quoted(text)): \(problem(text) ?? "expected ref but got \(text)")")
            }
            compile.unknowns.append(reference)
        }
        if case .string(let mask)? = members["mask_rule"] {
            guard let term = term(mask) else {
                throw failure("invalid mask_rule annotation \(GoText.quoted(mask)): \(problem(mask) ?? "expected term")")
            }
            switch term.kind {
            case .variable, .string: compile.maskRule = [term]
            case .reference(let terms): compile.maskRule = terms
            default: throw failure("invalid mask_rule annotation type \(GoText.quoted(mask)): string")
            }
        }
        return compile
    }

    private static func term(_ text: String) -> Term? {
        Parser.parseTerm(SourceFile(name: "", text: text), id: .none).0
    }

    /// The first complaint of the parser about a term.
    private static func problem(_ text: String) -> String? {
        let (_, found) = Parser.parseTerm(SourceFile(name: "", text: text), id: .none)
        return found.first.map { "1 error occurred: \($0.span.row):\($0.span.column): \($0.code): \($0.message)" }
    }

    // MARK: Places

    /// The block's text, each line as a comment with one space.
    private static func text(of block: Annotations) -> String {
        var lines = block.yaml.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return "# METADATA\n" + lines.map { "# " + $0 }.joined(separator: "\n")
    }

    /// OPA takes the number of a line, which counts from 1, as an index from 0: its error stands one line below, or at the last.
    private static func place(of failure: AnnotationFields.Failure, in block: Annotations) -> Span {
        guard failure.isYAML else { return block.span }
        let count = block.yaml.utf8.count { $0 == UInt8(ascii: "\n") }
        guard count > 0 else { return block.span }
        var span = block.span
        span.row += 1 + UInt32(truncatingIfNeeded: failure.line.map { min($0, count - 1) } ?? 0)
        span.length = 0
        return span
    }

    /// Adds hints where a line's `:` is followed by no space that YAML knows.
    private static func hinted(_ message: String, _ block: Annotations) -> String {
        var message = message
        for (index, line) in block.yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let parts = line.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
            var symbols: [String] = []
            for (position, part) in parts.enumerated() {
                if part.isEmpty, position == parts.count - 1 { break }
                let scalar = part.unicodeScalars.first
                if scalar == " " || scalar == "\t" { break }
                symbols.append(GoText.quotedASCII(scalar ?? "\u{FFFD}"))
            }
            guard !symbols.isEmpty else { continue }
            let row = block.span.row + 1 + UInt32(truncatingIfNeeded: index)
            message += """
                \n  Hint: on line \(row), symbol(s) [\(symbols.joined(separator: " "))] immediately following a key/value separator ':' is not \
                a legal yaml space character
                """
        }
        return message
    }
}
