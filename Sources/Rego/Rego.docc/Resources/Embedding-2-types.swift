import Rego

/// What the program asks about.
struct Request: Encodable {
    var user: String
    var role: String
    var action: String
    var unit: String
}

/// What the policy decides.
struct Decision: Decodable {
    var allow: Bool
    var reasons: Set<String>
}

@main
struct Embedding {
    static func main() throws {
        var loader = Loader()
        try loader.load(CommandLine.arguments.dropFirst().first ?? "policies")
        let policy = try loader.compile()
        let query = try policy.prepare(path: ["hospital", "decision"])
        let request = Request(user: "ann", role: "doctor", action: "read", unit: "ct")
        guard let decision = try query.decide(Decision.self, input: request) else { return print("no: the policy does not say") }
        print(decision.allow ? "yes" : "no: " + decision.reasons.sorted().joined(separator: ", "))
    }
}
