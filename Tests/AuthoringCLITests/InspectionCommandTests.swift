import Glibc
import Testing

@Suite("ward parse, inspect, deps, capabilities, completion, version")
struct InspectionCommandTests {
    private let folder = TemporaryFolder()
    private let policy: String

    private static let text = """
        # METADATA
        # title: Admission
        # custom:
        #   k: v
        package a

        # METADATA
        # entrypoint: true
        # description: says yes
        allow if input.x == data.t.y

        """

    init() { policy = folder.write("m.rego", Self.text) }

    // MARK: parse

    @Test("A syntax tree for people and for programs")
    func parse() {
        let small = folder.write("s.rego", "package a # why\n\np := 1\n")
        #expect(
            Ward.run("parse", small).output.hasPrefix("module\n package\n  ref\n   data\n   \"a\"\n rule\n  head\n   ref\n    p\n   1\n"))
        let json = Ward.run("parse", "-f", "json", small).output
        #expect(json.hasPrefix("{\n  \"package\": {\n    \"path\": [\n"))
        #expect(json.contains("\"comments\": [") && !json.contains("\"location\": {\n"), "\(json)")
        let placed = Ward.run("parse", "--format", "json", "--json-include", "locations,-comments", small).output
        #expect(placed.contains("\"location\": {") && !placed.contains("\"comments\""))
    }

    @Test("Parse errors are a document on standard error")
    func parseErrors() {
        let path = folder.write("x.rego", "package a\n\np if { q := }\n")
        let outcome = Ward.run("parse", path)
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(
            outcome.errors == """
                {
                  "errors": [
                    {
                      "message": "unexpected } token",
                      "code": "rego_parse_error",
                      "location": {
                        "file": "\(path)",
                        "row": 3,
                        "col": 13
                      },
                      "details": {
                        "line": "p if { q := }",
                        "idx": 12
                      }
                    }
                  ]
                }

                """, "\(outcome.errors)")
        #expect(Ward.run("parse", "--v0-compatible", folder.write("v0.rego", "package a\n\np { true }\n")).status == 0)
        #expect(Ward.run("parse").status == 1)
    }

    // MARK: inspect

    @Test("A file's package, and its annotations")
    func inspectFile() {
        let plain = Ward.run("inspect", policy).output
        #expect(plain.hasPrefix("NAMESPACES:\n+-----------+") && plain.contains("| data.a    | "))
        #expect(!plain.contains("ANNOTATIONS"))
        let annotated = Ward.run("inspect", "-a", policy).output
        #expect(
            annotated.contains("\nANNOTATIONS:\nAdmission\n=========\n\nPackage:  a\nLocation: \(policy):5\nScope: package\n"),
            "\(annotated)")
        #expect(annotated.contains("\nallow\n") || annotated.contains("\na.allow\n=======\n\nsays yes\n\nRule:     allow\n"))
        #expect(annotated.contains("Entrypoint: true\n"))
        let json = Ward.run("inspect", "-f", "json", "-a", policy).output
        #expect(json.contains("\"namespaces\": {\n    \"data.a\": [\n      \"\(policy)\"\n    ]\n  }"))
        #expect(json.contains("\"entrypoint\": true") && json.contains("\"capabilities\": {") && json.contains("\"features\": ["))
    }

    @Test("A bundle's manifest, from its folder and from its archive", arguments: ["b", "b.tar.gz"])
    func inspectBundle(name: String) {
        folder.write("b/a.rego", Self.text)
        folder.write("b/t/data.json", "{\"y\": 1}")
        folder.write("b/.manifest", "{\"revision\": \"r1\", \"roots\": [\"t\", \"a\"], \"metadata\": {\"by\": \"ops\"}}")
        #expect(system("cd \(Ward.quoted(folder.path)) && tar czf b.tar.gz -C b .") == 0)
        let output = Ward.run("inspect", "\(folder.path)/\(name)").output
        #expect(
            output.hasPrefix(
                """
                MANIFEST:
                +----------+--------------+
                |  FIELD   |    VALUE     |
                +----------+--------------+
                | Revision | r1           |
                | Roots    | a            |
                |          | t            |
                | Metadata | {"by":"ops"} |
                +----------+--------------+
                NAMESPACES:

                """), "\(output)")
        #expect(output.contains("| data.a    |") && output.contains("| data.t    |"))
    }

    // MARK: deps

    @Test("The documents that a query needs")
    func deps() {
        #expect(
            Ward.run("deps", "-d", policy, "data.a.allow").output == """
                +----------------+-------------------+
                | BASE DOCUMENTS | VIRTUAL DOCUMENTS |
                +----------------+-------------------+
                | data.t.y       | data.a.allow      |
                | input.x        |                   |
                +----------------+-------------------+

                """)
        #expect(Ward.run("deps", "1 == 1").output == "")
        #expect(Ward.run("deps", "-f", "json", "1 == 1").output == "{}\n")
        #expect(Ward.run("deps", "-f", "json", "input.x").output.contains("\"base\": [\n    [\n      {\n        \"type\": \"var\",\n"))
        let broken = Ward.run("deps", "data.a[")
        #expect(broken.status == 1)
        #expect(broken.errors.hasPrefix("1 error occurred"), "\(broken.errors)")
        #expect(Ward.run("deps").status == 1)
    }

    // MARK: capabilities

    @Test("Versions, and what each could do")
    func capabilities() {
        let versions = Ward.run("capabilities").output
        #expect(versions.hasPrefix("v0.17.0\n") && versions.contains("\nv1.9.0\n"))
        let current = Ward.run("capabilities", "--current").output
        #expect(current.hasPrefix("{\n  \"builtins\": [\n    {\n      \"name\": \"abs\",\n      \"decl\": {"))
        #expect(current.contains("\"rego_v1\"") && current.hasSuffix("}\n"))
        let old = Ward.run("capabilities", "--version", "v0.17.0").output
        #expect(!old.contains("\"object.union\"") && !old.contains("future_keywords"))
        let file = folder.write("c.json", "{\"builtins\": [], \"allow_net\": [\"a.b\"]}")
        #expect(Ward.run("capabilities", "--file", file).output == "{\n  \"builtins\": [],\n  \"allow_net\": [\n    \"a.b\"\n  ]\n}\n")
        let unknown = Ward.run("capabilities", "--version", "v99")
        #expect(unknown.status == 1)
        #expect(unknown.errors == "1 error occurred during loading: no capabilities version found v99\n")
    }

    @Test("What capabilities prints, they also read")
    func roundTrip() {
        let file = folder.write("current.json", Ward.run("capabilities", "--current").output)
        #expect(Ward.run("capabilities", "--file", file).output == folder.read("current.json"))
        #expect(Ward.run("eval", "--capabilities", file, "-f", "raw", "count([1]) + abs(-1)").output == "2\n")
    }

    // MARK: completion, version

    @Test("Scripts that shells take", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) {
        let outcome = Ward.run("completion", shell)
        #expect(outcome.status == 0)
        for word in ["eval", "capabilities", "strict-builtin-errors", "junit"] {
            #expect(outcome.output.contains(word), "\(shell) lacks \(word)")
        }
        guard shell == "bash" else { return }
        folder.write("ward.bash", outcome.output)
        #expect(system("bash -n \(Ward.quoted(folder.path + "/ward.bash"))") == 0)
    }

    @Test("Other shells are refused by name")
    func otherShells() {
        let outcome = Ward.run("completion", "csh")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("Error: The value 'csh' is invalid"))
        #expect(Ward.run("version").output.hasPrefix("Version: "))
        #expect(Ward.run("--version").status == 0)
        #expect(Ward.run("help", "eval").status == 0)
        #expect(Ward.run("nonsense").status == 1)
    }
}
