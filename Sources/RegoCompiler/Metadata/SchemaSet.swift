@_spi(Engine) package import RegoRuntime

/// JSON schemas by the references that annotations name them with: `schema` or `schema.a.b`.
package struct SchemaSet: Sendable {
    /// The schema of `schema` itself, which is also that of `input` wherever no annotation says otherwise.
    package var root: RegoValue?
    /// Schemas by the operands behind `schema`: `["a", "b"]` for `schema.a.b`.
    package var named: [[String]: RegoValue]

    package init(root: RegoValue? = nil, named: [[String]: RegoValue] = [:]) {
        self.root = root
        self.named = named
    }

    /// The schema at the operands behind `schema`; `nil` if there is none.
    package func schema(at path: [String]) -> RegoValue? { path.isEmpty ? root : named[path] }
}
