@_spi(Engine) package import RegoRuntime

/// All builtins of this module.
package enum BuiltinTable {
    /// The builtins by family; a registry joins them with those of `RegoCrypto` and the caller's own.
    package static var families: [[BuiltinDefinition]] {
        [
            ComparisonBuiltins.definitions, ArithmeticBuiltins.definitions, BitBuiltins.definitions, UnitBuiltins.definitions,
            AggregateBuiltins.definitions, ArrayBuiltins.definitions, SetBuiltins.definitions, ObjectBuiltins.definitions,
            JSONPathBuiltins.definitions, JSONPatchBuiltins.definitions, JSONBuiltins.definitions, StringBuiltins.definitions,
            TrimBuiltins.definitions, RegexBuiltins.definitions, GlobBuiltins.definitions, TypeBuiltins.definitions,
            BinaryTextBuiltins.definitions, URLQueryBuiltins.definitions, YAMLBuiltins.definitions, SemanticVersionBuiltins.definitions,
            GraphBuiltins.definitions, CIDRBuiltins.definitions, TimeBuiltins.definitions, IdentifierBuiltins.definitions,
            DiagnosticBuiltins.definitions, TemplateBuiltins.definitions,
            SchemaBuiltins.definitions, URIBuiltins.definitions, GraphQLBuiltins.definitions,
        ]
    }

    /// All builtins as one list.
    package static var all: [BuiltinDefinition] { Array(families.joined()) }
}
