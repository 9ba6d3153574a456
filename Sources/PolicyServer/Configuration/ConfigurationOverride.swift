import Yams

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

extension Node {
    /// Puts a value below a path of keys, making mappings on the way.
    mutating func set(_ value: Node, at path: ArraySlice<String>) {
        guard let key = path.first else {
            self = value
            return
        }
        var pairs = mapping.map { $0.map { ($0.key, $0.value) } } ?? []
        if let index = pairs.firstIndex(where: { $0.0.scalar?.string == key }) {
            pairs[index].1.set(value, at: path.dropFirst())
        } else {
            var child = Node([(Node, Node)]())
            child.set(value, at: path.dropFirst())
            pairs.append((Node(key), child))
        }
        self = Node(pairs, .implicit, .any)
    }
}
