import RegoSyntax
import Testing

/// Programs whose types could grow without bound, or take forever to compare.
@Suite struct HostileTypeTests {
    @Test func chainsOfRulesThatDouble() {
        let rules = (1...60).map { "r\($0) := [r\($0 - 1), r\($0 - 1)]\ns\($0) := {\"a\": s\($0 - 1), \"b\": s\($0 - 1)}" }.joined(
            separator: "\n")
        let fixture = ResolutionFixture(["package t\n\nr0 := [1]\ns0 := [1]\n\(rules)\np if r60 = s60\nq if r10 = r11\no if s9 = s9"])
        #expect(fixture.report == ["125:6 rego_type_error match error", "126:6 rego_type_error match error"])
    }

    @Test func chainsOfRulesThatNest() {
        let rules = (1...3_000).map { "r\($0) := [r\($0 - 1)]" }.joined(separator: "\n")
        let fixture = ResolutionFixture(["package t\n\nr0 := 1\n\(rules)\np if r3000 = r2999\nq if r50 = r51"])
        #expect(fixture.report == ["3005:6 rego_type_error match error"])
    }

    @Test(arguments: [20, 40]) func nestedComprehensions(_ depth: Int) {
        let term = (0..<depth).reduce("1") { inner, level in "[x\(level) | x\(level) := \(inner); input.y = x\(level)]" }
        let fixture = ResolutionFixture(["package t\n\np if { y := \(term); y = \(term) }"])
        #expect(fixture.diagnostics.isEmpty)
    }

    @Test(arguments: [30, 200]) func nestedLiterals(_ depth: Int) {
        let array = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        let object = String(repeating: #"{"a": "#, count: depth) + "1" + String(repeating: "}", count: depth)
        let fixture = ResolutionFixture(["package t\n\np if { x := \(array); y := \(object); x = y; [x, y] = [x, y] }"])
        #expect(fixture.report.count <= 1)
    }

    @Test func wideUnions() {
        let elements = (0..<3_000).map { #"{"k\#($0)": \#($0)}"# }.joined(separator: ", ")
        let rules = (0..<200).map { "r\($0) if { some e in a; e.k\($0) == \($0) }" }.joined(separator: "\n")
        let fixture = ResolutionFixture(["package t\n\na := [\(elements)]\n\(rules)"])
        #expect(fixture.diagnostics.isEmpty)
    }
}
