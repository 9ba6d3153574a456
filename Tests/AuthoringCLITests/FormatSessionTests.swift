import AuthoringCLI
import Foundation
import RegoSyntax
import Testing

/// `ward fmt`, on files of a folder of its own.
@Suite("ward fmt") struct FormatSessionTests {
    private static let messy = "package p\n\n\nallow   if {\n  input.x\n}\n"
    private static let tidy = "package p\n\nallow if {\n\tinput.x\n}\n"

    /// What a run printed, reported and returned.
    private struct Outcome: Equatable {
        var status: Int32
        var output = ""
        var errors = ""
    }

    /// Runs on files that are written first; `@` stands for the folder in the paths, in what is printed and in errors.
    private func run(
        _ files: [String: String], _ paths: [String] = ["@"], in folder: Folder = Folder(), _ set: (inout FormatSession) -> Void = { _ in }
    ) throws -> Outcome {
        for (name, text) in files { try folder.write(text, to: name) }
        let output = Sink()
        let errors = Sink()
        var session = FormatSession()
        session.usesColor = false
        session.print = { output.text += String(decoding: $0, as: UTF8.self) }
        session.report = { errors.text += $0 + "\n" }
        set(&session)
        let status = session.run(paths.map { $0.replacingOccurrences(of: "@", with: folder.path) })
        return Outcome(
            status: status, output: output.text.replacingOccurrences(of: folder.path, with: "@"),
            errors: errors.text.replacingOccurrences(of: folder.path, with: "@"))
    }

    @Test func `Prints what is formatted`() throws {
        #expect(try run(["a.rego": Self.messy], ["@/a.rego"]) == Outcome(status: 0, output: Self.tidy))
    }

    @Test func `Reads folders in the order of their names, and no other files than Rego`() throws {
        let files = ["b/x.rego": "package bx\n", "a.rego": "package a\n", "c.rego": "package c\n", "b.txt": "no Rego", "d.json": "{}"]
        #expect(try run(files).output == "package a\npackage bx\npackage c\n")
    }

    @Test func `Lists the files that would change`() throws {
        let files = ["a.rego": Self.messy, "b.rego": Self.tidy, "c.rego": Self.messy]
        #expect(try run(files) { $0.result = .names } == Outcome(status: 0, output: "@/a.rego\n@/c.rego\n"))
        let failing = try run(files) {
            $0.result = .names
            $0.failsOnChange = true
        }
        #expect(failing == Outcome(status: 2, output: "@/a.rego\n", errors: "unexpected diff\n"))
    }

    @Test func `Fails on a file that would change, and prints nothing`() throws {
        #expect(try run(["a.rego": Self.messy]) { $0.failsOnChange = true } == Outcome(status: 2, errors: "unexpected diff\n"))
        #expect(try run(["a.rego": Self.tidy]) { $0.failsOnChange = true } == Outcome(status: 0, output: Self.tidy))
    }

    @Test func `Shows changes as a unified diff`() throws {
        let want = """
            --- @/a.rego
            +++ @/a.rego
            @@ -1,6 +1,5 @@
             package p
             
            -
            -allow   if {
            -  input.x
            +allow if {
            +\tinput.x
             }

            """
        #expect(try run(["a.rego": Self.messy, "b.rego": Self.tidy]) { $0.result = .changes } == Outcome(status: 0, output: want))
    }

    @Test func `Writes files that change, which keep their mode`() throws {
        let folder = Folder()
        try folder.write(Self.messy, to: "a.rego")
        #expect(chmod(folder.path + "/a.rego", 0o640) == 0)
        #expect(try run([:], in: folder) { $0.result = .files } == Outcome(status: 0))
        #expect(try folder.read("a.rego") == Self.tidy)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/a.rego")
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.rego"])
    }

    @Test func `Writes through a symbolic link, which stays one`() throws {
        let folder = Folder()
        try folder.write(Self.messy, to: "real/a.rego")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/b.rego", withDestinationPath: "real/a.rego")
        #expect(try run([:], ["@/b.rego"], in: folder) { $0.result = .files } == Outcome(status: 0))
        #expect(try folder.read("real/a.rego") == Self.tidy)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/b.rego") == "real/a.rego")
    }

