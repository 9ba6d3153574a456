import RegoCompiler
import RegoSyntax
import Testing

/// Many modules take the stages of resolution in turn and on several threads; nobody must see that.
struct DividedResolutionTests {
    private static let threadedCount = 400

    /// A module with rules for every stage that generates variables.
    private static func module(_ index: Int, _ more: String = "") -> String {
        """
        package many.m\(index % 7).n\(index)

        import data.many.m\((index + 1) % 7).n\(index + 1) as next

        p[input.keys[i]] := x if {
            some i, x in input.values
            every y in next.values { y > x + \(index) }
            count([z | some z in input.others; z != f(x, z + 1)]) > 0
        }

        f(a, b) := a * b if not a == b
        else := {g(a - 1), b - 1, input.limits[a]} if a > 2 with input.depth as input.depth + 1

        g(a) := a + next.offset

        values contains concat(".", [v, "\(index)"]) if some v in input.names

        q := rego.metadata.rule()
        \(more)
        """
    }

    private static let texts = (0..<threadedCount).map { module($0) }

    /// Names that begin as generated ones do keep the modules from taking the stages in turn; `zlocalx` stands for no such name.
    private static func marked(_ name: String) -> [String] {
        texts + ["package zz\n\nr if { \(name) := input.x; \(name) > 1 }\n"]
    }

    @Test func variablesAreNumberedStageByStage() throws {
        let divided = ResolutionFixture(Self.marked("zlocalx"))
        let undivided = ResolutionFixture(Self.marked("__localx"))
        #expect(divided.diagnostics == [])
        #expect(divided.rules.count == undivided.rules.count)
        let differing = zip(divided.rules, undivided.rules).filter { $0 != $1 }
        #expect(differing.map(\.0) == [])
    }

    @Test func numbersThatDecideAnOrderAreKnown() {
        // Terms that templates have made are compared by their variables' names.
        let template = #"t := {{$"{input.a}", $"{input.b}", 1}, {$"{input.c}", input.d}, {input.z}}"#
        let texts = (0..<3).map { Self.module($0, template) }
        let divided = ResolutionFixture(texts + ["package zz\n\nr if { zlocalx := input.x; zlocalx > 1 }\n"])
        let undivided = ResolutionFixture(texts + ["package zz\n\nr if { __localx := input.x; __localx > 1 }\n"])
        #expect(divided.diagnostics == [])
        #expect(divided.rules.filter { !$0.contains("data.zz") } == undivided.rules.filter { !$0.contains("data.zz") })
    }

    @Test func theFirstStageThatFindsAnythingWrongIsTheLast() {
        var texts = Self.texts
        texts[3] += "\nunknown if undefined_function(1)\n"
        texts[5] += "\nunsafe if x > 1\n"
        let options = ResolverOptions(errorLimit: 10)
        #expect(ResolutionFixture(texts, options: options).report == ["20:12 rego_type_error undefined function undefined_function"])
        texts[399] += "\ntwice if { y := 1; y := 2 }\n"
        #expect(ResolutionFixture(texts, options: options).report == ["20:20 rego_compile_error var y assigned above"])
    }

    @Test func errorsComeInTheOrderOfTheFiles() {
        let texts = (0..<Self.threadedCount).map { Self.module($0, "unsafe if u\($0) > 1") }
        let fixture = ResolutionFixture(texts, names: (0..<Self.threadedCount).map { "m\(999 - $0).rego" })
        #expect(fixture.diagnostics.map(\.message).prefix(3) == ["var u399 is unsafe", "var u398 is unsafe", "var u397 is unsafe"])
        #expect(fixture.diagnostics.last?.message == "error limit reached")
        #expect(fixture.diagnostics.count == 11)
    }
}
