@_spi(Engine) package import RegoRuntime

/// What `opa.runtime` tells a policy of this process: its environment and its version.
package enum ProcessRuntime {
    /// The document for a program of that version.
    package static func value(version: String) -> RegoValue {
        var variables: [RegoValue: RegoValue] = [:]
        for (name, value) in ProcessEnvironment.variables() { variables[.string(name)] = .string(value) }
        return ["env": .object(variables), "version": .string(version), "commit": ""]
    }
}
