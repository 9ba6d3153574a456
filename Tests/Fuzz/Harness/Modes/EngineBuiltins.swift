import Rego
import RegoBuiltins
import RegoCrypto
@_spi(Engine) import RegoRuntime
import Synchronization

/// The builtins that the mode `builtins` calls, each through a query on `input`.
enum EngineBuiltins {
    struct Entry: Sendable {
        let name: String
        let arity: Int
    }

    /// All that look at nothing outside the process.
    static let all: [Entry] = (BuiltinTable.families + CryptoBuiltins.families).joined()
        .map { Entry(name: "\($0.name)", arity: $0.arity) }
        .filter { !["http.send", "net.lookup_ip_addr", "opa.runtime", "print", "trace"].contains($0.name) }
        .sorted { $0.name < $1.name }

    private static let policy = try? Policy(modules: [])
    private static let queries = Mutex<[String: PreparedQuery]>([:])

    /// The prepared call; `nil` for what no query can call.
    static func query(of builtin: Entry) -> PreparedQuery? {
        queries.withLock { known in
            if let query = known[builtin.name] { return query }
            let operands = (0..<builtin.arity).map { "input[\($0)]" }.joined(separator: ", ")
            let query = try? policy?.prepare(query: "\(builtin.name)(\(operands))")
            known[builtin.name] = query
            return query
        }
    }
}
