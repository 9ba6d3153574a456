import Rego
@_spi(Engine) import RegoRuntime

/// What an expression's value is, asked through the whole engine.
enum BuiltinHarness {
    private static let policy = try? Policy(modules: [])

    /// The value as JSON (sets as sorted arrays), `undefined`, or the error's message.
    static func answer(_ expression: String, isStrict: Bool = true) -> String {
        guard let policy else { return "no policy" }
        do {
            let query = try policy.prepare(query: "x := \(expression)")
            var limits = EvaluationLimits()
            limits.strictBuiltinErrors = isStrict
            limits.memory = 64 << 20
            let answer = try query.evaluate(.none, limits: limits)
            guard let solution = answer.solutions.first, let value = solution.bindings.first(where: { $0.name == "x" })?.value else {
                return "undefined"
            }
            return value.json()
        } catch let error as EvaluationError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    /// A text as a literal, which is also how answers show it.
    static func quoted(_ text: String) -> String { RegoValue.string(text).json() }
}
