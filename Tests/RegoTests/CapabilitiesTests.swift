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

@Suite struct LanguageFeatureTests {
    private func compile(_ text: String, version: RegoVersion, features: [String], keywords: [String] = []) -> [String] {
        var options = Policy.Options(version: version)
        options.capabilities = Capabilities(
            builtins: Capabilities.current.builtins, futureKeywords: keywords, features: features)
        do throws(CompilationFailure) {
            _ = try Policy(modules: [Policy.Module(name: "p.rego", text: text)], options: options)
            return []
        } catch {
            return error.diagnostics.map { "\($0.code): \($0.message)" }
        }
    }

    @Test(arguments: [
        (
            "package p\nx := 1", RegoVersion.v1, [], [],
            "rego_parse_error: illegal capabilities: rego_v1 feature required for parsing v1 Rego"
        ),
        ("package p\nx := 1", .v0, [], ["foo"], "rego_parse_error: illegal capabilities: unknown keyword: foo"),
        (
            "package p\nimport rego.v1\nx := 1", .v0, [], [],
            "rego_parse_error: invalid import, `rego.v1` is not supported by current capabilities"
        ),
        ("package p\nimport future.keywords.if\nx := 1", .v0, [], ["in"], "rego_parse_error: unexpected keyword, must be one of [in]"),
        ("package p\nx := $\"{1}\"", .v1, ["rego_v1"], [], "rego_parse_error: template strings are not supported by current capabilities"),
        ("package p\nx := input.if", .v1, ["rego_v1"], [], "rego_parse_error: unexpected if keyword: expected identifier"),
        ("package p\np.q.r = 1", .v0, [], [], "rego_compile_error: rule heads with refs are not supported: p.q.r"),
        (
            "package p\np.q[x].r = 1 { x = 1 }", .v0, ["rule_head_ref_string_prefixes"], [],
            "rego_type_error: rule heads with general refs (containing variables) are not supported: p.q[x].r"
        ),
    ])
    func whatIsMissingIsRefused(text: String, version: RegoVersion, features: [String], keywords: [String], message: String) {
        #expect(compile(text, version: version, features: features, keywords: keywords).first == message)
    }

    @Test(arguments: [
        ("package p\nimport rego.v1\nx if input.y", RegoVersion.v0, ["rego_v1_import"], []),
        ("package p\nimport future.keywords.in\nx { 1 in [1] }", .v0, [], ["in"]),
        ("package p\np.q[x].r = 1 { x = 1 }", .v0, ["rule_head_refs"], []),
        ("package p\np.q.r = 1", .v0, ["rule_head_ref_string_prefixes"], []),
    ])
    func whatIsThereIsEnough(text: String, version: RegoVersion, features: [String], keywords: [String]) {
        #expect(compile(text, version: version, features: features, keywords: keywords) == [])
    }
}
