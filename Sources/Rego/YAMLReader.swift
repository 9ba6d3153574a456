public import RegoRuntime
import Yams

/// Reads YAML as Kubernetes and OPA do: as another way to write JSON.
///
/// Keys become strings, `<<` merges, timestamps stay text; what JSON cannot say (`.nan`, `.inf`) is refused.
public enum YAMLReader {
    /// What is wrong with the text, and where.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The place and what is wrong there.
        public let description: String
    }

    /// Nodes of a document, aliases expanded: a few lines of aliases to aliases could ask for billions.
    static let nodeLimit = 4_000_000
    /// Levels of nesting.
    static let depthLimit = 1000

    /// Reads one document; an empty text is `null`.
    public static func read(_ bytes: [UInt8]) throws(Failure) -> RegoValue {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure(description: "the text is not UTF-8") }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Failure(description: "\(error)")
        }
        guard let root else { return .null }
        var reader = NodeReader()
        return try reader.value(of: root, depth: 0)
    }
}

private struct NodeReader {
    private var count = 0

    mutating func value(of node: Node, depth: Int) throws(YAMLReader.Failure) -> RegoValue {
        count += 1
        guard count <= YAMLReader.nodeLimit else { throw failure(node, "the document has more than \(YAMLReader.nodeLimit) nodes") }
        guard depth <= YAMLReader.depthLimit else { throw failure(node, "nested more than \(YAMLReader.depthLimit) levels deep") }
        switch node {
        case .scalar(let scalar): return try self.scalar(scalar, of: node)
        case .sequence(let sequence):
            var items: [RegoValue] = []
            for item in sequence { items.append(try value(of: item, depth: depth + 1)) }
            return .array(items)
        case .mapping(let mapping): return .object(try members(of: mapping, depth: depth))
        case .alias: throw failure(node, "an alias that stands for nothing")
        }
    }

    private mutating func members(of mapping: Node.Mapping, depth: Int) throws(YAMLReader.Failure) -> [RegoValue: RegoValue] {
        var members: [RegoValue: RegoValue] = [:]
        var merged: [RegoValue: RegoValue] = [:]
        for (key, item) in mapping {
            if key.tag == Tag(.merge) {
                for source in item.sequence.map(Array.init) ?? [item] {
                    guard case .object(let entries) = try value(of: source, depth: depth + 1) else {
                        throw failure(item, "`<<` merges mappings only")
                    }
                    merged.merge(entries) { first, _ in first }
                }
                continue
            }
            guard case .scalar = key else { throw failure(key, "a key must be a scalar") }
            members[.string(try keyText(key))] = try value(of: item, depth: depth + 1)
        }
        return members.merging(merged) { own, _ in own }
    }

    private mutating func keyText(_ key: Node) throws(YAMLReader.Failure) -> String {
        switch try value(of: key, depth: 0) {
        case .string(let text): text
        case .null: "null"
        case let other: other.json()
        }
    }

    private func scalar(_ scalar: Node.Scalar, of node: Node) throws(YAMLReader.Failure) -> RegoValue {
        let text = scalar.string
        switch node.tag {
        case Tag(.null): return .null
        case Tag(.bool):
            guard let value = Bool.construct(from: scalar) else { return .string(text) }
            return .boolean(value)
        case Tag(.int): return try number(integerText(text) ?? text, node)
        case Tag(.float): return try number(floatText(text), node)
        default: return .string(text)
        }
    }

    private func number(_ text: String, _ node: Node) throws(YAMLReader.Failure) -> RegoValue {
        do throws(JSONError) {
            return try RegoValue(json: text)
        } catch {
            throw failure(node, "JSON has no number \(text)")
        }
    }

    /// A whole number in decimal notation; `nil` if it is none.
    private func integerText(_ text: String) -> String? {
        var digits = text.filter { $0 != "_" }
        let sign = digits.hasPrefix("-") ? "-" : ""
        if digits.hasPrefix("-") || digits.hasPrefix("+") { digits.removeFirst() }
        let lower = digits.lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lower.hasPrefix(prefix) {
            return UInt64(lower.dropFirst(2), radix: radix).map { sign + String($0) }
        }
        if digits.count > 1, digits.hasPrefix("0") { return UInt64(digits, radix: 8).map { sign + String($0) } }
        return digits.allSatisfy { ("0"..."9").contains($0) } ? sign + digits : nil
    }

    /// A number with a fraction or exponent as JSON writes it.
    private func floatText(_ text: String) -> String {
        var digits = text.filter { $0 != "_" }
        var sign = ""
        if digits.hasPrefix("-") { sign = "-" }
        if digits.hasPrefix("-") || digits.hasPrefix("+") { digits.removeFirst() }
        if digits.hasPrefix(".") { digits = "0" + digits }
        if digits.hasSuffix(".") { digits += "0" }
        return sign + digits
    }

    private func failure(_ node: Node, _ message: String) -> YAMLReader.Failure {
        guard let mark = node.mark else { return YAMLReader.Failure(description: message) }
        return YAMLReader.Failure(description: "\(mark.line):\(mark.column): \(message)")
    }
}
