import RegoCompiler
import RegoSyntax
import Testing

/// Sources that are large, deep or made to be slow.
@Suite struct HostileResolutionTests {
    @Test func deepTermsAreRefusedNotCrashed() {
        var term = Term(.string("x"))
        for _ in 0..<2_000 { term = Term(.array([term])) }
        let head = Rule.Head(reference: [Term(.variable("q"))], value: term, span: .none)
        let package = Package(path: [Term(.variable("data")), Term(.string("p"))], span: .none)
        let module = Module(file: FileID(0), package: package, rules: [Rule(head: head, body: [], span: .none)])
        let (program, diagnostics) = Resolver.resolve(modules: [module], sources: SourceMap(), builtins: [:])
        #expect(program == nil)
        #expect(diagnostics.count == 1)
    }

    @Test func deepestParsedTermsResolve() {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(ResolutionFixture(["package p\nq := \(deep)\n"]).program != nil)
        let closures = String(repeating: "[x | x := ", count: 40) + "1" + String(repeating: "]", count: 40)
        #expect(ResolutionFixture(["package p\nq := \(closures)\n"]).program != nil)
    }

    @Test func longChainsOfRulesAreNoRecursion() {
        let rules = (0..<5_000).map { "r\($0) := r\($0 + 1)\n" }.joined()
        #expect(ResolutionFixture(["package p\n" + rules + "r5000 := 1\n"]).program != nil)
    }

    @Test func longCyclesAreFound() {
        let rules = (0..<2_000).map { "r\($0) := r\($0 + 1)\n" }.joined()
        let fixture = ResolutionFixture(["package p\n" + rules + "r2000 := r0\n"])
        #expect(fixture.diagnostics.count == 11)
        #expect(fixture.diagnostics.first?.code == .recursion)
    }

    @Test func reversedBodiesAreOrdered() {
        let body = (0..<300).reversed().map { "x\($0 + 1) = x\($0) + 1" }.joined(separator: "; ")
        #expect(ResolutionFixture(["package p\nq if { \(body); x0 = 1 }\n"]).program != nil)
    }

    @Test func manyVariablesInOneScope() {
        let body = (0..<2_000).map { "x\($0) := input.a\($0)" }.joined(separator: "\n")
        #expect(ResolutionFixture(["package p\nq if {\n\(body)\n}\n"]).program != nil)
    }

    @Test func largeObjectsUnify() {
        let items = (0..<2_000).map { "\"k\($0)\": $0" }
        let left = items.enumerated().map { $1.replacing("$0", with: "x\($0)") }.joined(separator: ", ")
        let right = items.enumerated().map { $1.replacing("$0", with: "\($0)") }.joined(separator: ", ")
        #expect(ResolutionFixture(["package p\nq if { {\(left)} = {\(right)} }\n"]).program != nil)
    }

    @Test func namesAreComparedByBytes() throws {
        // U+00E9 and e followed by U+0301 are equal to Swift, not to Rego.
        let fixture = ResolutionFixture(["package p\n\nq[\"\u{E9}\"] := 1\n\nq[\"e\u{301}\"] := 2\n"])
        let root = try #require(fixture.program).root
        #expect(root.children[0].children[0].children.count == 2)
    }

    @Test func nothingResolvesToNothing() {
        #expect(ResolutionFixture([]).program != nil)
        #expect(ResolutionFixture(["package p\n"]).program != nil)
    }
}
