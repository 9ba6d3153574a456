import Glibc
import Rego
@_spi(Engine) import RegoRuntime

/// What an expression's value is, asked through the whole engine with strict errors.
enum HTTPHarness {
    /// The value.
    ///
    /// - Throws: `EvaluationError`, or what is wrong with the expression.
    static func value(_ expression: String, limits: EvaluationLimits = EvaluationLimits()) throws -> RegoValue {
        let query = try Policy(modules: []).prepare(query: "x := \(expression)")
        var limits = limits
        limits.strictBuiltinErrors = true
        let answer = try query.evaluate(.none, limits: limits)
        return answer.solutions.first?.bindings.first { $0.name == "x" }?.value ?? "undefined"
    }
}

extension HTTPHarness {
    /// The message of an expression that fails; `nil` if it does not.
    static func failure(_ expression: String) -> String? {
        do {
            _ = try value(expression)
            return nil
        } catch {
            return (error as? EvaluationError)?.message ?? "\(error)"
        }
    }
}

extension HTTPHarness {
    /// A file's bytes.
    static func file(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw SecureServer.Failure(step: path) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &buffer, buffer.count)
        return Array(buffer.prefix(max(count, 0)))
    }
}
