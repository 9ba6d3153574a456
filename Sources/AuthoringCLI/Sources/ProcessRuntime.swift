import Rego
import RegoRuntime

/// What `opa.runtime` tells a policy of this process: its environment and its version.
enum ProcessRuntime {
    @Sendable static func value() -> RegoValue {
        var variables: [RegoValue: RegoValue] = [:]
        for (name, value) in ProcessEnvironment.variables() { variables[.string(name)] = .string(value) }
        return ["env": .object(variables), "version": .string(WardVersion.current), "commit": ""]
    }
}
