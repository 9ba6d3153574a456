import FoundationEssentials
import Testing

extension EndToEnd {
    /// `examples/embedding`: a package of its own that uses the library, and the tutorial that leads to it.
    @Suite(.serialized, .enabled(if: Clone.has("swift"), "no swift on the PATH"))
    struct EmbeddingTests {
        /// Builds kept for the next run; the core alone takes about a minute.
        static let scratch = Clone.path(".build-embedding")

        /// Where a compiler finds the modules of such a build.
        static let modules = [
            "-I", "\(scratch)/debug/Modules", "-I", "\(scratch)/checkouts/Yams/Sources/CYaml/include", "-I", Clone.path("Sources/COpenSSL"),
            "-Xcc", "-fmodule-map-file=\(scratch)/debug/CCurl.build/module.modulemap",
        ]

        static func buildExample() async throws -> Command.Outcome {
            // The plan of an earlier build, which SwiftPM does not make anew when files of a package beside it come and go.
            try? FileManager.default.removeItem(atPath: "\(scratch)/debug.yaml")
            return try await Command(
                "swift", "build", "--package-path", Clone.path("examples/embedding"), "--scratch-path", scratch,
                environment: ["WARD_CORE": "1"]
            ).run(within: .seconds(900))
        }

        @Test func programDecidesAndTutorialStepsCompile() async throws {
            let folder = Clone.path("examples/embedding")
            let build = try await Self.buildExample()
            #expect(build.status == 0, "\(build.report)")
            let outcome = try await Command("\(Self.scratch)/debug/embedding", "\(folder)/policies").run()
            #expect(outcome.status == 0, "\(outcome.report)")
            let readme = try String(contentsOfFile: "\(folder)/README.md", encoding: .utf8)
            for line in outcome.output.split(separator: "\n") { #expect(readme.contains("    \(line)\n")) }
            #expect(outcome.output.split(separator: "\n").count == 3)
            for step in try Clone.files(below: "Sources/Rego/Rego.docc/Resources", ending: ".swift") {
                let check = try await Command(
                    ["swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6"] + Self.modules + [Clone.path(step)]
                ).run()
                #expect(check.status == 0, "\(step): \(check.report)")
            }
        }

        /// The reference as DocC builds it: every link leads somewhere, every parameter is described.
        @Test(.enabled(if: Clone.has("docc"), "no docc on the PATH"))
        func documentationIsWhole() async throws {
            let build = try await Self.buildExample()
            #expect(build.status == 0, "\(build.report)")
            let scratch = try Scratch()
            defer { scratch.remove() }
            #if arch(arm64)
                let target = "aarch64-unknown-linux-gnu"
            #else
                let target = "x86_64-unknown-linux-gnu"
            #endif
            var extract = ["swift", "symbolgraph-extract", "-module-name", "Rego", "-target", target]
            extract += ["-minimum-access-level", "public", "-output-dir", scratch.folder]
            extract += ["-experimental-allowed-reexported-modules=RegoRuntime,RegoSyntax"] + Self.modules
            let extraction = try await Command(extract).run()
            #expect(extraction.status == 0, "\(extraction.report)")
            let conversion = try await Command(
                "docc", "convert", Clone.path("Sources/Rego/Rego.docc"), "--additional-symbol-graph-dir", scratch.folder,
                "--output-path", scratch.path("archive"), "--warnings-as-errors"
            ).run()
            #expect(conversion.status == 0, "\(conversion.report)")
        }

        @Test func tutorialEndsWithTheExample() throws {
            let program = try String(contentsOfFile: Clone.path("examples/embedding/Sources/embedding/Embedding.swift"), encoding: .utf8)
            let steps = try Clone.files(below: "Sources/Rego/Rego.docc/Resources", ending: ".swift")
            let last = try String(contentsOfFile: Clone.path(try #require(steps.last)), encoding: .utf8)
            #expect(last == program)
        }
    }
}
