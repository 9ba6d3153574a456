import Rego
import Testing

/// Programs of so many modules that they are parsed on several threads.
@Suite struct ManyModulesTests {
    /// Modules of a kilobyte each, some of which cannot be parsed.
    static func modules(_ count: Int, broken: Set<Int> = []) -> [Policy.Module] {
        let filling = String(repeating: "# what the rule is about\n", count: 40)
        return (0..<count).map { number in
            let rule = broken.contains(number) ? "x := [1" : "x := \(number) if { some y in [1, 2]; y == 2 }"
            return Policy.Module(name: "m\(number).rego", text: "package p\(number)\n\(filling)\(rule)\n")
        }
    }

    @Test func eachModuleIsCompiled() throws {
        let policy = try Policy(modules: Self.modules(400))
        for number in [0, 7, 8, 199, 399] {
            #expect(try policy.prepare(path: ["p\(number)", "x"]).evaluate().value?.integer == Int64(number))
        }
    }

    @Test func errorsComeInTheOrderOfTheModules() {
        for _ in 0..<5 {
            let failure = #expect(throws: CompilationFailure.self) {
                try Policy(modules: Self.modules(300, broken: [299, 3, 150, 151]))
            }
            var names: [String] = []
            for diagnostic in failure?.diagnostics ?? [] {
                let name = failure?.sources.file(of: diagnostic.span)?.name ?? ""
                if names.last != name { names.append(name) }
            }
            #expect(names == ["m3.rego", "m150.rego", "m151.rego", "m299.rego"])
        }
    }

    /// What rules a query reaches is found out when it is prepared, and any thread may do so.
    @Test func threadsPrepareQueriesOfOnePolicy() async throws {
        let policy = try Policy(modules: Self.modules(100))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    for number in 0..<100 {
                        let query = try policy.prepare(query: "data.p\((number + thread) % 100).x + data.p\(number % 3).x")
                        guard try query.evaluate().solutions.count == 1 else { return false }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func codeThatIsGivenBackStillRuns() throws {
        #expect(ProcessMemory.releaseCode() > 0)
        #expect(try Policy(modules: Self.modules(2)).prepare(path: ["p1", "x"]).evaluate().value?.integer == 1)
    }
}
