import Yams

/// A node of a YAML text with its line: for readers that say where a value is not as it must be.
///
/// Scalars mean what YAML 1.2 says they do, as Go's `yaml.v3` has it: `yes` is a string.
package struct YAMLNode {
    /// What a node is.
    package enum Kind {
        case null
        case boolean(Bool)
        /// A number in JSON's grammar.
        case number(String)
        case string
        /// A day or an instant, in RFC 3339's form.
        case timestamp(String)
        /// A number that JSON cannot write (`.inf`, `.nan`).
        case notFinite
        case sequence
        case mapping
        /// An alias to an anchor that does not exist.
        case unknownAlias
    }

    private let node: Node

    private init(_ node: Node) { self.node = node }

    /// What is wrong with a text, and the line that Go's port of libyaml names for it; 0 if it names none.
    package struct Failure: Error {
        package let message: String
        package let line: Int
    }

    /// Reads a text; `nil` if it has no node.
    ///
    /// - Throws: libyaml's complaint, as Go's port words it.
    package static func parse(_ text: String) throws(Failure) -> YAMLNode? {
        do {
            return try Yams.compose(yaml: text).map(YAMLNode.init)
        } catch let error as YamlError {
            throw failure(error, text)
        } catch {
            throw Failure(message: "yaml: \(error)", line: 0)
        }
    }

    private static func failure(_ error: YamlError, _ text: String) -> Failure {
        switch error {
        case .scanner(let context, let problem, let mark, _):
            // Go's port counts lines from 0, but adds one for the scanner; a line 0 is not named.
            return failure(problem, lineFromZero: firstNamed(context?.mark, mark), offset: 1)
        case .parser(let context, let problem, let mark, _):
            return failure(problem, lineFromZero: firstNamed(context?.mark, mark), offset: 0)
        case .composer(_, let problem, let mark, _):
            if problem == "found undefined alias" { return Failure(message: "yaml: unknown anchor referenced", line: 0) }
            return failure(problem, lineFromZero: mark.line - 1, offset: 0)
        case .duplicatedKeysInMapping(let duplicates, _):
            let key = duplicates.min() ?? ""
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .filter { $0.element.drop { $0 == " " || $0 == "-" }.hasPrefix(key + ":") }.map { $0.offset + 1 }
            let (first, second) = (lines.first ?? 1, lines.dropFirst().first ?? 1)
            let message = "yaml: unmarshal errors:\n  line \(second): mapping key \"\(key)\" already defined at line \(first)"
            return Failure(message: message, line: second)
        case .reader(let problem, _, _, _): return Failure(message: "yaml: \(problem)", line: 0)
        default: return Failure(message: "yaml: \(error)", line: 0)
        }
    }

    private static func firstNamed(_ marks: Mark?...) -> Int {
        marks.lazy.compactMap { $0.map { $0.line - 1 } }.first { $0 > 0 } ?? 0
    }

    private static func failure(_ problem: String, lineFromZero: Int, offset: Int) -> Failure {
        guard lineFromZero > 0 else { return Failure(message: "yaml: \(problem)", line: 0) }
        let line = lineFromZero + offset
        return Failure(message: "yaml: line \(line): \(problem)", line: line)
    }
}

extension YAMLNode {
    /// The line, from 1.
    package var line: Int { node.mark?.line ?? 1 }

    /// A scalar's text; empty for other nodes.
    package var text: String { node.scalar?.string ?? "" }

    /// A sequence's elements; empty for other nodes.
    package var elements: [YAMLNode] { node.sequence?.map(YAMLNode.init) ?? [] }

    /// A mapping's entries in the order of the text, those that `<<` brings last; empty for other nodes.
    ///
    /// Entries of merged mappings whose key the mapping has itself are left out.
    package var entries: [(key: YAMLNode, value: YAMLNode)] { Self.entries(of: node, depth: 0) }

    /// Mappings merged into each other; aliases could make more than any text means.
    private static let mergeDepth = 16

    private static func entries(of node: Node, depth: Int) -> [(key: YAMLNode, value: YAMLNode)] {
        guard let mapping = node.mapping, depth < mergeDepth else { return [] }
        var entries: [(key: YAMLNode, value: YAMLNode)] = []
        var merged: [Node] = []
        for (key, value) in mapping {
            if key.tag == Tag(.merge) {
                if let sequence = value.sequence { merged += sequence } else { merged.append(value) }
            } else {
                entries.append((YAMLNode(key), YAMLNode(value)))
            }
        }
        guard !merged.isEmpty else { return entries }
        var known = Set(entries.map(\.key.text))
        for source in merged {
            for entry in self.entries(of: source, depth: depth + 1) where known.insert(entry.key.text).inserted { entries.append(entry) }
        }
        return entries
    }

    /// The tag in its short form, `!!str`.
    package var tag: String {
        switch kind {
        case .null: return "!!null"
        case .boolean: return "!!bool"
        case .number(let text): return text.utf8.contains(where: { ".eE".utf8.contains($0) }) ? "!!float" : "!!int"
        case .notFinite: return "!!float"
        case .timestamp: return "!!timestamp"
        case .string, .unknownAlias: return "!!str"
        case .sequence: return "!!seq"
        case .mapping: return "!!map"
        }
    }

    /// What the node is.
    package var kind: Kind {
        switch node {
        case .sequence: return .sequence
        case .mapping: return .mapping
        case .alias: return .unknownAlias
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let tag = node.tag
            if isPlain {
                // A plain scalar that is a string although it looks like something else was tagged as one.
                if tag == Tag(.str), Node(scalar.string, .implicit, .plain).tag != Tag(.str) { return .string }
                return YAMLScalar.kind(of: scalar.string)
            }
            let isTagged = tag == Tag(.int) || tag == Tag(.float) || tag == Tag(.bool) || tag == Tag(.null)
            return isTagged ? YAMLScalar.kind(of: scalar.string) : .string
        }
    }
}
