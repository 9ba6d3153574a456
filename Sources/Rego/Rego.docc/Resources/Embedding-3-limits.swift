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
        let requests = [
            Request(user: "ann", role: "doctor", action: "write", unit: "ct"),
            Request(user: "bob", role: "nurse", action: "write", unit: "ct"),
            Request(user: "mallory", role: "visitor", action: "read", unit: "mr"),
        ]
        for request in requests {
            print(request.user, request.action, answer(to: request, by: query))
        }
    }

    /// Only a decision that allows is a yes: undefined and errors are a no.
    static func answer(to request: Request, by query: PreparedQuery) -> String {
        let limits = EvaluationLimits(time: .milliseconds(500), strictBuiltinErrors: true)
        do {
            guard let decision = try query.decide(Decision.self, input: request, limits: limits) else {
                return "no: the policy does not say"
            }
            return decision.allow ? "yes" : "no: " + decision.reasons.sorted().joined(separator: ", ")
        } catch {
            return "no: \(error)"
        }
    }
}
