import Glibc
import Testing

extension EndToEnd {
    /// `ward eval` as a process, on the policies that ship with Ward.
    @Suite(.enabled(if: Clone.hasWard, "no ward binary: run Tests/run, or set WARD_BINARY"))
    struct EvalTests {
        /// The two forms of the medical policy.
        enum Form: String, CaseIterable, CustomTestStringConvertible {
            case v0 = "policies/medical-v0"
            case v1 = "policies/medical"

            var flags: [String] { self == .v0 ? ["--v0-compatible"] : [] }
            var testDescription: String { rawValue }
        }

        static let inputs = [
            ("doctor-local-ct", "true"), ("doctor-local-mr", "true"), ("doctor-remote-ct", "false"), ("nurse-local-ct", "false"),
        ]

        @Test(arguments: Form.allCases, inputs)
        func answersForBothForms(form: Form, sample: (name: String, allow: String)) async throws {
            let command = ["eval"] + form.flags + ["-d", form.rawValue, "-i", "examples/inputs/medical/\(sample.name).json"]
            let raw = try await ward(command + ["-f", "raw", "data.medical.allow"])
            #expect(raw.status == 0, "\(raw.report)")
            #expect(raw.output == sample.allow + "\n")
            // OPA's JSON, to the letter.
            let json = try await ward(command + ["data.medical.allow"])
            #expect(
                try JSONValue(json.output)
                    == JSONValue(
                        """
                        {"result": [{"expressions": [
                            {"value": \(sample.allow), "text": "data.medical.allow", "location": {"row": 1, "col": 1}}]}]}
                        """))
        }

        @Test func saysWhyNot() async throws {
            let outcome = try await ward(
                [
                    "eval", "-d", "policies/medical", "-i", "examples/inputs/medical/nurse-local-ct.json", "-f", "raw",
                    "data.medical.reasons",
                ])
            #expect(outcome.output == "[\"only doctors may do this\"]\n", "\(outcome.report)")
        }

        static let endings: [([String], Int32)] = [
            (["eval", "--fail", "data.medical.nothing"], 1), (["eval", "--fail", "data.medical.allow"], 0),
            (["eval", "--fail-defined", "data.medical.allow"], 1), (["eval", "--fail-defined", "data.medical.nothing"], 0),
            (["eval", "data.medical.nothing"], 0), (["eval", "data.medical["], 2), (["eval", "1 / 0", "--strict-builtin-errors"], 2),
        ]

        @Test(arguments: endings)
        func exitStatus(arguments: [String], status: Int32) async throws {
            let outcome = try await ward(arguments + ["-d", "policies/medical"])
            #expect(outcome.status == status, "\(outcome.report)")
        }

        @Test func v0NeedsItsFlag() async throws {
            let outcome = try await ward(["eval", "-d", "policies/medical-v0", "-f", "pretty", "data.medical.allow"])
            #expect(outcome.status == 2)
            let said = outcome.output + outcome.errors
            #expect(said.contains("medical.rego:"), "\(outcome.report)")
            #expect(said.contains("`if` keyword is required before rule body"), "\(outcome.report)")
        }

        @Test func readsTheInputFromAPipe() async throws {
            let command = Command(
                [Clone.ward, "eval", "-I", "-d", "policies/medical", "-f", "raw", "data.medical.allow"],
                input: Clone.path("examples/inputs/medical/doctor-local-ct.json"))
            let outcome = try await command.run()
            #expect(outcome.output == "true\n", "\(outcome.report)")
        }

        @Test(arguments: [("not-there", "not-there"), ("examples/inputs", "examples/inputs")])
        func missingInputIsAnError(input: String, shown: String) async throws {
            let outcome = try await ward(["eval", "-i", input, "input"])
            #expect(outcome.status == 2)
            #expect((outcome.output + outcome.errors).contains(shown), "\(outcome.report)")
        }

        @Test func version() async throws {
            let outcome = try await ward(["version"])
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("Version: "))
        }

        /// The first decision of a new process: measured and printed. How long it takes depends on the machine, so no time is expected.
        /// At each start the loader would look there for the system's libraries first.
        @Test(.enabled(if: Clone.has("readelf"), "no readelf on the PATH"))
        func looksForNoLibrariesBesideTheProgram() async throws {
            let dynamic = try await Command("readelf", "-d", Clone.ward).run()
            #expect(dynamic.status == 0 && dynamic.output.contains("libc.so"), "\(dynamic.report)")
            #expect(!dynamic.output.contains("RUNPATH") && !dynamic.output.contains("RPATH"), "\(dynamic.report)")
        }

        @Test func firstDecisionOfANewProcess() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let command = Command([
                Clone.ward, "eval", "--v0-compatible", "-d", Clone.path("policies/medical-v0/medical.rego"), "-i",
                Clone.path("examples/inputs/medical/doctor-local-ct.json"), "-f", "raw", "data.medical.allow",
            ])
            var times: [Duration] = []
            for _ in 0..<50 {
                let start = ContinuousClock.now
                let running = try command.start(output: scratch.path("out"), errors: scratch.path("out"))
                var status: Int32 = 0
                waitpid(running.process, &status, 0)
                times.append(.now - start)
            }
            #expect(Text.read(scratch.path("out")) == String(repeating: "true\n", count: 50))
            times.sort()
            print("first decision of a new process (50 runs, env and exec included): fastest \(times[0]), median \(times[25])")
        }

        private func ward(_ arguments: [String]) async throws -> Command.Outcome {
            try await Command([Clone.ward] + arguments).run()
        }
    }
}
