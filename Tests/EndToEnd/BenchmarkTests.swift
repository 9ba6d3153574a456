import FoundationEssentials
import Testing

extension EndToEnd {
    /// What evaluations cost, counted where counting does not depend on the machine's other work.
    struct BenchmarkTests {
        static let benchmarks = URL(filePath: Clone.ward).deletingLastPathComponent().appending(path: "benchmarks").path
        static let canCount = Clone.has("valgrind") && FileManager.default.isExecutableFile(atPath: benchmarks)

        @Test(.enabled(if: canCount, "no valgrind, or no release build of benchmarks"))
        func noWorkloadTakesMoreThanRecorded() async throws {
            let outcome = try await Command("Tests/Benchmarks/gate", Self.benchmarks).run(within: .seconds(600))
            #expect(outcome.status == 0, "\(outcome.report)")
            #expect(outcome.output.split(separator: "\n").count >= 5, "\(outcome.report)")
        }

        /// Each workload's answer is checked by the harness itself.
        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: benchmarks), "no release build of benchmarks"))
        func workloadsAnswerAsExpected() async throws {
            let outcome = try await Command(Self.benchmarks, "--rounds", "1", "--batch", "1").run(within: .seconds(300))
            #expect(outcome.status == 0, "\(outcome.report)")
        }
    }
}
