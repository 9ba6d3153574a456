/// The parts of a JSON schema that tell types.
///
/// A reference class, for schemas may refer to themselves.
final class SchemaNode {
    var types: [String] = []
    var properties: [(name: String, schema: SchemaNode)] = []
    var items: [SchemaNode] = []
    var isSingleItem = false
    var anyOf: [SchemaNode] = []
    var allOf: [SchemaNode] = []
    /// What `$ref` names; the rest of the schema counts for nothing then.
    var reference: (name: String, schema: SchemaNode)?

    /// The types as messages show them.
    var typeText: String {
        types.count == 1 ? types[0] : types.isEmpty ? "undefined" : "[" + types.joined(separator: ",") + "]"
    }
}

/// Why a schema cannot be used.
struct SchemaFailure: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
