import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// An annotation as a person reads it.
struct AnnotationSummary {
    let entry: AnnotationSet.Entry

    private static let pageWidth = 80

    func text() -> String {
        guard let annotation = entry.annotation else { return "" }
        let path = Self.withoutData(entry.path)
        let title = annotation.title.isEmpty ? path : annotation.title
        var lines = [title, String(repeating: "=", count: min(title.utf8.count, Self.pageWidth)), ""]
        if !annotation.description.isEmpty { lines += [annotation.description, ""] }
        if case .package = annotation.target { lines.append("Package:  " + path) } else { lines.append("Rule:     " + ruleName) }
        lines.append("Location: \(entry.file):\(entry.place.row)")
        lines.append("Scope: \(annotation.scope.rawValue)")
        if annotation.isEntrypoint { lines.append("Entrypoint: true") }
        lines.append("")
        lines += list("Organizations", annotation.organizations.map { ($0, "") }, separator: "")
        lines += list("Authors", annotation.authors.map { (Self.name(of: $0), "") }, separator: "")
        lines += list(
            "Schemas", annotation.schemas.map { (TermPrinter.text(ofReference: $0.path), Self.text(of: $0.schema)) }, separator: ": ")
        lines += list("Related Resources", annotation.relatedResources.map { ($0.reference, $0.description) }, separator: " ")
        lines += list("Custom", annotation.custom.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json()) }, separator: ": ")
        lines += list("Labels", annotation.labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json()) }, separator: ": ")
        return lines.joined(separator: "\n") + "\n"
    }

    private var ruleName: String {
        guard let last = entry.path.last, case .string(let name) = last.kind else { return Self.withoutData(entry.path) }
        return name
    }

    private func list(_ name: String, _ items: [(key: String, value: String)], separator: String) -> [String] {
        guard !items.isEmpty else { return [] }
        let width = items.map(\.key.utf8.count).max() ?? 0
        let lines = items.map { item in
            let key = String(item.key.map { $0 == "\n" ? " " : $0 })
            let padding = String(repeating: " ", count: max(width - key.utf8.count, 0))
            let line = item.value.isEmpty ? " " + key : " " + key + separator + padding + item.value
            return PathShortening.truncated(line, to: Self.pageWidth)
        }
        return [name + ":"] + lines + [""]
    }

    private static func name(of author: Annotation.Author) -> String {
        if author.email.isEmpty { return author.name }
        return author.name.isEmpty ? "<\(author.email)>" : "\(author.name) <\(author.email)>"
    }

    private static func text(of schema: Annotation.SchemaDeclaration.Source) -> String {
        switch schema {
        case .reference(let reference): TermPrinter.text(ofReference: reference)
        case .definition(let definition): definition.json()
        }
    }

    private static func withoutData(_ path: [Term]) -> String {
        guard let first = path.dropFirst().first else { return "" }
        guard case .string(let name) = first.kind else { return TermPrinter.text(ofReference: Array(path.dropFirst())) }
        return TermPrinter.text(ofReference: [Term(.variable(name))] + path.dropFirst(2))
    }
}
