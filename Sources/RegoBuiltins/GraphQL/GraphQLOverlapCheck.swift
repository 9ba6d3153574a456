/// Fields of one name in an answer must be able to share their place (GraphQL October 2021, 5.3.2).
///
/// Fields are merged level by level instead of being compared in pairs: all of one name must have answers of one shape, and those that can
/// be asked of the same object must be the same field with the same arguments.
struct GraphQLOverlapCheck {
    /// Fields within fields; fragments can make them deeper than any text is.
    private static let maximumDepth = 300

    private let validator: GraphQLQueryValidator
    private var depth = 0

    init(_ validator: GraphQLQueryValidator) { self.validator = validator }

    /// Checks the selections of an operation or fragment, and all within them.
    mutating func check(_ selections: [GraphQLNode]) throws(GraphQLFault) {
        try checkShapes(try fields([selections]))
        try checkSameness(try fields([selections]))
    }

    /// The fields of selections, those of fragments included, by the names they have in the answer.
    private func fields(_ sets: [[GraphQLNode]]) throws(GraphQLFault) -> [[GraphQLNode]] {
        var order: [String] = []
        var groups: [String: [GraphQLNode]] = [:]
        var visited: Set<String> = []
        var open = Array(sets.joined().reversed())
        while let selection = open.popLast() {
            try validator.step(selection)
            switch selection.form {
            case .field:
                let name = selection.alias.isEmpty ? selection.name : selection.alias
                if groups[name] == nil { order.append(name) }
                groups[name, default: []].append(selection)
            case .inlineFragment: open += selection.selections.reversed()
            default:
                guard visited.insert(selection.name).inserted, let fragment = validator.fragments[selection.name] else { continue }
                open += fragment.selections.reversed()
            }
        }
        return order.compactMap { groups[$0] }
    }

    private mutating func enter(_ groups: [[GraphQLNode]]) throws(GraphQLFault) {
        guard depth < Self.maximumDepth else { throw GraphQLFault("the query is nested too deeply", at: groups.first?.first) }
        depth += 1
    }

    private func definition(_ field: GraphQLNode) -> GraphQLNode? { validator.fieldDefinitions[ObjectIdentifier(field)] }

    private mutating func checkShapes(_ groups: [[GraphQLNode]]) throws(GraphQLFault) {
        try enter(groups)
        defer { depth -= 1 }
        for group in groups {
            guard let first = group.first, let type = definition(first)?.type else { continue }
            for other in group.dropFirst() {
                guard let otherType = definition(other)?.type, !hasSameShape(type, otherType) else { continue }
                throw conflict(other, "they return conflicting types \"\(type.typeText)\" and \"\(otherType.typeText)\"")
            }
            try checkShapes(try fields(group.map(\.selections)))
        }
    }

    private func hasSameShape(_ a: GraphQLNode, _ b: GraphQLNode) -> Bool {
        guard a.isNonNull == b.isNonNull else { return false }
        if let (x, y) = a.element.flatMap({ x in b.element.map { (x, $0) } }) { return hasSameShape(x, y) }
        guard a.element == nil, b.element == nil else { return false }
        guard let x = validator.schema.types[a.namedType], let y = validator.schema.types[b.namedType] else { return false }
        return x.isLeafType || y.isLeafType ? x === y : true
    }

    private mutating func checkSameness(_ groups: [[GraphQLNode]]) throws(GraphQLFault) {
        try enter(groups)
        defer { depth -= 1 }
        for group in groups {
            var general: [GraphQLNode] = []
            var byObject: [String: [GraphQLNode]] = [:]
            var order: [String] = []
            for field in group {
                guard let parent = validator.parents[ObjectIdentifier(field)] else { continue }
                if parent.kind == "OBJECT" {
                    if byObject[parent.name] == nil { order.append(parent.name) }
                    byObject[parent.name, default: []].append(field)
                } else {
                    general.append(field)
                }
            }
            // Fields asked of different objects never meet; those asked of an interface may meet any.
            let parts = order.isEmpty ? [general] : order.map { general + (byObject[$0] ?? []) }
            for part in parts {
                guard let first = part.first else { continue }
                for other in part.dropFirst() {
                    try validator.step(other)
                    if first.name != other.name {
                        throw conflict(other, "\"\(first.name)\" and \"\(other.name)\" are different fields")
                    }
                    if Self.arguments(first) != Self.arguments(other) { throw conflict(other, "they have differing arguments") }
                }
                try checkSameness(try fields(part.map(\.selections)))
            }
        }
    }

    private static func arguments(_ field: GraphQLNode) -> [String: String] {
        Dictionary(field.arguments.map { ($0.name, $0.value?.valueText ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    private func conflict(_ field: GraphQLNode, _ reason: String) -> GraphQLFault {
        let name = field.alias.isEmpty ? field.name : field.alias
        let advice = "Use different aliases on the fields to fetch both if this was intentional."
        return GraphQLFault("Fields \"\(name)\" conflict because \(reason). \(advice)", at: field)
    }
}
