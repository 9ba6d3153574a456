import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Which rows count as reached, and what a report says of them.
@Suite("Coverage") struct CoverageTests {
    static let module = """
        package test

        import rego.v1

        p if {
            input.x == 1
            input.y == 2
        }

        p if not q

        q if {
            some z in input.zs
            z == 7
        }

        r := [v |
            some v in input.zs
            v > 1
        ]

        f(x) := x + 1

        default s := 3
        """

    private func report(_ queries: [(query: String, input: RegoValue)]) throws -> Coverage.Report {
        let policy = try Policy(modules: [.init(name: "test.rego", text: Self.module)])
        let coverage = Coverage(of: policy)
        for (query, input) in queries {
            _ = try policy.prepare(query: query, instrumented: true).evaluate(.value(input), instruments: Instruments(coverage: coverage))
        }
        return coverage.report()
    }

    @Test func nothingIsReachedWithoutEvaluation() throws {
        let report = try report([])
        #expect(report.coveredLines == 0)
        #expect(report.percent == 0)
        #expect(report.files.map(\.name) == ["test.rego"])
        #expect(report.files.first?.notCovered == [5...7, 10...10, 12...12, 14...14, 17...17, 19...19, 22...22, 24...24])
    }

    /// The index leaves the first rule out: `input.y` is not 2. What it leaves out is not reached.
    @Test func aRowIsReachedOnceItsExpressionIsEvaluatedOrItsRuleHolds() throws {
        let report = try report([("data.test.p", ["x": 1, "y": 3, "zs": [1]])])
        let file = try #require(report.files.first)
        #expect(file.covered == [10...10, 13...14])
        #expect(file.notCovered == [5...7, 12...12, 17...17, 19...19, 22...22, 24...24])
        #expect(file.coveredLines == 3)
        #expect(file.notCoveredLines == 8)
        #expect(abs(report.percent - 100 * 3 / 11) < 1e-9)
    }

    @Test func evaluationsAddUp() throws {
        let report = try report([
            ("data.test.p", ["x": 1, "y": 2, "zs": [7]]), ("data.test.p", ["zs": [7]]), ("data.test.r", ["zs": [3]]),
            ("data.test.f(1)", [:]), ("data.test.s", [:]),
            ("data.test.q", ["zs": [7]]),
        ])
        #expect(report.notCoveredLines == 0)
        #expect(report.percent == 100)
    }
}
