import RegoSyntax

extension SyntaxTree {
    /// The annotations that speak of each rule, as OPA hangs them on its rules: those of the document, and those of the rule's path that
    /// stand before it, of which the last is then used up.
    static func attach(_ annotations: [Annotation], to module: Module) -> [[Annotation]] {
        guard !annotations.isEmpty else { return module.rules.map { _ in [] } }
        func keys(_ rule: Rule) -> [DocumentKey] {
            AnnotationSet.path(of: rule, in: module.package).dropFirst().compactMap { DocumentKey($0) }
        }
        var open = annotations.compactMap { annotation -> (annotation: Annotation, path: [DocumentKey])? in
            guard case .rule(let index) = annotation.target, index < module.rules.count else { return nil }
            return (annotation, keys(module.rules[index]))
        }
        return module.rules.map { rule in
            let path = keys(rule)
            var attached: [Annotation] = []
            var used: Int?
            for (index, candidate) in open.enumerated() where candidate.path == path {
                if candidate.annotation.scope == .document {
                    attached.append(candidate.annotation)
                } else if candidate.annotation.scope == .rule, rule.span.row > candidate.annotation.span.row {
                    used = index
                    attached.append(candidate.annotation)
                }
            }
            if let used { open.remove(at: used) }
            return attached
        }
    }

    /// An annotation as OPA marshals it: its members by name.
    package func json(_ annotation: Annotation) -> SyntaxJSON {
        var members: Members = []
        if !annotation.authors.isEmpty {
            members.append(
                (
                    "authors",
                    .array(
                        annotation.authors.map { author in
                            .object([("name", .string(author.name))] + (author.email.isEmpty ? [] : [("email", .string(author.email))]))
                        })
                ))
        }
        if !annotation.custom.isEmpty { members.append(("custom", SyntaxJSON(Annotation.object(annotation.custom)))) }
        if !annotation.description.isEmpty { members.append(("description", .string(annotation.description))) }
        if annotation.isEntrypoint { members.append(("entrypoint", .boolean(true))) }
        if !annotation.labels.isEmpty { members.append(("labels", SyntaxJSON(Annotation.object(annotation.labels)))) }
        if let source {
            members.append(
                (
                    "location",
                    .object([
                        ("file", .string(source.name)), ("row", .number(String(annotation.span.row))),
                        ("col", .number(String(annotation.span.column))), ("text", .string(SyntaxText.base64(annotation.text))),
                    ])
                ))
        }
        if !annotation.organizations.isEmpty { members.append(("organizations", .array(annotation.organizations.map { .string($0) }))) }
        if !annotation.relatedResources.isEmpty {
            members.append(("related_resources", .array(annotation.relatedResources.map { SyntaxJSON($0.value) })))
        }
        if !annotation.schemas.isEmpty { members.append(("schemas", .array(annotation.schemas.map(json)))) }
        members.append(("scope", .string(annotation.scope.rawValue)))
        if !annotation.title.isEmpty { members.append(("title", .string(annotation.title))) }
        return .object(members)
    }

    private func json(_ schema: Annotation.SchemaDeclaration) -> SyntaxJSON {
        var members: Members = [("path", .array(schema.path.map(json)))]
        switch schema.schema {
        case .reference(let reference): members.append(("schema", .array(reference.map(json))))
        case .definition(let definition): members.append(("definition", SyntaxJSON(definition)))
        }
        return .object(members)
    }
}