    @Test func `A file that cannot be read as Rego ends the work, those before it are formatted`() throws {
        let folder = Folder()
        let files = ["a.rego": Self.messy, "b.rego": "package p\n\nx := \n", "c.rego": Self.messy]
        let outcome = try run(files, in: folder) { $0.result = .files }
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.hasPrefix(
                "failed to format Rego source file: 2 errors occurred:\n@/b.rego:4: rego_parse_error: unexpected eof token"))
        #expect(try folder.read("a.rego") == Self.tidy)
        #expect(try folder.read("b.rego") == files["b.rego"])
        #expect(try folder.read("c.rego") == Self.messy)
    }

    @Test func `A path that does not exist is an error`() throws {
        #expect(try run([:], ["@/no.rego"]) == Outcome(status: 1, errors: "lstat @/no.rego: no such file or directory\n"))
    }

    @Test func `Operators with too few operands are an error of types`() throws {
        let want = """
            failed to format Rego source file: @/a.rego: 1 error occurred: @/a.rego:3: rego_type_error: plus: arity mismatch
            \thave: (number)
            \twant: (number,number)

            """
        #expect(try run(["a.rego": "package p\n\nx := plus(1)\n"]) == Outcome(status: 2, errors: want))
    }

    @Test func `What means something else is printed as OPA does, but not written`() throws {
        let folder = Folder()
        let text = "package p\n\nq if {\n\t1, (2 in [2]) in [true]\n}\n"
        #expect(try run(["a.rego": text], in: folder).status == 0)
        let outcome = try run([:], in: folder) { $0.result = .files }
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("the result means something else, and is not written"))
        #expect(try folder.read("a.rego") == text)
    }

    @Test(arguments: [
        (RegoVersion.v0, "package p\n\nq[x] {\n\tx := input.y\n}\n"),
        (.v0CompatV1, "package p\n\nimport rego.v1\n\nq contains x if {\n\tx := input.y\n}\n"),
    ])
    func `Reads v0 and writes the dialect asked for`(target: RegoVersion, want: String) throws {
        let outcome = try run(["a.rego": "package p\n\nq[x] {\nx := input.y }\n"]) { $0.layout = Formatter.Options(target: target) }
        #expect(outcome == Outcome(status: 0, output: want))
    }

    @Test func `Drops imports that v1 has no need of`() throws {
        let text = "package p\n\nimport data.x\nimport future.keywords.in\nimport rego.v1\n\nq if 1 in x\n"
        #expect(try run(["a.rego": text]).output == "package p\n\nimport data.x\n\nimport rego.v1\n\nq if 1 in x\n")
        let dropped = try run(["a.rego": text]) { $0.layout.dropsOldImports = true }
        #expect(dropped.output == "package p\n\nimport data.x\n\nq if 1 in x\n")
    }

    @Test func `Refuses to write v0 for v1 what v1 forbids`() throws {
        let outcome = try run(["a.rego": "package p\n\nimport data.x\nimport input.x\n\nq { any([true]) }\n"]) {
            $0.layout = Formatter.Options(target: .v0CompatV1)
        }
        let want = """
            failed to format Rego source file: 2 errors occurred:
            @/a.rego:4: rego_compile_error: import must not shadow import data.x
            @/a.rego:6: rego_type_error: deprecated built-in function calls in expression: any

            """
        #expect(outcome == Outcome(status: 2, errors: want))
    }

    /// Collects text across the session's closures.
    private final class Sink {
        var text = ""
    }

    /// A folder that goes with the test.
    private final class Folder {
        let path = NSTemporaryDirectory().appending("ward-fmt-\(UUID().uuidString)").replacingOccurrences(of: "//", with: "/")

        func write(_ text: String, to name: String) throws {
            let file = URL(filePath: path + "/" + name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }

        func read(_ name: String) throws -> String { try String(contentsOf: URL(filePath: path + "/" + name), encoding: .utf8) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }
}

@Suite("Unified diffs") struct UnifiedDiffTests {
    private func diff(_ old: String, _ new: String, isColored: Bool = false) -> String {
        String(decoding: UnifiedDiff(from: Array(old.utf8), to: Array(new.utf8), name: "f").rendered(isColored: isColored), as: UTF8.self)
    }

    @Test func `Equal texts have none`() { #expect(diff("a\nb\n", "a\nb\n").isEmpty) }

    @Test func `Changes far from each other have hunks of their own`() {
        let old = (1...20).map { "\($0)\n" }.joined()
        let new = old.replacingOccurrences(of: "2\n3\n", with: "2\nx\n3\n").replacingOccurrences(of: "19\n", with: "")
        let want = """
            --- f
            +++ f
            @@ -1,5 +1,6 @@
             1
             2
            +x
             3
             4
             5
            @@ -16,5 +17,4 @@
             16
             17
             18
            -19
             20

            """
        #expect(diff(old, new) == want)
    }

    @Test func `Says where the last line has no end`() {
        #expect(diff("a", "a\n") == "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n")
        #expect(diff("", "a\n") == "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n")
    }

    @Test func `Colours are for terminals`() {
        #expect(diff("a\n", "b\n", isColored: true).contains("\u{1B}[31m-a\u{1B}[0m"))
    }

    @Test func `Texts with nothing in common are replaced whole, however large`() {
        let old = (0..<3_000).map { "a\($0)\n" }.joined()
        let new = (0..<3_000).map { "b\($0)\n" }.joined()
        #expect(diff(old, new).split(separator: "\n").count == 6_003)
    }
}
