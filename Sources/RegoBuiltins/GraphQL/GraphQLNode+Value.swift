@_spi(Engine) import RegoRuntime

extension GraphQLNode {
    /// Nodes within nodes; deeper documents are refused.
    static let maximumDepth = 200

    /// The object that policies see: without what is empty, and without positions.
    func value(in arena: Arena) -> Value {
        let builder = ObjectBuilder(in: arena)
        for (name, slot) in Self.slots(form) {
            let member: Value
            switch slot {
            case .text(let path): member = .string(self[keyPath: path], in: arena)
            case .flag(let path): member = .boolean(self[keyPath: path])
            case .number(let path): member = .integer(self[keyPath: path])
            case .names(let path): member = .array(self[keyPath: path].map { .string($0, in: arena) }, in: arena)
            case .node(let path, _): member = self[keyPath: path]?.value(in: arena) ?? .null
            case .nodes(let path, _): member = Self.array(self[keyPath: path], in: arena)
            case .selections: member = Self.array(selections, in: arena)
            }
            let isEmpty = member.tag == .null || ((member.tag == .array || member.tag == .object) && member.length == 0)
            if !isEmpty { builder.put(.string(name, in: arena), member) }
        }
        return builder.finish()
    }

    private static func array(_ nodes: [GraphQLNode], in arena: Arena) -> Value {
        .array(nodes.map { $0.value(in: arena) }.filter { $0.length > 0 }, in: arena)
    }

    /// Reads an object such as `value(in:)` makes; members of other names mean nothing.
    convenience init(_ value: Value, _ form: Form, in arena: Arena, depth: Int = 0) throws(GraphQLFault) {
        guard depth < Self.maximumDepth else { throw GraphQLFault("the document is nested too deeply") }
        guard value.tag == .object else { throw GraphQLFault("cannot read \(value.typeName) as part of a GraphQL document") }
        self.init(form)
        for (name, slot) in Self.slots(form) {
            let member = value.lookup(.string(name, in: arena))
            if member.isUndefined || member.tag == .null { continue }
            let mismatch = GraphQLFault("cannot read \(member.typeName) as \(name) of a GraphQL document")
            switch slot {
            case .text(let path):
                guard member.isString else { throw mismatch }
                self[keyPath: path] = member.swiftString
            case .flag(let path):
                guard member.tag == .true || member.tag == .false else { throw mismatch }
                self[keyPath: path] = member.tag == .true
            case .number(let path):
                guard member.isInteger, (0...9).contains(member.asInteger) else { throw mismatch }
                self[keyPath: path] = Int(member.asInteger)
            case .names(let path):
                guard member.tag == .array, member.elements.allSatisfy(\.isString) else { throw mismatch }
                self[keyPath: path] = member.elements.map(\.swiftString)
            case .node(let path, let form):
                self[keyPath: path] = try GraphQLNode(member, form, in: arena, depth: depth + 1)
            case .nodes(let path, let form):
                guard member.tag == .array else { throw mismatch }
                for element in member.elements {
                    self[keyPath: path].append(try GraphQLNode(element, form, in: arena, depth: depth + 1))
                }
            case .selections:
                guard member.tag == .array else { throw mismatch }
                for element in member.elements {
                    let form = Self.selectionForm(element, in: arena)
                    selections.append(try GraphQLNode(element, form, in: arena, depth: depth + 1))
                }
            }
        }
        try checkParts()
    }

    /// Objects of selections do not say what they are; their members do.
    private static func selectionForm(_ value: Value, in arena: Arena) -> Form {
        let has = { (name: String) in value.lookup(.string(name, in: arena)).isDefined }
        if has("Alias") { return .field }
        if has("TypeCondition") || !has("Name") { return .inlineFragment }
        return has("Arguments") || has("SelectionSet") ? .field : .spread
    }

    /// What every text gives, objects may leave out.
    private func checkParts() throws(GraphQLFault) {
        let isComplete: Bool
        switch form {
        case .variable, .fieldDefinition, .argumentDefinition: isComplete = type != nil
        case .argument, .child: isComplete = value != nil
        case .type: isComplete = namedType.isEmpty != (element == nil)
        default: isComplete = true
        }
        guard isComplete else { throw GraphQLFault("a part of the GraphQL document is missing") }
    }
}
