/// A value that a flag lays over the configuration file.
package struct ConfigurationOverride: Sendable {
    /// The dotted key: `log.path`, `listeners`.
    package var key: String
    /// The value as YAML: `[{http: "127.0.0.1:0"}]`.
    package var value: String
    /// What error messages call its place: `--log-path`.
    package var origin: String

    package init(key: String, value: String, origin: String) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}
