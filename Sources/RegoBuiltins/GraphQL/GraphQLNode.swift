/// A part of a GraphQL document; which of its properties mean something, its form says.
///
/// One class for all forms, with `slots` naming the members of each: the same table writes the objects that policies see and reads
/// those that they hand back.
final class GraphQLNode {
    enum Form {
        case query, operation, field, spread, inlineFragment, fragment, variable, argument, value, child, directive, type
        case schemaDocument, schema, operationType, definition, fieldDefinition, argumentDefinition, enumValue, directiveDefinition
    }

    /// How a member is kept.
    enum Slot {
        case text(ReferenceWritableKeyPath<GraphQLNode, String>)
        case flag(ReferenceWritableKeyPath<GraphQLNode, Bool>)
        case number(ReferenceWritableKeyPath<GraphQLNode, Int>)
        case names(ReferenceWritableKeyPath<GraphQLNode, [String]>)
        case node(ReferenceWritableKeyPath<GraphQLNode, GraphQLNode?>, Form)
        case nodes(ReferenceWritableKeyPath<GraphQLNode, [GraphQLNode]>, Form)
        case selections
    }

    let form: Form
    /// From 1, in code points; -1 for what a policy handed in.
    var line = -1
    var column = -1

    var name = ""
    var alias = ""
    var operation = ""
    var raw = ""
    var location = ""
    var details = ""
    var kind = ""
    var typeCondition = ""
    var namedType = ""
    var valueKind = 0
    var isNonNull = false
    var isRepeatable = false
    var isBuiltIn = false
    var isUsed = false
    var expectsDefault = false

    var type: GraphQLNode?
    var element: GraphQLNode?
    var defaultValue: GraphQLNode?
    var value: GraphQLNode?

    var operations: [GraphQLNode] = []
    var fragments: [GraphQLNode] = []
    var directives: [GraphQLNode] = []
    var arguments: [GraphQLNode] = []
    var selections: [GraphQLNode] = []
    var variables: [GraphQLNode] = []
    var children: [GraphQLNode] = []
    var fields: [GraphQLNode] = []
    var enumValues: [GraphQLNode] = []
    var operationTypes: [GraphQLNode] = []
    var schemas: [GraphQLNode] = []
    var schemaExtensions: [GraphQLNode] = []
    var definitions: [GraphQLNode] = []
    var extensions: [GraphQLNode] = []

    var interfaces: [String] = []
    var types: [String] = []
    var locations: [String] = []

    init(_ form: Form) { self.form = form }

    init(_ form: Form, at token: GraphQLToken) {
        self.form = form
        line = token.line
        column = token.column
    }

    /// The members of a form by the names that OPA's objects have.
    static func slots(_ form: Form) -> [(name: String, slot: Slot)] {
        let named: [(String, Slot)] = [("Name", .text(\.name))]
        let described = named + [("Description", .text(\.details))]
        let directed: [(String, Slot)] = [("Directives", .nodes(\.directives, .directive))]
        switch form {
        case .query:
            return [("Operations", .nodes(\.operations, .operation)), ("Fragments", .nodes(\.fragments, .fragment))]
        case .operation:
            return named + directed + [
                ("Operation", .text(\.operation)), ("VariableDefinitions", .nodes(\.variables, .variable)), ("SelectionSet", .selections),
            ]
        case .field:
            return named + directed + [
                ("Alias", .text(\.alias)), ("Arguments", .nodes(\.arguments, .argument)), ("SelectionSet", .selections),
            ]
        case .spread: return named + directed
        case .inlineFragment: return directed + [("TypeCondition", .text(\.typeCondition)), ("SelectionSet", .selections)]
        case .fragment:
            return named + directed + [
                ("VariableDefinition", .nodes(\.variables, .variable)), ("TypeCondition", .text(\.typeCondition)),
                ("SelectionSet", .selections),
            ]
        case .variable:
            return directed + [
                ("Variable", .text(\.name)), ("Type", .node(\.type, .type)), ("DefaultValue", .node(\.defaultValue, .value)),
                ("Used", .flag(\.isUsed)),
            ]
        case .argument, .child: return named + [("Value", .node(\.value, .value))]
        case .value:
            return [
                ("Raw", .text(\.raw)), ("Children", .nodes(\.children, .child)), ("Kind", .number(\.valueKind)),
                ("ExpectedTypeHasDefault", .flag(\.expectsDefault)),
            ]
        case .directive: return named + [("Arguments", .nodes(\.arguments, .argument)), ("Location", .text(\.location))]
        case .type:
            return [("NamedType", .text(\.namedType)), ("Elem", .node(\.element, .type)), ("NonNull", .flag(\.isNonNull))]
        case .schemaDocument, .schema, .operationType, .definition, .fieldDefinition, .argumentDefinition, .enumValue, .directiveDefinition:
            return schemaSlots(form, described, directed)
        }
    }

    private static func schemaSlots(_ form: Form, _ described: [(String, Slot)], _ directed: [(String, Slot)]) -> [(String, Slot)] {
        switch form {
        case .schemaDocument:
            return [
                ("Schema", .nodes(\.schemas, .schema)), ("SchemaExtension", .nodes(\.schemaExtensions, .schema)),
                ("Directives", .nodes(\.directives, .directiveDefinition)), ("Definitions", .nodes(\.definitions, .definition)),
                ("Extensions", .nodes(\.extensions, .definition)),
            ]
        case .schema:
            return directed + [("Description", .text(\.details)), ("OperationTypes", .nodes(\.operationTypes, .operationType))]
        case .operationType: return [("Operation", .text(\.operation)), ("Type", .text(\.namedType))]
        case .definition:
            return described + directed + [
                ("Kind", .text(\.kind)), ("Interfaces", .names(\.interfaces)), ("Fields", .nodes(\.fields, .fieldDefinition)),
                ("Types", .names(\.types)), ("EnumValues", .nodes(\.enumValues, .enumValue)), ("BuiltIn", .flag(\.isBuiltIn)),
            ]
        case .fieldDefinition, .argumentDefinition:
            let typed: [(String, Slot)] = [("Type", .node(\.type, .type)), ("DefaultValue", .node(\.defaultValue, .value))]
            let arguments: [(String, Slot)] = [("Arguments", .nodes(\.arguments, .argumentDefinition))]
            return described + directed + typed + (form == .fieldDefinition ? arguments : [])
        case .directiveDefinition:
            return described + [
                ("Arguments", .nodes(\.arguments, .argumentDefinition)), ("Locations", .names(\.locations)),
                ("IsRepeatable", .flag(\.isRepeatable)),
            ]
        default: return described + directed
        }
    }
}

/// Why a text or object is no GraphQL, and where.
struct GraphQLFault: Error {
    var message: String
    var line: Int
    var column: Int

    init(_ message: String, at token: GraphQLToken) {
        self.message = message
        line = token.line
        column = token.column
    }

    init(_ message: String, at node: GraphQLNode? = nil) {
        self.message = message
        line = node?.line ?? -1
        column = node?.column ?? -1
    }
}
