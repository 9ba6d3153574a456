import FoundationEssentials
import Testing

extension EndToEnd {
    /// `examples/embedding`: a package of its own that uses the library, and the tutorial that leads to it.
    @Suite(.enabled(if: Clone.has("swift"), "no swift on the PATH"))
    struct EmbeddingTests {
        /// Builds kept for the next run; the core alone takes about a minute.
        static let scratch = Clone.path(".build-embedding")

        @Test func programDecidesAndTutorialStepsCompile() async throws {
            let folder = Clone.path("examples/embedding")
            let build = try await Command(
                "swift", "build", "--package-path", folder, "--scratch-path", Self.scratch, environment: ["WARD_CORE": "1"]
            ).run(within: .seconds(900))
            #expect(build.status == 0, "\(build.report)")
            let outcome = try await Command("\(Self.scratch)/debug/embedding", "\(folder)/policies").run()
            #expect(outcome.status == 0, "\(outcome.report)")
            let readme = try String(contentsOfFile: "\(folder)/README.md", encoding: .utf8)
            for line in outcome.output.split(separator: "\n") { #expect(readme.contains("    \(line)\n")) }
            #expect(outcome.output.split(separator: "\n").count == 3)
            for step in try Clone.files(below: "Sources/Rego/Rego.docc/Resources", ending: ".swift") {
                let check = try await Command(
                    "swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6", "-I", "\(Self.scratch)/debug/Modules",
                    "-I", "\(Self.scratch)/checkouts/Yams/Sources/CYaml/include", "-I", Clone.path("Sources/COpenSSL"),
                    "-Xcc", "-fmodule-map-file=\(Self.scratch)/debug/CCurl.build/module.modulemap", Clone.path(step)
                ).run()
                #expect(check.status == 0, "\(step): \(check.report)")
            }
        }

        @Test func tutorialEndsWithTheExample() throws {
            let program = try String(contentsOfFile: Clone.path("examples/embedding/Sources/embedding/Embedding.swift"), encoding: .utf8)
            let steps = try Clone.files(below: "Sources/Rego/Rego.docc/Resources", ending: ".swift")
            let last = try String(contentsOfFile: Clone.path(try #require(steps.last)), encoding: .utf8)
            #expect(last == program)
        }
    }
}
