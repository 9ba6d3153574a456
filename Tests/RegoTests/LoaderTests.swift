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
