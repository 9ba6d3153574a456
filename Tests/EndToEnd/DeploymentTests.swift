import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// `deploy/`: the manifests, the configurations inside them, the image's file system.
    @Suite(.enabled(if: Clone.hasWard, "no ward binary: run Tests/run, or set WARD_BINARY"))
    struct DeploymentTests {
        /// A manifest of `deploy/`: one YAML document.
        struct Manifest: Sendable, CustomTestStringConvertible {
            var name: String
            var text: String
            var testDescription: String { name }

            func kind(_ kind: String) -> Bool { text.contains("\nkind: \(kind)\n") || text.hasPrefix("kind: \(kind)\n") }
        }

        static let manifests: [Manifest] = {
            let files = (try? Clone.files(below: "deploy", ending: ".yaml")) ?? []
            return files.filter { !$0.hasSuffix("/ward.yaml") }.flatMap { file in
                split(Text.read(Clone.path(file))).enumerated().map { Manifest(name: "\(file)#\($0.offset)", text: $0.element) }
            }
        }()

        @Test func allAreFound() {
            #expect(Self.manifests.count >= 15)
            #expect(Self.manifests.filter { $0.kind("StatefulSet") }.count == 2)
        }

        @Test(arguments: manifests)
        func isWhatItMustBe(_ manifest: Manifest) async throws {
            try await expectNothing(of: "data.deploy.checks.problems", from: ["deploy/checks.rego"], about: manifest.text)
            #expect(!manifest.text.contains(":latest"))
        }

        /// Ward's own workloads are admitted by Ward's own policy, without a warning.
        @Test(arguments: manifests.filter { $0.kind("StatefulSet") || $0.kind("PersistentVolume") || $0.kind("PersistentVolumeClaim") })
        func isAdmittedByTheAdmissionPolicy(_ manifest: Manifest) async throws {
            var text = manifest.text
            // As the kustomizations' `images` would.
            text = text.replacing("image: ward\n", with: "image: registry.hospital.example/imaging/ward:0.1.0\n")
            text = text.replacing("image: reader\n", with: "image: registry.hospital.example/imaging/reader:1.4.2\n")
            // The webhook's own pods are not judged in the cluster and have no runtime class of their own.
            var settings = "data.imaging"
            if manifest.name.contains("webhook") {
                settings = #"object.union(data.imaging, {"runtime_classes": [null]})"#
                text = text.replacing("    spec:\n      automount", with: "    spec:\n      runtimeClassName: null\n      automount")
            }
            for set in ["deny", "warn"] {
                let review = #"{"request": {"operation": "CREATE", "object": input}}"#
                let query = "data.kubernetes.admission.\(set) with input as \(review) with data.imaging as \(settings)"
                try await expectNothing(of: query, from: ["policies/kubernetes"], about: text)
            }
        }

        /// What the kustomizations make of it all.
        @Test(.enabled(if: Clone.has("kubectl"), "no kubectl"))
        func rendersWithKustomize() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let certificates = try await Command(Clone.path("deploy/webhook/make-certificates"), scratch.path("certificates"), "30").run()
            #expect(certificates.status == 0, "\(certificates.report)")
            let overlays = [
                ("deploy/sidecar", "policies/medical", ["medical.rego"]), (scratch.path("certificates"), "policies/kubernetes", kubernetes),
            ]
            for (folder, policy, files) in overlays {
                let rendered = try await Command("kubectl", "kustomize", folder).run()
                #expect(rendered.status == 0, "\(rendered.report)")
                let documents = split(rendered.output)
                #expect(documents.count >= 8)
                for document in documents {
                    try await expectNothing(of: "data.deploy.checks.problems", from: ["deploy/checks.rego"], about: document)
                }
                #expect(!rendered.output.contains("image: ward\n"), "every image has its registry and tag")
                // The policy in the ConfigMap is, byte by byte, the one that is tested here.
                let map = try #require(documents.first { $0.contains("kind: ConfigMap") && $0.contains("\(files[0]):") })
                try Text.write(map, to: scratch.path("map.yaml"))
                for file in files {
                    let held = try await Command(
                        Clone.ward, "eval", "-i", scratch.path("map.yaml"), "-f", "raw", "input.data[\"\(file)\"]"
                    ).run()
                    #expect(held.output == Text.read(Clone.path("\(policy)/\(file)")) + "\n", "\(file)")
                }
            }
        }

        /// The admission policy's files, tests left out.
        private var kubernetes: [String] { ["admission.rego", "containers.rego", "images.rego", "volumes.rego", "imaging.yaml"] }

        /// A new file of the policy must not be forgotten in the ConfigMap, nor in the configuration that names the files.
        @Test func allPolicyFilesAreDeployed() throws {
            let configuration = Text.read(Clone.path("deploy/webhook/ward.yaml"))
            let generator = Text.read(Clone.path("policies/kubernetes/Kustomization"))
            let files = try Clone.files(below: "policies/kubernetes", ending: ".rego").filter { !$0.hasSuffix("_test.rego") }
            #expect(files.count == kubernetes.count - 1)
            for file in kubernetes {
                #expect(configuration.contains("- /etc/ward-policy/\(file)\n"))
                #expect(generator.contains("- \(file)\n"))
            }
        }

        /// The sidecar's configuration, with the container's folders replaced by this machine's, in a real server.
        @Test(.enabled(if: Clone.python != nil, "no Python with pydicom: run Tests/run"))
        func sidecarConfigurationServes() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let identities = Clone.path("examples/quickstart/demonstration/identities.py")
            let made = try await Command(["python3", identities, scratch.folder], environment: ["PYTHONDONTWRITEBYTECODE": "1"]).run()
            #expect(made.status == 0, "\(made.report)")
            try FileManager.default.createDirectory(atPath: scratch.path("images"), withIntermediateDirectories: false)
            let yaml = adapt(
                Text.read(Clone.path("deploy/sidecar/ward.yaml")),
                [
                    "/run/ward/ward.sock": scratch.path("ward.sock"), "0.0.0.0:8282": "127.0.0.1:0",
                    "/etc/ward-policy/": Clone.path("policies/medical/"),
                    "/etc/ward-keys/": scratch.path(""), ": /images": ": \(scratch.path("images"))",
                    "/usr/local/share/ward/models": Clone.path("examples/models"), "/var/lib/ward/": scratch.path(""),
                ])
            let server = try await WardServer(configuration: yaml, in: scratch)
            // The port for the kubelet answers for health and nothing else.
            #expect(try await server.ask("/v1/data/medical/allow", body: EndToEnd.ServerLifeTests.question).status == 404)
            #expect(try await server.ask("/metrics").status == 200)
            let socket = try await Command(
                "curl", "-s", "-f", "--unix-socket", scratch.path("ward.sock"), "-H", "Content-Type: application/json", "--data-binary",
                EndToEnd.ServerLifeTests.question, "http://ward/v1/data/medical/allow"
            ).run()
            #expect(socket.output.contains("\"result\":true"), "\(socket.report)\n\(server.log)")
            #expect(try await server.stop() == 0)
        }

        /// The webhook's configuration with the certificates that make-certificates makes, asked as the API server asks.
        @Test func webhookConfigurationServes() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let certificates = try await Command(Clone.path("deploy/webhook/make-certificates"), scratch.path("tls")).run()
            #expect(certificates.status == 0, "\(certificates.report)")
            let yaml = adapt(
                Text.read(Clone.path("deploy/webhook/ward.yaml")),
                [
                    "0.0.0.0:8443": "127.0.0.1:0", "0.0.0.0:8282": "127.0.0.1:0", "/etc/ward-policy/": Clone.path("policies/kubernetes/"),
                    "/etc/ward-tls/": scratch.path("tls/"), "/var/lib/ward/": scratch.path(""),
                ])
            let server = try await WardServer(configuration: yaml, in: scratch)
            // The authority is in the overlay's patch, as the API server gets it.
            let overlay = Text.read(scratch.path("tls/kustomization.yaml"))
            let bundle = try #require(
                overlay.split(separator: "\n").first { $0.contains("value: ") }.map { $0.split(separator: " ").last ?? "" })
            let authority = try #require(Data(base64Encoded: String(bundle)))
            try authority.write(to: URL(filePath: scratch.path("authority.crt")))
            let port = try #require(
                server.log.firstRange(of: "https://127.0.0.1:").map { server.log[$0.upperBound...].prefix { $0.isNumber } })
            for (name, allowed) in [("good-pod", "true"), ("bad-pod", "false")] {
                let answer = try await Command(
                    "curl", "-s", "-f", "--cacert", scratch.path("authority.crt"), "--connect-to",
                    "ward.ward-system.svc:443:127.0.0.1:\(port)",
                    "-H",
                    "Content-Type: application/json", "--data-binary", "@examples/inputs/admission/\(name).json",
                    "https://ward.ward-system.svc/v1/admit?timeout=5s"
                ).run()
                #expect(answer.output.contains("\"allowed\":\(allowed)"), "\(answer.report)\n\(server.log)")
            }
            #expect(try await server.stop() == 0)
        }

        /// The image's file system, put together from the binary that is tested, runs without anything of this machine's.
        @Test(.enabled(if: getuid() == 0, "only root may chroot"))
        func imageRunsByItself() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let root = scratch.path("root")
            let assembled = try await Command(Clone.path("deploy/image/assemble"), root, Clone.ward).run()
            #expect(assembled.status == 0, "\(assembled.report)")
            let files = [("policies/medical/medical.rego", "medical.rego"), ("examples/inputs/medical/doctor-local-ct.json", "input.json")]
            for (file, place) in files {
                try FileManager.default.copyItem(atPath: Clone.path(file), toPath: "\(root)/etc/ward/\(place)")
            }
            // Ward runs as nobody in particular, so it must be able to reach the root.
            _ = chmod(scratch.folder, 0o755)
            // With a /proc of its own, as in a container: Swift reads a process' arguments there.
            let ward = "/usr/local/bin/ward eval -d /etc/ward/medical.rego -i /etc/ward/input.json -f raw data.medical.allow"
            let outcome = try await Command(
                "unshare", "--mount", "--pid", "--fork", "sh", "-c",
                "mount -t proc proc \(root)/proc && chroot --userspec=65532:65532 \(root) \(ward)"
            ).run()
            #expect(outcome.status == 0 && outcome.output == "true\n", "\(outcome.report)")
            let shell = FileManager.default.fileExists(atPath: "\(root)/bin/sh")
            #expect(!shell)
        }

        @Test func dockerfileUsesNoMovingTagAndNoRoot() {
            let text = Text.read(Clone.path("deploy/image/Dockerfile"))
            #expect(!text.contains(":latest"))
            #expect(text.contains("USER 65532:65532"))
            for line in text.split(separator: "\n") where line.hasPrefix("FROM ") {
                #expect(line.contains("${SWIFT_IMAGE}") || line == "FROM scratch", "\(line)")
            }
        }

        // MARK: Helpers

        /// Expects a set of messages to be empty for an input document.
        private func expectNothing(of query: String, from policies: [String], about text: String) async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            try Text.write(text, to: scratch.path("input.yaml"))
            let words = [Clone.ward, "eval", "-f", "raw", "-i", scratch.path("input.yaml")] + policies.flatMap { ["-d", $0] } + [query]
            let outcome = try await Command(words).run()
            #expect(outcome.status == 0 && outcome.output == "[]\n", "\(outcome.report)")
        }

        private func adapt(_ text: String, _ places: [String: String]) -> String {
            places.reduce(into: text) { text, place in text = text.replacing(place.key, with: place.value) }
        }
    }
}

/// The documents of a YAML file, comments that stand alone left out.
private func split(_ text: String) -> [String] {
    var documents: [String] = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line == "---" { documents.append("") } else { documents[documents.count - 1] += line + "\n" }
    }
    return documents.filter { document in document.split(separator: "\n").contains { !$0.hasPrefix("#") } }
}
