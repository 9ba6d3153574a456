import RegoCompiler
@_spi(Engine) import RegoRuntime
import Testing

@Suite struct BuiltinTableTests {
    @Test func everyNameIsFound() {
        let names = BuiltinSignature.opaNames
        #expect(names.count == 206)
        #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(names.allSatisfy { BuiltinTable.opa[$0]?.name == $0 })
    }

    @Test(arguments: ["", "a", "coun", "counts", "zzz", "io.jwt", "walk\u{301}", "\u{0}"]) func othersAreNot(_ name: String) {
        #expect(BuiltinTable.opa[name] == nil)
    }

    @Test(arguments: [("count", 1), ("plus", 2), ("time.now_ns", 0), ("regex.template_match", 4), ("object.get", 3)])
    func arities(_ name: String, _ arity: Int) { #expect(BuiltinTable.opa[name]?.arity == arity) }

    @Test func traits() {
        let names = BuiltinSignature.opaNames
        #expect(names.filter { BuiltinTable.opa[$0]?.isRelation == true } == ["walk"])
        #expect(names.filter { BuiltinTable.opa[$0]?.hasResult == false } == ["internal.print", "internal.test_case", "print"])
        #expect(names.filter { BuiltinTable.opa[$0]?.isDeprecated == true }.count == 11)
        #expect(names.filter { BuiltinTable.opa[$0]?.isNondeterministic == true }.count == 9)
    }

    @Test func furtherBuiltinsComeFirst() {
        var table = BuiltinTable.opa
        table["count"] = BuiltinSignature(name: "count", arity: 2)
        table["mine"] = BuiltinSignature(name: "mine", arity: 0)
        #expect(table["count"]?.arity == 2)
        #expect(table["mine"]?.arity == 0)
        let few: BuiltinTable = ["mine": BuiltinSignature(name: "mine", arity: 0)]
        #expect(few["count"] == nil)
    }

    @Test func everyDeclarationCanBeRead() throws {
        for name in BuiltinSignature.opaNames {
            let signature = try #require(BuiltinTable.opa[name])
            #expect(signature.type.arity == signature.arity, "\(name)")
            #expect((signature.type.result != nil) == signature.hasResult, "\(name)")
        }
    }

    @Test(arguments: [
        ("abs", "(number) => number"), ("print", "(any...) => ???"), ("opa.runtime", "() => object[string: any]"),
        ("graph.reachable", "(object[any: any<array[any], set[any]>], any<array[any], set[any]>) => set[any]"),
        ("json.marshal_with_options", "(any, object<indent: string, prefix: string, pretty: boolean>[string: any]) => string"),
        ("time.format", "(any<number, array<number, string>, array<number, string, string>>) => string"),
    ])
    func types(_ name: String, _ type: String) throws {
        #expect(RegoType.function(try #require(BuiltinTable.opa[name]).type).description == type)
    }

    @Test func names() throws {
        let type = try #require(BuiltinTable.opa["time.format"]).type
        #expect(type.parameters.map(\.name) == ["x"])
        #expect(type.result?.name == "formatted timestamp")
    }

    @Test func json() throws {
        let walk = RegoType.function(try #require(BuiltinTable.opa["walk"]).type)
        #expect(
            walk.json().json()
                == #"{"args":[{"type":"any"}],"result":{"static":[{"dynamic":{"type":"any"},"type":"array"},{"type":"any"}],"type":"array"},"type":"function"}"#
        )
        #expect(
            RegoType.function(try #require(BuiltinTable.opa["abs"]).type).json(namesParameters: true).json()
                == #"{"args":[{"name":"x","type":"number"}],"result":{"name":"y","type":"number"},"type":"function"}"#)
    }
}
