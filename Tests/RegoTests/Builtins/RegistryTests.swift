import Rego
import RegoBuiltins
import RegoCompiler
import RegoCrypto
import RegoHTTP
@_spi(Engine) import RegoRuntime
import Testing

/// What the type checker declares is what the machine can do.
@Suite struct RegistryTests {
    private static let implemented: [BuiltinDefinition] = Array(
        (RegoBuiltins.BuiltinTable.families + CryptoBuiltins.families + [HTTPBuiltins.definitions, SyntaxBuiltins.definitions]).joined())

    @Test func everyDeclarationIsImplementedOnce() {
        let names = Self.implemented.map(\.name.description).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        // A call of `print` is rewritten to one of `internal.print`, or dropped.
        #expect(names == BuiltinSignature.opaNames.filter { $0 != "print" })
    }

    @Test func shapesAgree() throws {
        for definition in Self.implemented {
            let signature = try #require(RegoCompiler.BuiltinTable.opa[definition.name.description])
            #expect(definition.hasResult == signature.hasResult, "\(definition.name)")
            #expect(definition.isRelation == signature.isRelation, "\(definition.name)")
            #expect(definition.isNondeterministic == signature.isNondeterministic, "\(definition.name)")
            #expect(definition.isDeprecated == signature.isDeprecated, "\(definition.name)")
            #expect(definition.arity == signature.arity, "\(definition.name)")
        }
    }
}
