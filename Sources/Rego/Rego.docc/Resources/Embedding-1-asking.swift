import Rego

@main
struct Embedding {
    static func main() throws {
        var loader = Loader()
        try loader.load(CommandLine.arguments.dropFirst().first ?? "policies")
        let policy = try loader.compile()
        let query = try policy.prepare(path: ["hospital", "decision"])
        let answer = try query.evaluate(.value(["user": "ann", "role": "doctor", "action": "read", "unit": "ct"]))
        print(answer.value?["allow"] == true ? "yes" : "no")
    }
}
