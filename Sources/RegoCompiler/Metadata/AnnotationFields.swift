@_spi(Engine) import RegoRuntime
import RegoSyntax
import RegoYAML

/// Reads the members of a `# METADATA` block's YAML into their types, as Go's `yaml.v3` reads a struct: all that does not fit is reported
/// together, unknown members are passed over.
struct AnnotationFields {
    private(set) var scope = ""
    private(set) var title = ""
    private(set) var description = ""
    private(set) var entrypoint = false
    private(set) var organizations: [String] = []
    private(set) var relatedResources: [RegoValue] = []
    private(set) var authors: [RegoValue] = []
    private(set) var schemas: [(path: String, schema: RegoValue)] = []
    private(set) var compile: [String: RegoValue]?
    private(set) var custom: [String: RegoValue] = [:]
    private(set) var labels: [String: RegoValue] = [:]

    /// What does not fit, with the line of each.
    private var problems: [(line: Int, message: String)] = []
    /// Nodes left to read: aliases of aliases could stand for billions.
    private var budget = 200_000

    /// Values within each other beyond which a block is refused.
    private static let depthLimit = 128

    /// Why a block cannot be read.
    struct Failure: Error {
        var message: String
        /// The line of the YAML text that Go's port names, from 1; `nil` for the block's first.
        var line: Int?
        /// The complaint is one about YAML, to which hints may be added.
        var isYAML: Bool
    }

    init(_ yaml: String) throws(Failure) {
        let root: YAMLNode?
        do throws(YAMLNode.Failure) {
            root = try YAMLNode.parse(yaml)
        } catch {
            throw Failure(message: error.message, line: error.line > 0 ? error.line : nil, isYAML: true)
        }
        guard let root else { return }
        switch root.kind {
        case .mapping: for (key, value) in root.entries { try read(key, value) }
        case .null: break
        default: mismatch(root, "ast.rawAnnotation")
        }
        guard let first = problems.first else { return }
        let message = "yaml: unmarshal errors:\n  " + problems.map { "line \($0.line): \($0.message)" }.joined(separator: "\n  ")
        throw Failure(message: message, line: first.line, isYAML: true)
    }

    private mutating func read(_ key: YAMLNode, _ value: YAMLNode) throws(Failure) {
        switch key.text {
        case "scope": scope = string(value) ?? ""
        case "title": title = string(value) ?? ""
        case "description": description = string(value) ?? ""
        case "entrypoint": entrypoint = boolean(value) ?? false
        case "organizations":
            for element in sequence(value, "[]string") where element.tag != "!!null" { organizations.append(string(element) ?? "") }
        case "related_resources":
            for element in sequence(value, "[]interface {}") { relatedResources.append(try self.value(element)) }
        case "authors":
            for element in sequence(value, "[]interface {}") { authors.append(try self.value(element)) }
        case "schemas":
            for element in sequence(value, "[]map[string]interface {}") {
                // OPA takes any one of the members; several are not foreseen.
                guard let pair = try members(element)?.min(by: { $0.key < $1.key }) else { continue }
                schemas.append((pair.key, pair.value))
            }
        case "compile": compile = try members(value)
        case "custom": custom = try members(value) ?? [:]
        case "labels": labels = try members(value) ?? [:]
        default: break
        }
    }

    // MARK: Types

    private mutating func mismatch(_ node: YAMLNode, _ type: String) {
        let tag = node.tag
        guard tag != "!!seq", tag != "!!map" else { return problems.append((node.line, "cannot unmarshal \(tag) into \(type)")) }
        let text = node.text
        let shown = text.utf8.count > 10 ? String(decoding: text.utf8.prefix(7), as: UTF8.self) + "..." : text
        problems.append((node.line, "cannot unmarshal \(tag) `\(shown)` into \(type)"))
    }

    private mutating func string(_ node: YAMLNode) -> String? {
        switch node.kind {
        case .null: return ""
        case .sequence, .mapping:
            mismatch(node, "string")
            return nil
        default: return node.text
        }
    }

    private mutating func boolean(_ node: YAMLNode) -> Bool? {
        switch node.kind {
        case .null: return false
        case .boolean(let value): return value
        case .string where ["y", "Y", "yes", "on"].contains(node.text): return true
        case .string where ["n", "N", "no", "off"].contains(node.text): return false
        default:
            mismatch(node, "bool")
            return nil
        }
    }

    private mutating func sequence(_ node: YAMLNode, _ type: String) -> [YAMLNode] {
        switch node.kind {
        case .null: return []
        case .sequence: return node.elements
        default:
            mismatch(node, type)
            return []
        }
    }

    private mutating func members(_ node: YAMLNode) throws(Failure) -> [String: RegoValue]? {
        switch node.kind {
        case .null: return nil
        case .mapping:
            var members: [String: RegoValue] = [:]
            for (key, value) in node.entries {
                guard key.tag != "!!null", let name = string(key) else { continue }
                members[name] = try self.value(value, path: [name])
            }
            return members
        default:
            mismatch(node, "map[string]interface {}")
            return nil
        }
    }

    /// Any value. Keys must be strings, as those of JSON.
    private mutating func value(_ node: YAMLNode, path: [String] = []) throws(Failure) -> RegoValue {
        budget -= 1
        guard budget >= 0, path.count <= Self.depthLimit else {
            throw Failure(message: "yaml: document contains excessive aliasing", line: nil, isYAML: true)
        }
        switch node.kind {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .number(let text):
            return RegoNumber(text: Self.float(text) ?? text).map { .number($0) } ?? .string(text)
        case .string: return .string(node.text)
        case .timestamp(let text): return .string(text)
        case .notFinite: throw Failure(message: "json: unsupported value: \(Self.infinity(node.text))", line: nil, isYAML: false)
        case .sequence:
            var elements: [RegoValue] = []
            for (index, element) in node.elements.enumerated() { elements.append(try value(element, path: path + [String(index)])) }
            return .array(elements)
        case .mapping:
            var members: [RegoValue: RegoValue] = [:]
            for (key, value) in node.entries {
                guard case .string = key.kind else {
                    throw Failure(message: "invalid map key type(s): \(path.joined(separator: "/"))", line: nil, isYAML: false)
                }
                members[.string(key.text)] = try self.value(value, path: path + [key.text])
            }
            return .object(members)
        }
    }

    /// What is no integer of 64 bits goes through `float64`, as OPA writes it.
    private static func float(_ text: String) -> String? {
        Int64(text) != nil || UInt64(text) != nil ? nil : Double(text).map { GoSyntax.text(of: $0) }
    }

    private static func infinity(_ text: String) -> String {
        text.lowercased().hasSuffix("nan") ? "NaN" : text.hasPrefix("-") ? "-Inf" : "+Inf"
    }
}
