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

/// Who is on call, as policies ask for it: `roster.on_call("ct")`.
let onCall = Builtin("roster.on_call", arguments: ["string"], result: "set[string]", isNondeterministic: true) { arguments, _ in
    switch arguments[0].string {
    case "ct": .set(["ann"])
    case "mr": .set(["bob", "eve"])
    default: throw BuiltinError("no such unit")
    }
}

@main
struct Embedding {
    static func main() async throws {
        var loader = Loader()
        try loader.load(CommandLine.arguments.dropFirst().first ?? "policies")
        let policy = try loader.compile(options: .init(builtins: [onCall]))
        let query = try policy.prepare(path: ["hospital", "decision"])
        let requests = [
            Request(user: "ann", role: "doctor", action: "write", unit: "ct"),
            Request(user: "bob", role: "nurse", action: "write", unit: "ct"),
            Request(user: "mallory", role: "visitor", action: "read", unit: "mr"),
        ]
        for request in requests {
            print(request.user, request.action, await answer(to: request, by: query))
        }
    }

    /// Only a decision that allows is a yes: undefined and errors are a no.
    static func answer(to request: Request, by query: PreparedQuery) async -> String {
        let limits = EvaluationLimits(time: .milliseconds(500), strictBuiltinErrors: true)
        do {
            guard let decision = try await query.decide(Decision.self, input: request, limits: limits, on: .shared) else {
                return "no: the policy does not say"
            }
            return decision.allow ? "yes" : "no: " + decision.reasons.sorted().joined(separator: ", ")
        } catch {
            return "no: \(error)"
        }
    }
}
