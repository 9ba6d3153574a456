/// A node of a YAML text with its place: for readers that say where a value is not as it must be.
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
    }

    private let document: YAMLDocument
    private let index: Int

    private init(_ document: YAMLDocument, _ index: Int) {
        self.document = document
        self.index = document.resolved(index)
    }

    private var entry: YAMLDocument.Entry { document.nodes[index] }

    /// What is wrong with a text, and where.
    package struct Failure: Error {
        /// As Go's `yaml.v3` words it.
        package let message: String
        /// The line that it names, from 1; 0 if it names none.
        package let line: Int
        /// The same without the line.
        package let problem: String
        /// The line and column of the problem itself, from 1; `nil` where none is known.
        package let place: (line: Int, column: Int)?
    }

    /// Reads a text; `nil` if it has no node.
    ///
    /// - Parameter isSingle: refuses a second document, which is passed over otherwise.
    /// - Throws: what is wrong with the text; a key that a mapping has twice is.
    package static func parse(_ text: String, isSingle: Bool = false) throws(Failure) -> YAMLNode? {
        let document: YAMLDocument
        do throws(YAMLDocument.Fault) {
            document = try YAMLDocument(text, isSingle: isSingle)
        } catch {
            throw failure(error)
        }
        guard !document.nodes.isEmpty else { return nil }
        if let failure = misfit(document) ?? repeatedKeys(document) { throw failure }
        return YAMLNode(document, 0)
    }

    private static func failure(_ fault: YAMLDocument.Fault) -> Failure {
        let place = fault.stage == .reader ? nil : (line: fault.problemLine + 1, column: fault.column + 1)
        // Go's port counts lines from 0, but adds one for the scanner; a line 0 is not named.
        let line = fault.contextLine > 0 ? fault.contextLine : fault.problemLine
        guard line > 0, fault.stage == .scanner || fault.stage == .parser else {
            return Failure(message: "yaml: \(fault.problem)", line: 0, problem: fault.problem, place: place)
        }
        let named = fault.stage == .scanner ? line + 1 : line
        return Failure(message: "yaml: line \(named): \(fault.problem)", line: named, problem: fault.problem, place: place)
    }

    /// The first scalar that is not what its tag says, or merge of something else than mappings.
    private static func misfit(_ document: YAMLDocument) -> Failure? {
        for (index, entry) in document.nodes.enumerated() {
            var problem: String?
            if entry.kind == .mapping {
                var member = index + 1
                while member < entry.end {
                    let value = document.next(after: member)
                    if document.nodes[member].isMerge, !document.isMergeable(value) { problem = YAMLDocument.mergeProblem }
                    member = document.next(after: value)
                }
            } else if entry.kind == .scalar, entry.tag != nil {
                problem = YAMLNode(document, index).tagProblem
            }
            guard let problem else { continue }
            return Failure(message: "yaml: " + problem, line: 0, problem: problem, place: (Int(entry.line), Int(entry.column)))
        }
        return nil
    }

    /// The keys that mappings have twice; those within such a mapping are not looked for.
    private static func repeatedKeys(_ document: YAMLDocument) -> Failure? {
        struct Key: Hashable {
            let kind: YAMLDocument.Kind
            let text: String
        }
        var messages: [String] = []
        var place: (line: Int, column: Int)?
        var index = 0
        while index < document.nodes.count {
            guard document.nodes[index].kind == .mapping else {
                index += 1
                continue
            }
            let found = messages.count
            var lines: [Key: Int32] = [:]
            var member = index + 1
            while member < document.nodes[index].end {
                let entry = document.nodes[member]
                if let line = lines.updateValue(entry.line, forKey: Key(kind: entry.kind, text: entry.text)) {
                    messages.append("line \(entry.line): mapping key \"\(entry.text)\" already defined at line \(line)")
                    place = place ?? (Int(entry.line), Int(entry.column))
                }
                member = document.next(after: document.next(after: member))
            }
            index = messages.count > found ? document.nodes[index].end : index + 1
        }
        guard let place else { return nil }
        let problem = messages.joined(separator: "\n  ")
        return Failure(message: "yaml: unmarshal errors:\n  " + problem, line: place.line, problem: problem, place: place)
    }
}

