import Glibc
import Testing

@Suite("Files that cannot be used")
struct BrokenFileTests {
    private let folder = TemporaryFolder()

    private static let contents: [(name: String, bytes: [UInt8])] = [
        ("empty.rego", []), ("empty.json", []), ("empty.yaml", []),
        ("binary.rego", binary), ("binary.json", binary), ("binary.yaml", binary),
        ("utf.rego", Array("package a\n\np := \"".utf8) + [0xFF, 0xFE, 0x22, 0x0A]),
        ("utf.json", Array("{\"a\": \"".utf8) + [0xFF, 0x22, 0x7D]),
        ("utf.yaml", Array("b: 1\na: ".utf8) + [0xFF, 0x0A]),
        ("broken.rego", Array("package a\n\np :=\n".utf8)), ("broken.json", Array("{\"a\": 1,\n \"b\": }".utf8)),
        ("broken.yaml", Array("a: [1,\nb: }\n".utf8)), ("array.json", Array("[1]".utf8)), ("plain.txt", Array("x".utf8)),
    ]

    /// Bytes as a program's file has them.
    private static let binary: [UInt8] = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 90) }

    init() {
        for (name, bytes) in Self.contents { folder.write(name, bytes: bytes) }
        folder.write("good.rego", "package a\n\np := 1\n")
        folder.write("folder/data.json", "{}")
        symlink("nowhere", folder.path + "/dangling.rego")
    }

    /// A command with a file, its status, and what it says.
    private static let refusals: [(command: String, file: String, says: String)] = [
        ("eval -f raw -d F data", "nowhere.rego", "1 error occurred: F: No such file or directory\n"),
        ("eval -f raw -d F data", "dangling.rego", "1 error occurred: F: No such file or directory\n"),
        ("eval -f raw -d F data", "empty.rego", "1 error occurred: F:0: rego_parse_error: empty module\n"),
        ("eval -f raw -d F data", "empty.json", "1 error occurred: F: 1:1: unexpected end of JSON input\n"),
        (
            "eval -f raw -d F data", "empty.yaml",
            "1 error occurred: F: document must be of type object: 'name:F' would put it at data.name\n"
        ),
        (
            "eval -f raw -d F data", "array.json",
            "1 error occurred: F: document must be of type object: 'name:F' would put it at data.name\n"
        ),
        ("eval -f raw -d F data", "binary.json", "1 error occurred: F: 1:1: invalid character 'Z' looking for beginning of value\n"),
        ("eval -f raw -d F data", "binary.yaml", "1 error occurred: F: yaml: line 1: the text is not UTF-8\n"),
        ("eval -f raw -d F data", "utf.json", "1 error occurred: F: 1:8: a string is not valid UTF-8\n"),
        ("eval -f raw -d F data", "utf.yaml", "1 error occurred: F: yaml: line 2: the text is not UTF-8\n"),
        ("eval -f raw -d F data", "broken.json", "1 error occurred: F: 2:7: invalid character '}' looking for beginning of value\n"),
        ("eval -f raw -d F data", "broken.yaml", "1 error occurred: F: yaml: line 2: did not find expected node content\n"),
        (
            "eval -f raw -d F data", "plain.txt",
            "1 error occurred: F: can't recognize file type: neither .rego, .json, .yaml, .yml nor .tar.gz\n"
        ),
        ("eval -f raw -i F input", "folder", "1 error occurred: F: Is a directory\n"),
        ("eval -f raw -i F input", "nowhere.json", "1 error occurred: F: No such file or directory\n"),
        (
            "eval -f raw -i F input", "broken.json",
            "1 error occurred: unable to parse input: F: 2:7: invalid character '}' looking for beginning of value\n"
        ),
        ("eval -f raw -i F input", "broken.yaml", "1 error occurred: F: yaml: line 2: did not find expected node content\n"),
        ("eval -f raw -b F data", "nowhere", "1 error occurred: bundle F: No such file or directory\n"),
        (
            "eval -f raw -b F data", "plain.txt",
            "1 error occurred: bundle F: archive read failed: gzip: invalid header\n"
        ),
        ("eval -f raw -s F data", "plain.txt", "1 error occurred: F: not a JSON schema: a schema is an object or a boolean\n"),
        ("eval -f raw --capabilities F data", "nowhere", "1 error occurred: no such file or capabilities version found: F\n"),
        ("eval -f raw --capabilities F data", "array.json", "1 error occurred: F: capabilities must be an object\n"),
        ("test F", "nowhere", "1 error occurred during loading: F: No such file or directory\n"),
        ("test F", "broken.yaml", "1 error occurred during loading: F: yaml: line 2: did not find expected node content\n"),
        ("check F", "empty.rego", "1 error occurred during loading: F:0: rego_parse_error: empty module\n"),
        ("check F", "nowhere", "1 error occurred during loading: F: No such file or directory\n"),
        ("fmt F", "nowhere", "lstat F: no such file or directory\n"),
        ("fmt F", "dangling.rego", "failed to open file: open F: no such file or directory\n"),
        ("fmt F", "empty.rego", "failed to format Rego source file: 1 error occurred: F:0: rego_parse_error: empty module\n"),
        ("inspect F", "empty.rego", "1 error occurred during loading: F:0: rego_parse_error: empty module\n"),
        ("inspect F", "nowhere", "1 error occurred during loading: bundle F: No such file or directory\n"),
        ("deps -d F data.a", "empty.rego", "1 error occurred during loading: F:0: rego_parse_error: empty module\n"),
        ("deps -d F data.a", "nowhere", "1 error occurred during loading: F: No such file or directory\n"),
        (
            "bench -d F data.a", "broken.json",
            "1 error occurred during loading: F: 2:7: invalid character '}' looking for beginning of value\n"
        ),
        (
            "capabilities --file F", "broken.json",
            "1 error occurred during loading: F: 2:7: invalid character '}' looking for beginning of value\n"
        ),
        ("repl F", "broken.json", "1 error occurred during loading: F: 2:7: invalid character '}' looking for beginning of value\n"),
    ]

    @Test("The error names the file and the place", arguments: refusals)
    func refused(command: String, file: String, says: String) {
        let outcome = run(command, file)
        #expect(outcome.status == 1 || outcome.status == 2)
        #expect(outcome.output == "")
        let name = "\(folder.path)/\(file)"
        let words = says.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.hasPrefix("F:")
                ? name + word.dropFirst() : word == "'name:F'" ? "'name:\(name)'" : word == "F\n" ? name + "\n" : String(word)
        }
        #expect(outcome.errors == words.joined(separator: " "))
    }

    private static let commands = [
        "eval -d F data", "eval -i F input", "eval -b F data", "eval -s F data", "eval --capabilities F 1", "test F", "check F",
        "check -b F", "check -s F good.rego", "fmt F", "fmt -d F", "parse F", "parse -f json F", "inspect F", "inspect -a F",
        "deps -d F data.a.p", "deps -b F data.a.p", "bench -i F data.nothing", "capabilities --file F", "repl F", "repl -i F",
    ]

    @Test("No command ends otherwise than with a status of its own", arguments: commands)
    func survives(command: String) {
        for file in Self.contents.map(\.name) + ["nowhere", "folder", "dangling.rego"] {
            let outcome = run(command, file)
            #expect((0...2).contains(outcome.status), "\(command) \(file): \(outcome.status) \(outcome.errors)")
            if outcome.status == 0 { #expect(outcome.errors == "", "\(command) \(file)") }
            if outcome.status != 0 { #expect(!(outcome.errors + outcome.output).isEmpty, "\(command) \(file) says nothing") }
        }
    }

    @Test("All files' errors are listed, in the order of the files")
    func all() {
        folder.write("many/a.json", #"{"x": 1}"#)
        folder.write("many/b.json", #"{"x": 1}"#)
        folder.write("many/c.rego", "package a\n\np :=\n")
        folder.write("many/d.yaml", "x: [1")
        let name = "\(folder.path)/many"
        let errors = Ward.run("test", name, folder.path + "/nowhere").errors
        let lines = errors.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("\t") }
        let expected = [
            "errors occurred during loading:", "\(name)/b.json: merge error: data.x is loaded from another file already",
            "\(name)/c.rego:4: rego_parse_error", "\(name)/d.yaml: yaml:", "\(folder.path)/nowhere: No such file or directory",
        ]
        for part in expected { #expect(lines.contains { $0.contains(part) }, "\(errors)") }
        let order = expected.dropFirst().compactMap { part in lines.firstIndex { $0.contains(part) } }
        #expect(order == order.sorted() && order.count == 4, "\(errors)")
        #expect(lines.first == "\(lines.count - 1) errors occurred during loading:", "\(errors)")
    }

    @Test("A file that may not be read", .enabled(if: geteuid() != 0, "root may read everything"))
    func unreadable() {
        let path = folder.write("secret.rego", "package a\n")
        chmod(path, 0)
        #expect(Ward.run("check", path).errors == "1 error occurred during loading: \(path): Permission denied\n")
    }

    @Test("A document that is no object may lie below a name, or in a subfolder")
    func arrays() {
        folder.write("lists/sub/list.json", "[1, 2]")
        #expect(Ward.run("eval", "-d", "x.y:\(folder.path)/array.json", "-f", "raw", "data.x.y").output == "[1]\n")
        #expect(Ward.run("eval", "-d", "\(folder.path)/lists", "-f", "raw", "data.sub").output == "[1,2]\n")
    }

    private func run(_ command: String, _ file: String) -> Ward.Outcome {
        Ward.run(
            command.split(separator: " ").map { word in
                word == "F" ? "\(folder.path)/\(file)" : word == "good.rego" ? "\(folder.path)/good.rego" : String(word)
            })
    }
}
