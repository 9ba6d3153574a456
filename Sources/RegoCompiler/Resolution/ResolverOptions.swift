package import RegoSyntax

/// How a program is to be resolved.
package struct ResolverOptions: Sendable {
    /// OPA's `--strict`: unused variables, imports and arguments, deprecated builtins and shadowed root documents are errors.
    package var isStrict: Bool
    /// Keeps `print` calls, as `internal.print`; otherwise they are erased.
    package var keepsPrintCalls: Bool
    /// Gives each definition of a test a name of its own and makes its cases report themselves: what a test runner needs.
    package var preparesTests: Bool
    /// Builtins that must not be called.
    package var unsafeBuiltins: Set<String>
    /// The number of diagnostics after which a compilation gives up; 0 for no limit.
    package var errorLimit: Int
    /// Tells whether base data exists at a path below `data`; rules there are an error. `nil` skips the check.
    package var dataExists: (@Sendable (_ path: [String]) -> Bool)?

    /// The schemas that annotations may name; `nil` if none were given: then annotations' references to schemas mean nothing.
    package var schemas: SchemaSet?
    /// What capabilities allow of the syntax of rule heads; `nil` for everything.
    package var features: LanguageFeatures?
    /// The hosts that a schema's `$ref` may be fetched from; `nil` for all.
    package var allowedHosts: [String]?
    /// Tells of the types in a query, in `ResolvedQuery.types`.
    package var describesTypes = false
    /// Resolves a query for partial evaluation, which asks whether it holds and not for the values of its expressions.
    package var isForPartialEvaluation = false

    package init(
        isStrict: Bool = false, keepsPrintCalls: Bool = false, preparesTests: Bool = false, unsafeBuiltins: Set<String> = [],
        errorLimit: Int = 10,
        dataExists: (@Sendable (_ path: [String]) -> Bool)? = nil
    ) {
        self.isStrict = isStrict
        self.keepsPrintCalls = keepsPrintCalls
        self.preparesTests = preparesTests
        self.unsafeBuiltins = unsafeBuiltins
        self.errorLimit = errorLimit
        self.dataExists = dataExists
    }
}
