import PolicyServer
import Testing

@Suite struct ConfigurationTests {
    private func parse(_ text: String, _ overrides: [ConfigurationOverride] = []) throws -> ServerConfiguration {
        try ServerConfiguration.parse(text, name: "ward.yaml", folder: "/etc", overrides: overrides)
    }

    private func issues(_ text: String, _ overrides: [ConfigurationOverride] = []) -> [String] {
        do {
            _ = try parse(text, overrides)
            return []
        } catch let error as ConfigurationError {
            return error.issues.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func nothingGivesTheDefaults() throws {
        var expected = ServerConfiguration()
        expected.log.path = "/etc/decisions.sqlite"
        #expect(try parse("") == expected)
        #expect(try parse("# only a comment\n") == expected)
        #expect(expected.listeners == [ListenerConfiguration(transport: .http(host: "127.0.0.1", port: 8181))])
    }

    @Test func readsEverything() throws {
        let configuration = try parse(
            """
            listeners:
              - http: "[::1]:8181"
              - unix: /run/ward.sock
                mode: "0660"
                services: [inference, health]
              - http: 10.0.0.1:80
                allow_insecure: true
            limits: {body: 1MiB, header: 8KiB, connections: 10, prepared_queries: 5, pending_inferences: 2}
            timeouts: {header: 1s, read: 1500ms, write: 2s, idle: 1m, shutdown: 0.5s, inference: 3s}
            policy: {paths: [/etc], dialect: v0, strict: true}
            evaluation: {time: 50ms, instructions: 100000, memory: 1MiB}
            log: {path: log/d.sqlite, mask: [/input/user/name]}
            identity: {keys: /etc/passwd, issuer: i, audience: a, leeway: 5s, role_claim: realm_access.roles, claims: [department]}
            gate: {allow: data.m.allow, reasons: m/reasons, stores: {ct: /etc, mr: {root: /tmp, trust_overlay: true}}, models: /tmp, threads: 3}
            admission: {deny: data.k.deny, warn: data.k.warn}
            default_decision: a/b
            """)
        #expect(
            configuration.listeners.map(\.transport) == [
                .http(host: "::1", port: 8181), .unix(path: "/run/ward.sock", mode: 0o660), .http(host: "10.0.0.1", port: 80),
            ])
        #expect(configuration.listeners[1].services == [.inference, .health])
        #expect(configuration.limits.body == 1 << 20)
        #expect(configuration.timeouts.read == .milliseconds(1500))
        #expect(configuration.policy.isV0 && configuration.policy.isStrict)
        #expect(configuration.evaluation.instructions == 100_000)
        #expect(configuration.log.path == "/etc/log/d.sqlite")
        #expect(configuration.identity?.roleClaim == ["realm_access", "roles"])
        #expect(configuration.gate?.allow == ["m", "allow"])
        #expect(configuration.gate?.reasons == ["m", "reasons"])
        #expect(configuration.gate?.stores == [.init(name: "ct", root: "/etc"), .init(name: "mr", root: "/tmp", trustsOverlay: true)])
        #expect(configuration.admission?.deny == ["k", "deny"])
        #expect(configuration.defaultDecision == ["a", "b"])
    }

    @Test(arguments: [
        ("polcy: {}", "ward.yaml:1:1: unknown key 'polcy'; did you mean 'policy'?"),
        ("limits:\n  bdy: 1MiB", "ward.yaml:2:3: unknown key 'limits.bdy'; did you mean 'body'?"),
        ("admission:\n  something_else: 1", "ward.yaml:2:3: unknown key 'admission.something_else'; valid keys are deny, warn"),
        ("limits: {body: 8 apples}", "ward.yaml:1:16: limits.body: '8 apples' is not a number of bytes"),
        ("limits: {connections: 0}", "limits.connections: '0' is not a whole number from 1 to"),
        ("timeouts: {read: 10}", "timeouts.read: '10' is not a length of time"),
        ("timeouts: {read: -1s}", "timeouts.read: '-1s' is not a length of time"),
        ("listeners: [{http: \"0.0.0.0:8181\"}]", "plain HTTP on 0.0.0.0 would send tokens"),
        ("listeners: [{http: \"example.org:8181\"}]", "plain HTTP on example.org would send tokens"),
        ("listeners: [{http: \"127.0.0.1\"}]", "is not an address such as"),
        ("listeners: [{http: \"127.0.0.1:70000\"}]", "is not an address such as"),
        ("listeners: [{http: \"::1:80\"}]", "write the IPv6 address in brackets"),
        ("listeners: []", "listeners must name at least one address"),
        ("listeners: [{}]", "must have exactly one of http, unix and https"),
        ("listeners: [{http: \"127.0.0.1:1\", unix: /a}]", "must have exactly one of http, unix and https"),
        ("listeners: [{https: \"127.0.0.1:1\"}]", "listeners[0] needs certificate: a PEM file"),
        ("listeners: [{http: \"127.0.0.1:1\", services: [dta]}]", "unknown service 'dta'; did you mean 'data'?"),
        ("listeners: [{unix: /a, mode: \"0999\"}]", "'0999' is not permission bits"),
        ("listeners: 7", "listeners must be a list"), ("limits: 7", "limits must be a mapping"), ("[]", "the file must be a mapping"),
        ("policy: {paths: [/no/such/folder]}", "/no/such/folder does not exist"),
        ("policy: {dialect: v3}", "'v3' is not v0 or v1"),
        ("identity: {}", "identity.keys is missing"), ("identity: {keys: /no/such}", "/no/such does not exist"),
        ("gate: {stores: {a: /tmp}}", "gate needs identity"), ("gate: {}", "gate.stores must name at least one image store"),
        ("gate: {stores: {\"a/b\": /tmp}}", "a store's name must consist of"),
        ("gate: {stores: {a: /etc/passwd}}", "/etc/passwd is not a folder"),
        ("gate: {stores: {a: /tmp}, allow: \"data.a[0]\"}", "is not a path below data"),
        ("log: {mask: [name]}", "must start with /input/ or /result/"),
        ("log: [", "ward.yaml:2:1: YAML: did not find expected node content"),
        ("a: 1\na: 2", "ward.yaml:2:1: YAML: line 2: mapping key \"a\" already defined at line 1"),
        ("a: 1\n---\nb: 2", "ward.yaml:2:1: YAML: found another document where one was expected"),
        ("a: *b", "ward.yaml:1:4: YAML: unknown anchor 'b' referenced"),
    ])
    func says(_ text: String, _ message: String) {
        let found = issues(text)
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test func reportsAllMistakesAtOnce() {
        #expect(issues("limits: {body: x, header: y}\ntimeouts: {idle: z}\nextra: 1\n").count == 4)
    }

    @Test func flagsLieOverTheFile() throws {
        let flags = [
            ConfigurationOverride(key: "log.path", value: "here.sqlite", origin: "--log"),
            ConfigurationOverride(key: "listeners", value: "[{http: \"127.0.0.1:0\"}]", origin: "--addr"),
            ConfigurationOverride(key: "limits.body", value: "2MiB", origin: "--set limits.body"),
        ]
        let configuration = try parse("log: {path: there.sqlite}\nlimits: {body: 1MiB, header: 4KiB}", flags)
        #expect(configuration.log.path == "here.sqlite", "a flag's path is relative to the working folder")
        #expect(configuration.listeners == [ListenerConfiguration(transport: .http(host: "127.0.0.1", port: 0))])
        #expect(configuration.limits.body == 2 << 20)
        #expect(configuration.limits.header == 4 << 10)
    }

    @Test func mistakesInFlagsNameTheFlag() {
        #expect(
            issues("", [ConfigurationOverride(key: "limits.body", value: "much", origin: "--set limits.body")])
                .contains { $0.hasPrefix("--set limits.body: ") })
        #expect(
            issues("", [ConfigurationOverride(key: "limits.bdy", value: "1", origin: "--set limits.bdy")])
                .contains { $0 == "--set limits.bdy: unknown key 'limits.bdy'; did you mean 'body'?" })
    }
}
