import Rego
import RegoHTTP
@_spi(Engine) import RegoRuntime
import Testing

/// `net.lookup_ip_addr` on what needs no network.
@Suite struct LookupTests {
    @Test(arguments: [
        ("10.0.0.1", #"["10.0.0.1"]"#), ("::1", #"["::1"]"#), ("::ffff:1.2.3.4", #"["1.2.3.4"]"#), ("fe80::1", #"["fe80::1"]"#),
    ])
    func addressesAreThemselves(_ name: String, _ answer: String) throws {
        #expect(try HTTPHarness.value("net.lookup_ip_addr(\"\(name)\")").json() == answer)
    }

    @Test func localhost() throws {
        let found = try #require(try HTTPHarness.value(#"net.lookup_ip_addr("localhost")"#).set)
        #expect(!found.isEmpty && found.isSubset(of: ["127.0.0.1", "::1"]))
    }

    @Test(arguments: ["", "no spaces here", "name.invalid"])
    func whatIsNoHostFails(_ name: String) {
        #expect(throws: EvaluationError.self) { try HTTPHarness.value("net.lookup_ip_addr(\"\(name)\")") }
    }
}
