import FoundationEssentials
import PolicyBundle
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

@Suite("Bundles") struct BundleTests {
    private func bundle(_ files: [(String, String)]) throws -> Bundle {
        var archive = ArchiveBuilder()
        for (path, text) in files { archive.add(path, text) }
        return try load(archive.tarGzip)
    }

    private func load(_ bytes: [UInt8], limits: BundleLimits = BundleLimits()) throws -> Bundle {
        let path = FileManager.default.temporaryDirectory.appending(path: "ward-bundle-\(UUID().uuidString).tar.gz").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(filePath: path))
        return try Bundle(path: path, limits: limits)
    }

    @Test func anArchiveIsAPolicyWithItsData() throws {
        let bundle = try bundle([
            ("./policy/p.rego", "package p\n\nx := data.a.b.c + data.top + data.y.z"), ("a/b/data.json", #"{"c": 1}"#),
            ("data.json", #"{"top": 2}"#), ("y/data.yaml", "z: 3\n"), ("notes.txt", "no policy"), ("policy.wasm", "\0asm"),
            (".manifest", #"{"revision": "r1", "metadata": {"author": "x"}}"#),
        ])
        #expect(bundle.manifest.revision == "r1")
        #expect(bundle.modules.map(\.name) == ["/policy/p.rego"])
        let policy = try Policy(modules: bundle.modules, data: bundle.data)
        #expect(try policy.prepare(path: ["p", "x"]).evaluate().value == 6)
    }

    @Test func aFolderIsReadAsAnArchiveIs() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ward-bundle-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/a/b", withIntermediateDirectories: true)
        try Data(#"{"c": 1}"#.utf8).write(to: URL(filePath: folder + "/a/b/data.json"))
        try Data("package p\n\nx := data.a.b.c".utf8).write(to: URL(filePath: folder + "/p.rego"))
        try FileManager.default.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: folder)
        let bundle = try Bundle(path: folder)
        #expect(bundle.modules.map(\.name) == [folder + "/p.rego"])
        #expect(bundle.data["a"]?["b"]?["c"] == 1)
    }

    @Test func dialectsComeFromTheManifest() throws {
        let bundle = try bundle([
            ("v0/p.rego", "package p\n\nx { true }"), ("v1/q.rego", "package q\n\nx if true"),
            (".manifest", #"{"rego_version": 1, "file_rego_versions": {"/v0/*": 0}}"#),
        ])
        #expect(Dictionary(uniqueKeysWithValues: bundle.modules.map { ($0.name, $0.version) }) == ["/v0/p.rego": .v0, "/v1/q.rego": .v1])
        #expect(try Policy(modules: bundle.modules).prepare(path: ["p", "x"]).evaluate().value == true)
    }

    @Test(arguments: [
        (#"{"roots": ["a", "a/b"]}"#, "manifest has overlapped roots: 'a' and 'a/b'"),
        (#"{"roots": ["/x/", "c"]}"#, "manifest roots [x c] do not permit data at path '/a' (hint: check bundle directory structure)"),
        (#"{"roots": ["a/c"]}"#, "manifest roots [a/c] do not permit data at path '/a/b' (hint: check bundle directory structure)"),
        (#"{"roots": 1}"#, "bundle load failed on manifest decode: roots is of the wrong type"),
        ("[]", "bundle load failed on manifest decode: the manifest must be an object"),
        (#"{"rego_version": 7}"#, "unknown bundle rego-version 7 for file '/p.rego'"),
    ])
    func manifestsAreChecked(manifest: String, message: String) throws {
        let error = #expect(throws: BundleError.self) {
            try bundle([("a/b/data.json", "{}"), ("p.rego", "package p"), (".manifest", manifest)])
        }
        #expect(error?.description.hasSuffix(": " + message) == true, "\(error?.description ?? "")")
    }

    @Test func dataThatContradictsItselfIsRefused() throws {
        let error = #expect(throws: BundleError.self) { try bundle([("data.json", #"{"a": 1}"#), ("a/data.json", #"{"b": 2}"#)]) }
        let words = "/a/data.json: failed to insert data file from path a: another file has data at '/a'"
        #expect(error?.description.hasSuffix(words) == true, "\(error?.description ?? "")")
    }

    @Test func manyFilesAreOneDocument() throws {
        let files = (0..<30).map { part in
            let rows = (0..<100).map { #""user\#(part)-\#($0)": ["role"]"# }.joined(separator: ",")
            return ("a/b\(part % 10)/c\(part)/data.json", "{\(rows)}")
        }
        let bundle = try bundle(files + [("a/data.yaml", "top: 1\n"), ("a/b1/data.json", #"{"x": {"y": null}}"#)])
        #expect(bundle.data["a"]?["top"] == 1 && bundle.data["a"]?["b1"]?["x"] == ["y": .null])
        #expect(bundle.data["a"]?["b9"]?.object?.count == 3 && bundle.data["a"]?["b1"]?["c11"]?["user11-99"] == ["role"])
    }

    @Test func aDeltaBundleIsRefused() {
        #expect(throws: BundleError.self) { try bundle([("patch.json", #"{"data": []}"#)]) }
    }

    @Test(arguments: ["../data.json", "a/../../data.json"])
    func pathsStayWithinTheArchive(path: String) {
        #expect(throws: BundleError.self) { try bundle([(path, "{}")]) }
    }

    @Test func twoFilesOfOnePathAreRefused() {
        #expect(throws: BundleError.self) { try bundle([("data.json", "{}"), ("./data.json", "{}")]) }
    }

    @Test func linksAndDevicesAreNoFiles() throws {
        var archive = ArchiveBuilder()
        for type in ["1", "2", "3", "4", "5", "6"] as [Character] { archive.add("data.json", "", type: type) }
        archive.add("data.json", #"{"a": 1}"#)
        #expect(try load(archive.tarGzip).data["a"] == 1)
    }

    @Test func longNamesAreRead() throws {
        let name = (0..<30).map { "folder\($0)" }.joined(separator: "/") + "/data.json"
        var gnu = ArchiveBuilder()
        gnu.add("././@LongLink", name + "\0", type: "L")
        gnu.add(String(name.prefix(100)), #"{"a": 1}"#)
        var pax = ArchiveBuilder()
        let record = " path=\(name)\n"
        pax.add("pax", "\(record.utf8.count + 3)\(record)", type: "x")
        pax.add("short", #"{"a": 1}"#)
        for archive in [gnu, pax] {
            let bundle = try load(archive.tarGzip)
            #expect(bundle.documents.first?.names.count == 30)
        }
    }
}
