import FoundationEssentials
import Testing

extension EndToEnd {
    /// The harness that compares Ward with its peers; what it may cost is counted by `Tests/Benchmarks/gate`.
    struct BenchmarkTests {
        static let benchmarks = URL(filePath: Clone.ward).deletingLastPathComponent().appending(path: "benchmarks").path

        /// Each workload's answer is checked by the harness itself.
        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: benchmarks), "no release build of benchmarks"))
        func workloadsAnswerAsExpected() async throws {
            let outcome = try await Command(Self.benchmarks, "--rounds", "1", "--batch", "1").run(within: .seconds(300))
            #expect(outcome.status == 0, "\(outcome.report)")
        }
    }
}