extension YAMLNode {
    /// The line, from 1.
    package var line: Int { Int(entry.line) }

    /// The column, from 1.
    package var column: Int { Int(entry.column) }

    /// A scalar's text, what it stands for if it is tagged as base 64; empty for other nodes.
    package var text: String { binary ?? entry.text }

    private var binary: String? {
        guard entry.kind == .scalar, entry.tag.map(YAMLScalar.shortTag) == "!!binary" else { return nil }
        return YAMLScalar.binary(entry.text)
    }

    /// Whether a scalar is written with quotes or as a block.
    package var isQuoted: Bool { entry.isQuoted }

    /// A sequence's elements; empty for other nodes.
    package var elements: [YAMLNode] {
        guard entry.kind == .sequence else { return [] }
        var elements: [YAMLNode] = []
        var member = index + 1
        while member < entry.end {
            elements.append(YAMLNode(document, member))
            member = document.next(after: member)
        }
        return elements
    }

    /// A mapping's entries in the order of the text, those that `<<` brings last; empty for other nodes.
    ///
    /// Entries of merged mappings whose key the mapping has itself are left out.
    package var entries: [(key: YAMLNode, value: YAMLNode)] { entries(depth: 0) }

    /// Mappings merged into each other; aliases could make more than any text means.
    private static let mergeDepth = 16

    private func entries(depth: Int) -> [(key: YAMLNode, value: YAMLNode)] {
        guard entry.kind == .mapping, depth < Self.mergeDepth else { return [] }
        var entries: [(key: YAMLNode, value: YAMLNode)] = []
        var merged: [YAMLNode] = []
        var member = index + 1
        while member < entry.end {
            let (key, valueIndex) = (document.nodes[member], document.next(after: member))
            let value = YAMLNode(document, valueIndex)
            if key.isMerge {
                merged += value.entry.kind == .sequence ? value.elements : [value]
            } else {
                entries.append((YAMLNode(document, member), value))
            }
            member = document.next(after: valueIndex)
        }
        guard !merged.isEmpty else { return entries }
        var known = Set(entries.map(\.key.text))
        for source in merged {
            for entry in source.entries(depth: depth + 1) where known.insert(entry.key.text).inserted { entries.append(entry) }
        }
        return entries
    }

    /// The tag in its short form, `!!str`.
    package var tag: String { Self.tag(of: kind) }

    private static func tag(of kind: Kind) -> String {
        switch kind {
        case .null: return "!!null"
        case .boolean: return "!!bool"
        case .number(let text): return text.utf8.contains(where: { ".eE".utf8.contains($0) }) ? "!!float" : "!!int"
        case .notFinite: return "!!float"
        case .timestamp: return "!!timestamp"
        case .string: return "!!str"
        case .sequence: return "!!seq"
        case .mapping: return "!!map"
        }
    }

    /// What the node is.
    package var kind: Kind {
        switch entry.kind {
        case .sequence: return .sequence
        case .mapping: return .mapping
        case .scalar, .alias:
            return entry.isImplicit || isTaggedAsOther ? YAMLScalar.kind(of: entry.text) : .string
        }
    }

    /// Whether a scalar's tag says that it is no string.
    private var isTaggedAsOther: Bool {
        ["!!int", "!!float", "!!bool", "!!null", "!!timestamp"].contains(entry.tag.map(YAMLScalar.shortTag) ?? "")
    }

    /// Why a scalar is not what its tag says.
    private var tagProblem: String? {
        guard let tag = entry.tag.map(YAMLScalar.shortTag) else { return nil }
        if tag == "!!binary" { return binary == nil ? "!!binary value contains invalid base64 data" : nil }
        guard isTaggedAsOther else { return nil }
        let found = self.tag
        return found == tag || found == "!!int" && tag == "!!float" ? nil : "cannot decode \(found) `\(entry.text)` as a \(tag)"
    }
}

extension YAMLDocument.Entry {
    /// A key that merges its value, a mapping or a sequence of them, into the mapping.
    var isMerge: Bool {
        kind == .scalar && text == "<<" && (isImplicit && tag == nil || tag.map(YAMLScalar.shortTag) == "!!merge")
    }
}
