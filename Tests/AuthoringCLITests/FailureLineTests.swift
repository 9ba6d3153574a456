import AuthoringCLI
import Testing

@Suite("Where a test failed")
struct FailureLineTests {
    @Test("Arrows lead from variables to their values")
    func arrows() {
        #expect(FailureLine.annotated("x == y", [("x", "1"), ("y", "2")]) == ["x == y", "|    |", "|    2", "1"])
        #expect(
            FailureLine.annotated("count(xs) > a.x + x", [("x", "7"), ("xs", "[1]"), ("data.a", "{}")])
                == ["count(xs) > a.x + x", "      |           |", "      |           7", "      [1]", "data.a: {}"])
        #expect(FailureLine.annotated("true", []) == ["true"])
        #expect(FailureLine.annotated("f(\n  x)", [("x", "1")]) == ["f(", "  x)", "x: 1"])
        #expect(FailureLine.annotated("日 == x", [("x", "1")]) == ["日 == x", "      |", "      1"])
    }
}
