import Testing

extension EndToEnd {
    /// The policies' own tests (`*_test.rego`), and the samples that go with them.
    @Suite(.enabled(if: Clone.hasWard, "no ward binary: run Tests/run, or set WARD_BINARY"))
    struct PolicyTests {
        @Test(arguments: [
            ("policies/medical", "data.medical_test"), ("policies/medical-v0", "data.medical_test"),
            ("policies/kubernetes", "data.kubernetes.admission_test"),
        ])
        func passesItsOwnTests(folder: String, package: String) async throws {
            let flags = folder.hasSuffix("-v0") ? ["--v0-compatible"] : []
            let outcome = try await Command([Clone.ward, "eval"] + flags + ["-d", folder, "-f", "raw", package]).run()
            let results = try JSONValue(outcome.output).members
            var names: Set<String> = []
            for file in try Clone.files(below: folder, ending: "_test.rego") {
                for line in Text.read(Clone.path(file)).split(separator: "\n") where line.hasPrefix("test_") {
                    names.insert(String(line.prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
                }
            }
            #expect(names.count >= 15)
            for name in names.sorted() {
                // A test that fails is undefined, so it is missing from the document.
                #expect(results[name] == .boolean(true), "\(folder): \(name)")
            }
        }

        /// Both forms of the medical policy are one policy: they agree on every combination of what they look at.
        @Test func bothFormsAgree() async throws {
            let query = """
                [[action, role, roles, location, modality, allowed] | action := ["read", "inference", "export", 7][_];
                role := ["doctor", "nurse", "Doctor", null][_];
                roles := [[], ["doctor"], ["nurse", "doctor"], ["nurse"], "doctor", {"kind": "doctor"}][_];
                location := ["local", "remote", "unknown", true][_]; modality := ["CT", "MR", "US", "ct", null][_];
                image := {"location": location, "modality": modality};
                allowed := data.medical.allow with input as {"action": action, "user": {"role": role, "roles": roles}, "data": image}]
                """.replacing("\n", with: " ")
            let v1 = try await Command([Clone.ward, "eval", "-d", "policies/medical", "-f", "raw", query]).run()
            let v0 = try await Command([Clone.ward, "eval", "--v0-compatible", "-d", "policies/medical-v0", "-f", "raw", query]).run()
            #expect(v1.status == 0, "\(v1.report)")
            #expect(v0.status == 0, "\(v0.report)")
            #expect(try JSONValue(v1.output).elements.count == 4 * 4 * 6 * 4 * 5)
            #expect(v1.output == v0.output)
        }

        @Test(arguments: [
            ("good-pod", [String]()),
            (
                "bad-pod",
                [
                    "container reader: resources.limits.cpu is missing", "container reader: resources.limits.memory is missing",
                    "container reader: the image must come from", "container reader: the image docker.io/someone/reader:latest needs",
                    "hostNetwork is not permitted", "runtimeClassName must be one of imaging", "volume images: nfs volumes are not local",
                ]
            ),
        ])
        func judgesTheSampleReviews(name: String, denials: [String]) async throws {
            let outcome = try await Command([
                Clone.ward, "eval", "-d", "policies/kubernetes", "-i", "examples/inputs/admission/\(name).json", "-f", "raw",
                "data.kubernetes.admission.deny",
            ]).run()
            let messages = try JSONValue(outcome.output).elements.compactMap(\.string)
            #expect(messages.isEmpty == denials.isEmpty, "\(outcome.report)")
            for denial in denials {
                #expect(messages.contains { $0.hasPrefix(denial) }, "\(denial): \(messages)")
            }
        }
    }
}
