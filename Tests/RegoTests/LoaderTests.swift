import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Files and folders as `eval -d` reads them.
@Suite("Loader") struct LoaderTests {
    private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ward-loader-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            let path = folder + "/" + name
            try FileManager.default.createDirectory(
                atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        try body(folder)
    }

    @Test func foldersNestDocuments() throws {
        let files = [
            "policy.rego": "package test\np := data.a.b.x + data.top + data.third", "a/b/data.json": #"{"x": 1}"#,
            "data.json": #"{"top": 2}"#, "more.yaml": "third: 3\n",
        ]
        try withFiles(files) { folder in
            var loader = Loader()
            try loader.load(folder)
            #expect(try loader.compile().prepare(path: ["test", "p"]).evaluate().value == 6)
        }
    }

    @Test func prefixes() throws {
        try withFiles(["x.json": #"{"x": 1}"#]) { folder in
            var loader = Loader()
            try loader.load("a.b:" + folder + "/x.json")
            #expect(try loader.compile().prepare(query: "data.a.b.x").evaluate().value == 1)
        }
    }

    @Test func oneFileIsReadStraight() throws {
        try withFiles(["x.json": #"{"x": [1, 2]}"#]) { folder in
            var loader = Loader()
            try loader.load(folder + "/x.json")
            #expect(try loader.compile().prepare(query: "data.x[1]").evaluate().value == 2)
        }
    }

    @Test func whatCannotBeLoadedIsNamed() throws {
        let files = [
            "broken.json": "{", "array.yaml": "[1]", "a.json": #"{"x": 1}"#, "b.json": #"{"x": 2}"#, "note.txt": "", "bad.yaml": "a: [1",
        ]
        try withFiles(files) { folder in
            let wrong = [["broken.json"], ["array.yaml"], ["a.json", "b.json"], ["note.txt"], ["missing"], ["bad.yaml"]]
            for names in wrong {
                let failure = #expect(throws: Loader.Failure.self) {
                    var loader = Loader()
                    for name in names { try loader.load(folder + "/" + name) }
                    _ = try loader.compile()
                }
                #expect(failure?.description.contains(names.last ?? "") == true)
            }
        }
    }

    @Test func allThatIsWrongIsToldAtOnceInTheOrderOfTheFiles() throws {
        let files = [
            "a.json": #"{"x": {"y": 1}, "z": 2}"#, "b.json": #"{"x": {"y": 2}, "w": 1}"#, "c.json": "[1]", "d.json": "{",
            "e.rego": "package p\n\nq := \n", "f.rego": "package p\n\nok := 1\n", "g.yaml": "w: 3", "sub/h.json": "1",
        ]
        try withFiles(files) { folder in
            var loader = Loader()
            let failure = #expect(throws: Loader.Failure.self) { try loader.load([folder, folder + "/missing", folder + "/a.json"]) }
            let lines = failure?.description.split(separator: "\n").map(String.init).filter { $0.contains(folder) } ?? []
            let begins = [
                "b.json: merge error: data.x.y is loaded from another file already", "c.json: document must be of type object",
                "d.json: 1:2: unexpected end of JSON input", "e.rego:", "e.rego:", "missing: No such file or directory",
                "a.json: merge error: data.x.y is loaded from another file already",
            ]
            #expect(lines.count == begins.count, "\(lines)")
            for (line, begin) in zip(lines, begins) { #expect(line.contains(folder + "/" + begin), "\(line)") }
            #expect(loader.modules.isEmpty && loader.data == [:])
        }
    }

    @Test func aTextThatConflictsLeavesNothing() throws {
        let files = ["a.json": #"{"x": 1}"#, "b.json": #"{"w": 1, "x": 2}"#, "c.json": #"{"w": {"v": 1}}"#]
        try withFiles(files) { folder in
            let failure = #expect(throws: Loader.Failure.self) {
                var loader = Loader()
                try loader.load(folder)
            }
            #expect(failure?.description == "\(folder)/b.json: merge error: data.x is loaded from another file already")
        }
    }

    /// Whether a document lies in one file or in many, in JSON or YAML, the policy sees the same.
    @Test func manyFilesAreOneDocument() throws {
        var files = ["whole.json": "", "policy.rego": "package p"]
        var rows: [String] = []
        for part in 0..<12 {
            let own = (0..<200).map { #""user\#(part)-\#($0)": {"roles": ["r\#($0 % 7)", "é\\n"], "n": 1.50}"# }.joined(separator: ",\n ")
            rows.append(own)
            files["parts/p\(part).\(part % 3 == 0 ? "yaml" : "json")"] = "{\"users\": {\(own)}}"
        }
        files["whole.json"] = "{\"parts\": {\"users\": {\(rows.joined(separator: ","))}}}"
        try withFiles(files) { folder in
            var (one, many) = (Loader(), Loader())
            try one.load(folder + "/whole.json")
            try many.load("parts:" + folder + "/parts")
            #expect(one.data == many.data)
            #expect(try many.compile().prepare(query: "count(data.parts.users)").evaluate().value == 2400)
            // Calls one after the other add up, and a copy of a loader is on its own.
            var copy = many
            try copy.load("more:" + folder + "/parts/p1.json")
            #expect(copy.data["more"]?["users"]?.object?.count == 200 && many.data["more"] == nil)
        }
    }

    @Test func aModuleThatIsNamedTwiceIsReadOnce() throws {
        try withFiles(["p.rego": "package p\n\ndefault x := 1\n", "q/q.rego": "package q\n"]) { folder in
            var loader = Loader()
            try loader.load([folder, folder + "/p.rego"])
            try loader.load(folder + "/p.rego")
            #expect(loader.modules.map(\.name) == [folder + "/p.rego", folder + "/q/q.rego"])
            #expect(try loader.compile().prepare(path: ["p", "x"]).evaluate().value == 1)
        }
    }

    @Test func filesBeyondTheLimitAndFoldersWithoutEndAreRefused() throws {
        try withFiles(["a.json": #"{"x": 1}"#, ".hidden/b.json": "broken", "p_test.rego": "broken"]) { folder in
            var loader = Loader(ignoring: [".*", "*_test.rego"])
            loader.fileLimit = 4
            let failure = #expect(throws: Loader.Failure.self) { try loader.load(folder) }
            #expect(failure?.description == "\(folder)/a.json: larger than 4 bytes")
            loader.fileLimit = 8
            try loader.load(folder)
            #expect(loader.data == ["x": 1])
            try FileManager.default.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: folder)
            #expect(throws: Loader.Failure.self) { try loader.load(folder) }
        }
    }

    @Test(arguments: [
        ("a: yes", #"{"a":true}"#), ("a: 0x1F", #"{"a":31}"#), ("1: b", #"{"1":"b"}"#), ("a: ~", #"{"a":null}"#), ("- 1\n- x", #"[1,"x"]"#),
        ("x: &a {b: 1}\nz: *a", #"{"x":{"b":1},"z":{"b":1}}"#),
        ("x: &a {b: 1, c: 2}\nz: {<<: *a, c: 3}", #"{"x":{"b":1,"c":2},"z":{"b":1,"c":3}}"#),
        ("t: 2026-11-22", #"{"t":"2026-11-22"}"#), ("a: 1.50", #"{"a":1.5}"#), ("a: \"1\"", #"{"a":"1"}"#), ("", "null"),
    ])
    func yaml(text: String, json: String) throws {
        #expect(try YAMLReader.read(Array(text.utf8)).json() == json)
    }

    @Test func yamlThatGrowsByAliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(throws: YAMLReader.Failure.self) { try YAMLReader.read(Array(text.utf8)) }
        #expect(throws: YAMLReader.Failure.self) { try YAMLReader.read(Array("a: .nan".utf8)) }
        #expect(throws: YAMLReader.Failure.self) { try YAMLReader.read([0x61, 0x3A, 0x20, 0xFF]) }
    }
}
