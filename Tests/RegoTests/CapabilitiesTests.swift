import Rego
import RegoSyntax
import Testing

@Suite struct CapabilitiesTests {
    private static let module = Policy.Module(
        name: "p.rego", text: "package p\n\na := http.send({\"method\": \"get\", \"url\": \"http://x\"})\n\nb := json.patch({}, [])\n")

    @Test(arguments: [("v0.24.0", ["http.send"], ["json.patch"]), ("v0.25.0", ["http.send", "json.patch"], ["ceil"])])
    func versionsHaveGrown(version: String, present: [String], absent: [String]) throws {
        let names = try Set(#require(Capabilities(version: version)).builtins.map(\.name))
        #expect(present.allSatisfy(names.contains))
        #expect(!absent.contains(where: names.contains))
    }

    @Test func countsOfOPAsOwnFiles() throws {
        #expect(try #require(Capabilities(version: "v1.9.0")).builtins.count == 201)
        #expect(try #require(Capabilities(version: "v0.17.0")).builtins.count == 114)
        #expect(Capabilities(version: "v1.9") == nil)
        #expect(Capabilities.versions.count == 134)
    }

    @Test func builtinsOutsideAreUndefinedFunctions() throws {
        var options = Policy.Options()
        options.capabilities = try Capabilities(
            json: Array(#"{"builtins": [{"name": "json.patch"}, {"name": "eq"}], "features": ["rego_v1"]}"#.utf8), name: "c.json")
        let failure = #expect(throws: CompilationFailure.self) { try Policy(modules: [Self.module], options: options) }
        #expect(failure?.diagnostics.map(\.message) == ["undefined function http.send"])
    }

    @Test(arguments: [
        ("[]", "c.json: capabilities must be an object"), (#"{"builtins": 1}"#, "c.json: builtins must be an array"),
        (#"{"builtins": [{}]}"#, "c.json: builtins: a builtin has no name"),
        (#"{"allow_net": [1]}"#, "c.json: allow_net must be an array of strings"),
    ])
    func brokenFilesSayWhatIsWrong(text: String, message: String) {
        let failure = #expect(throws: Loader.Failure.self) { try Capabilities(json: Array(text.utf8), name: "c.json") }
        #expect(failure?.description == message)
    }

    @Test func aMissingListOfHostsAllowsAll() throws {
        #expect(try Capabilities(json: Array(#"{"allow_net": null}"#.utf8), name: "c").allowedHosts == nil)
        #expect(try Capabilities(json: Array(#"{"allow_net": []}"#.utf8), name: "c").allowedHosts == [])
    }

    @Test func anUnknownVersionIsNoFileEither() {
        let failure = #expect(throws: Loader.Failure.self) { try Capabilities(fileOrVersion: "v9.9.9") }
        #expect(failure?.description == "no such file or capabilities version found: v9.9.9")
    }
}
