import RegoCompiler
import RegoSyntax
import Testing

@Suite("Dependencies") struct DependencyTests {
    private func analyse(_ query: String, _ text: String) throws -> (base: [String], virtual: [String]) {
        var sources = SourceMap()
        _ = sources.add(SourceFile(name: "", bytes: []))
        let file = SourceFile(name: "p.rego", text: text)
        let (module, _) = Parser.parseModule(file, id: sources.add(file))
        let (program, found) = Resolver.resolve(modules: [try #require(module)], sources: sources, builtins: .opa)
        #expect(found.isEmpty, "\(found)")
        let (body, _) = Parser.parseQuery(SourceFile(name: "", text: query), id: FileID(0))
        let analysis = DependencyAnalysis(try #require(body), in: try #require(program))
        return (analysis.base.map(TermPrinter.text(ofReference:)), analysis.virtual.map(TermPrinter.text(ofReference:)))
    }

    @Test(arguments: [
        (
            "data.p.allow", "allow if is_admin\nis_admin if \"admin\" in input.user.roles", ["input.user.roles"],
            ["data.p.allow", "data.p.is_admin"]
        ),
        ("data.p.a", "a if { x := data.s; x.t[_] == input.u }", ["data.s.t", "input.u"], ["data.p.a"]),
        ("data.p", "a := data.x\nb := f(input.y)\nf(z) := z", ["data.x", "input.y"], ["data.p.a", "data.p.b", "data.p.f"]),
        ("data.p.a", "a := 1 if input.x\nelse := data.y", ["data.y", "input.x"], ["data.p.a"]),
        ("data.q.r", "a := 1", ["data.q.r"], []), ("input.x", "a := 1", ["input.x"], []),
        ("data.p.s[x]", "s contains y if y := input.ys[_]\ns contains 2", ["input.ys"], ["data.p.s"]),
        ("data.p.o.k", "o[k] := v if some k, v in data.m", ["data.m"], ["data.p.o"]),
        ("data.p.a", "a if { every x in input.xs { x > data.limit } }", ["data.limit", "input.xs"], ["data.p.a"]),
        ("data.p.a", "a := [x | x := data.l[_]; x != input.z]", ["data.l", "input.z"], ["data.p.a"]),
    ])
    func queriesDependOn(query: String, rules: String, base: [String], virtual: [String]) throws {
        let found = try analyse(query, "package p\n\n" + rules + "\n")
        #expect(found.base == base)
        #expect(found.virtual == virtual)
    }
}
