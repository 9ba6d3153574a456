package import RegoCompiler
@_spi(Engine) package import RegoRuntime

/// Calls single builtins with terms that are values.
package final class BuiltinCalls {
    private let machine: Machine
    private let registry: BuiltinRegistry
    private let signatures: BuiltinTable
    private let hostedIndex: [String: Int]
    /// OPA's list of builtins that are left to those who evaluate the result, beside those whose results differ from call to call.
    private static let deferred: Set<String> = [
        "rand.intn", "uuid.rfc4122", "io.jwt.decode_verify", "io.jwt.encode_sign_raw", "io.jwt.encode_sign", "time.now_ns", "http.send",
        "opa.runtime", "net.lookup_ip_addr",
    ]

    /// - Parameters:
    ///   - registry: the builtins that there are.
    ///   - signatures: those that may be called.
    ///   - hosted: the names of the embedding program's own.
    package init(registry: BuiltinRegistry, signatures: BuiltinTable, hosted: [String], context: BuiltinContext) {
        self.registry = registry
        self.signatures = signatures
        let own = hosted.compactMap { registry.hosted(named: $0) }
        machine = Machine(callingFrom: registry, hosted: own, context: context)
        hostedIndex = Dictionary(own.enumerated().map { ($0.element.name, registry.count + $0.offset) }) { first, _ in first }
    }

    /// Sets the limits of the calls that follow.
    package func begin(_ limits: MachineLimits) { machine.begin(limits) }

    /// The signature of a builtin that may be called.
    func signature(_ name: String) -> BuiltinSignature? { signatures[name] }

    /// Whether a builtin's result may differ from call to call.
    func isNondeterministic(_ name: String) -> Bool {
        signatures[name].map { $0.isNondeterministic || Self.deferred.contains(name) } ?? false
    }

    /// The results of a call: none if it is undefined, several of a relation.
    func results(of name: String, _ arguments: [SymbolicTerm]) throws -> [SymbolicTerm] {
        guard let index = hostedIndex[name] ?? registry.index(of: name) else {
            throw PartialFailure(.internal, "unsupported built-in: \(name)")
        }
        defer { machine.reset() }
        var values: [Value] = []
        for argument in arguments {
            guard let value = argument.value(in: machine.arena) else {
                throw PartialFailure(.internal, "\(name): an argument is no value")
            }
            values.append(value)
        }
        let result: Value
        do {
            result = try machine.call(builtin: index, values)
        } catch {
            throw PartialFailure(error)
        }
        guard result.isDefined else { return [] }
        if signatures[name]?.isRelation == true {
            guard case .array(let alternatives) = SymbolicTerm(copying: result).kind else { return [] }
            return alternatives
        }
        return [SymbolicTerm(copying: result)]
    }
}

extension PartialFailure {
    init(_ error: MachineError) {
        let code: Code =
            switch error.code {
            case .conflict: .conflict
            case .builtin: .builtin
            case .type: .type
            case .cancelled: .cancelled
            case .instructionLimit: .instructionLimit
            case .memoryLimit: .memoryLimit
            case .depthLimit: .depthLimit
            case .deadline: .deadline
            }
        self.init(code, error.message)
    }
}
