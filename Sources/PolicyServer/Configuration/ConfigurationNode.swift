import RegoYAML

/// A value of the configuration: what the file or a flag says, with its place in the file.
struct ConfigurationNode {
    indirect enum Kind {
        case scalar(String, isQuoted: Bool)
        case sequence([ConfigurationNode])
        case mapping([(key: ConfigurationNode, value: ConfigurationNode)])
    }

    var kind: Kind
    /// Where it stands in its text, from 1; `nil` for what no text holds.
    var place: (line: Int, column: Int)?

    init(_ kind: Kind, place: (line: Int, column: Int)? = nil) {
        self.kind = kind
        self.place = place
    }

    /// Values within each other beyond which a configuration is refused.
    private static let depthLimit = 64
    /// Values that aliases may add up to.
    private static let countLimit = 100_000

    /// Reads one document of YAML; `nil` if the text has none.
    static func parse(_ text: String, name: String) throws -> ConfigurationNode? {
        let root: YAMLNode?
        do throws(YAMLNode.Failure) {
            root = try YAMLNode.parse(text, isSingle: true)
        } catch {
            let place = error.place.map { "\(name):\($0.line):\($0.column)" } ?? name
            throw ConfigurationError(place: place, message: "YAML: \(error.problem)")
        }
        var budget = countLimit
        return try root.map { try ConfigurationNode($0, name: name, depth: 0, budget: &budget) }
    }

    private init(_ node: YAMLNode, name: String, depth: Int, budget: inout Int) throws {
        budget -= 1
        guard depth < Self.depthLimit, budget >= 0 else {
            throw ConfigurationError(place: "\(name):\(node.line):\(node.column)", message: "YAML: too deep, or too many aliases")
        }
        place = (node.line, node.column)
        switch node.kind {
        case .sequence:
            kind = .sequence(try node.elements.map { try ConfigurationNode($0, name: name, depth: depth + 1, budget: &budget) })
        case .mapping:
            kind = .mapping(
                try node.entries.map { key, value in
                    (
                        try ConfigurationNode(key, name: name, depth: depth + 1, budget: &budget),
                        try ConfigurationNode(value, name: name, depth: depth + 1, budget: &budget)
                    )
                })
        default: kind = .scalar(node.text, isQuoted: node.isQuoted)
        }
    }

    /// A scalar's text.
    var text: String? { if case .scalar(let text, _) = kind { text } else { nil } }

    var elements: [ConfigurationNode]? { if case .sequence(let elements) = kind { elements } else { nil } }

    var entries: [(key: ConfigurationNode, value: ConfigurationNode)]? { if case .mapping(let entries) = kind { entries } else { nil } }

    /// A key without a value, `null` or `~`.
    var isEmptyScalar: Bool {
        guard case .scalar(let text, isQuoted: false) = kind else { return false }
        return text.isEmpty || text == "null" || text == "~"
    }

    /// Puts a value below a path of keys, making mappings on the way.
    mutating func set(_ value: ConfigurationNode, at path: ArraySlice<String>) {
        guard let key = path.first else {
            self = value
            return
        }
        var pairs = entries ?? []
        if let index = pairs.firstIndex(where: { $0.key.text == key }) {
            pairs[index].value.set(value, at: path.dropFirst())
        } else {
            var child = ConfigurationNode(.mapping([]))
            child.set(value, at: path.dropFirst())
            pairs.append((ConfigurationNode(.scalar(key, isQuoted: false)), child))
        }
        kind = .mapping(pairs)
    }
}
