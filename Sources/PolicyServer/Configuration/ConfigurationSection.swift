/// What all sections of one configuration share: where values come from and what was found wrong.
final class ConfigurationContext {
    let file: String
    /// Values that did not come from the file: their dotted keys and the flags that set them.
    let overrides: [(key: String, origin: String)]
    private(set) var issues: [ConfigurationError.Issue] = []

    init(file: String, overrides: [(key: String, origin: String)]) {
        self.file = file
        self.overrides = overrides
    }

    /// Where a value stands: the flag that set it or an enclosing section, else the line and column in the file.
    func place(of node: ConfigurationNode?, path: String) -> String {
        if let flag = overrides.last(where: { path == $0.key || path.hasPrefix($0.key + ".") || path.hasPrefix($0.key + "[") }) {
            return flag.origin
        }
        guard let place = node?.place else { return file }
        return "\(file):\(place.line):\(place.column)"
    }

    func report(_ message: String, at node: ConfigurationNode?, path: String) {
        issues.append(ConfigurationError.Issue(place: place(of: node, path: path), message: message))
    }
}

/// One mapping of the configuration, read key by key. `finish` reports the keys that nobody asked for.
final class ConfigurationSection {
    let context: ConfigurationContext
    let path: String
    private let node: ConfigurationNode?
    private let entries: [(name: String, key: ConfigurationNode, value: ConfigurationNode)]
    private var known: [String] = []

    init(_ node: ConfigurationNode?, path: String, context: ConfigurationContext) {
        self.context = context
        self.path = path
        self.node = node
        if let mapping = node?.entries {
            entries = mapping.map { (name: $0.key.text ?? "?", key: $0.key, value: $0.value) }
        } else {
            entries = []
            if let node, !node.isEmptyScalar {
                context.report("\(path.isEmpty ? "the file" : path) must be a mapping", at: node, path: path)
            }
        }
    }

    func dotted(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of a key; `nil` when absent or empty.
    func value(_ key: String) -> ConfigurationNode? {
        known.append(key)
        guard let found = entries.first(where: { $0.name == key })?.value, !found.isEmptyScalar else { return nil }
        return found
    }

    /// Whether a key is written down, even without a value.
    func contains(_ key: String) -> Bool { entries.contains { $0.name == key } }

    func report(_ message: String, at key: String) {
        let found = entries.first { $0.name == key }
        context.report(message, at: found?.value ?? node, path: dotted(key))
    }

    func string(_ key: String) -> String? {
        guard let node = value(key) else { return nil }
        guard let text = node.text else {
            context.report("\(dotted(key)) must be a string", at: node, path: dotted(key))
            return nil
        }
        return text
    }

    /// A value that `parse` must understand; `expected` says what would have been right.
    func parsed<T>(_ key: String, _ expected: String, _ parse: (String) -> T?) -> T? {
        guard let node = value(key) else { return nil }
        guard let text = node.text, let result = parse(text) else {
            let shown = node.text.map { "'\($0)' is not \(expected)" } ?? "expected \(expected)"
            context.report("\(dotted(key)): \(shown)", at: node, path: dotted(key))
            return nil
        }
        return result
    }

    func bool(_ key: String) -> Bool? {
        parsed(key, "true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
    }

    func whole(_ key: String, in range: ClosedRange<Int>) -> Int? {
        parsed(key, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            parseWhole(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func bytes(_ key: String, in range: ClosedRange<Int>) -> Int? {
        parsed(key, "a number of bytes such as 16KiB or 8MiB, from \(range.lowerBound) to \(range.upperBound)") { text in
            parseByteCount(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func duration(_ key: String, atLeast minimum: Duration = .milliseconds(1)) -> Duration? {
        parsed(key, "a length of time such as 500ms, 10s or 2m, at least \(minimum)") { text in
            parseDuration(text).flatMap { $0 >= minimum ? $0 : nil }
        }
    }

    /// A list of strings, or one string alone.
    func strings(_ key: String) -> [String]? {
        guard let node = value(key) else { return nil }
        if let text = node.text { return [text] }
        guard let sequence = node.elements else {
            context.report("\(dotted(key)) must be a list of strings", at: node, path: dotted(key))
            return nil
        }
        var result: [String] = []
        for (index, element) in sequence.enumerated() {
            if let text = element.text {
                result.append(text)
            } else {
                context.report("\(dotted(key))[\(index)] must be a string", at: element, path: dotted(key))
            }
        }
        return result
    }

    func section(_ key: String) -> ConfigurationSection? {
        value(key).map { ConfigurationSection($0, path: dotted(key), context: context) }
    }

    /// A list of mappings.
    func sections(_ key: String) -> [ConfigurationSection]? {
        guard let node = value(key) else { return nil }
        guard let sequence = node.elements else {
            context.report("\(dotted(key)) must be a list", at: node, path: dotted(key))
            return nil
        }
        return sequence.enumerated().map { ConfigurationSection($0.element, path: "\(dotted(key))[\($0.offset)]", context: context) }
    }

    /// A mapping whose keys are names that the user chose; a scalar value stands for a mapping with that `root`.
    func namedSections(_ key: String) -> [(name: String, section: ConfigurationSection)] {
        guard let node = value(key) else { return [] }
        guard let mapping = node.entries else {
            context.report("\(dotted(key)) must be a mapping from names", at: node, path: dotted(key))
            return []
        }
        return mapping.map { entry in
            let name = entry.key.text ?? ""
            let root = ConfigurationNode(.scalar("root", isQuoted: false))
            let body = entry.value.text == nil ? entry.value : ConfigurationNode(.mapping([(root, entry.value)]), place: entry.value.place)
            return (name, ConfigurationSection(body, path: "\(dotted(key)).\(name)", context: context))
        }
    }

    /// Reports the keys that no reader asked for.
    func finish() {
        for entry in entries where !known.contains(entry.name) {
            let hint =
                nearest(to: entry.name, among: known).map { "; did you mean '\($0)'?" }
                ?? "; valid keys are \(known.sorted().joined(separator: ", "))"
            context.report("unknown key '\(dotted(entry.name))'\(hint)", at: entry.key, path: dotted(entry.name))
        }
    }
}
