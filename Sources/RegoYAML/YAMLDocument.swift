import CYaml
@_spi(Engine) import RegoRuntime

/// The first document of a YAML text, as libyaml reads it: its nodes in the order of the text, each before what it contains.
///
/// Aliases stay aliases, which makes a document as small as its text, whatever it stands for.
package final class YAMLDocument: Sendable {
    enum Kind { case scalar, sequence, mapping, alias }

    struct Entry {
        var kind: Kind
        /// A scalar without quotes and tag.
        var isImplicit = false
        /// A scalar with quotes, or a block.
        var isQuoted = false
        /// Where the node begins, from 1.
        var line: Int32
        var column: Int32
        /// The index after the last node within this one; for an alias, the index of what it stands for.
        var end = 0
        /// An alias stands for this node.
        var isReferred = false
        /// The tag in its long form, if one is written.
        var tag: String?
        /// A scalar's text.
        var text = ""
    }

    /// Why a text cannot be read.
    struct Fault: Error {
        enum Stage { case reader, scanner, parser, composer, interruption }

        var stage: Stage
        var problem: String
        /// The lines, from 0, of the problem and of what was being read.
        var problemLine = 0
        var contextLine = 0
        var column = 0
    }

    /// The nodes; none for a text without any.
    let nodes: [Entry]

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - isSingle: refuses a second document, which is passed over otherwise.
    ///   - isInterrupted: asked now and then; ends the reading.
    init(_ text: String, isSingle: Bool = false, isInterrupted: (() -> Bool)? = nil) throws(Fault) {
        var text = text
        let result = text.withUTF8 { bytes -> Result<[Entry], Fault> in
            do throws(Fault) {
                var composer = Composer()
                try composer.compose(bytes, isSingle: isSingle, isInterrupted: isInterrupted)
                return .success(composer.nodes)
            } catch {
                return .failure(error)
            }
        }
        nodes = try result.get()
    }

    /// The node that an alias stands for; the node itself for all others.
    func resolved(_ index: Int) -> Int { nodes[index].kind == .alias ? nodes[index].end : index }

    /// The index after a node and all within it.
    func next(after index: Int) -> Int { nodes[index].kind == .alias ? index + 1 : nodes[index].end }

    /// What Go says of a merge of anything else.
    static let mergeProblem = "map merge requires map or sequence of maps as the value"

    /// Whether a node is a mapping, or a sequence of mappings that is no alias.
    func isMergeable(_ index: Int) -> Bool {
        guard nodes[index].kind == .sequence else { return nodes[resolved(index)].kind == .mapping }
        var member = index + 1
        while member < nodes[index].end {
            if nodes[resolved(member)].kind != .mapping { return false }
            member = next(after: member)
        }
        return true
    }
}

/// Makes nodes of libyaml's events.
private struct Composer {
    var nodes: [YAMLDocument.Entry] = []
    /// The sequences and mappings that have begun and not ended.
    private var open: [Int] = []
    private var anchors: [String: Int] = [:]
    /// The first alias within what it stands for, which Go finds after all else.
    private var circular: YAMLDocument.Fault?

    /// libyaml's own limit would be lower; it is one for the whole process.
    private static let setNestingLimit: Void = yaml_set_max_nest_level(Int32(JSONParser.defaultDepth))

    mutating func compose(
        _ bytes: UnsafeBufferPointer<UInt8>, isSingle: Bool, isInterrupted: (() -> Bool)?
    ) throws(YAMLDocument.Fault) {
        Self.setNestingLimit
        // The parser keeps pointers to itself.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw YAMLDocument.Fault(stage: .reader, problem: "out of memory") }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        var count = 0
        var isEnded = false
        while true {
            count += 1
            if count & 63 == 0, isInterrupted?() ?? false { throw YAMLDocument.Fault(stage: .interruption, problem: "interrupted") }
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw Self.fault(parser.pointee) }
            defer { yaml_event_delete(&event) }
            switch event.type {
            case YAML_STREAM_END_EVENT: return try end()
            case YAML_DOCUMENT_START_EVENT where isEnded:
                throw YAMLDocument.Fault(
                    stage: .composer, problem: "found another document where one was expected",
                    problemLine: Int(event.start_mark.line), column: Int(event.start_mark.column))
            case YAML_DOCUMENT_END_EVENT:
                guard isSingle else { return try end() }
                isEnded = true
            default: try take(event)
            }
        }
    }

    private func end() throws(YAMLDocument.Fault) {
        if let circular { throw circular }
    }

    private mutating func take(_ event: yaml_event_t) throws(YAMLDocument.Fault) {
        var entry = YAMLDocument.Entry(
            kind: .scalar, line: Int32(clamping: event.start_mark.line + 1), column: Int32(clamping: event.start_mark.column + 1))
        switch event.type {
        case YAML_ALIAS_EVENT: return nodes.append(try alias(entry, event))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            entry.isImplicit = scalar.plain_implicit != 0
            entry.isQuoted = scalar.style != YAML_PLAIN_SCALAR_STYLE
            entry.tag = Self.string(scalar.tag)
            // A scalar may hold zero bytes.
            entry.text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            entry.end = nodes.count + 1
            register(scalar.anchor)
        case YAML_SEQUENCE_START_EVENT:
            entry.kind = .sequence
            open.append(nodes.count)
            register(event.data.sequence_start.anchor)
        case YAML_MAPPING_START_EVENT:
            entry.kind = .mapping
            open.append(nodes.count)
            register(event.data.mapping_start.anchor)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            if let index = open.popLast() { nodes[index].end = nodes.count }
            return
        default: return
        }
        nodes.append(entry)
    }

    private mutating func register(_ anchor: UnsafePointer<yaml_char_t>?) {
        if let name = Self.string(anchor) { anchors[name] = nodes.count }
    }

    private mutating func alias(_ entry: YAMLDocument.Entry, _ event: yaml_event_t) throws(YAMLDocument.Fault) -> YAMLDocument.Entry {
        let name = Self.string(event.data.alias.anchor) ?? ""
        guard let index = anchors[name] else {
            throw YAMLDocument.Fault(
                stage: .composer, problem: "unknown anchor '\(name)' referenced", problemLine: Int(entry.line) - 1,
                column: Int(entry.column) - 1)
        }
        // A collection that has not ended contains the alias.
        if circular == nil, open.contains(index) {
            circular = YAMLDocument.Fault(
                stage: .composer, problem: "anchor '\(name)' value contains itself", problemLine: Int(entry.line) - 1,
                column: Int(entry.column) - 1)
        }
        nodes[index].isReferred = true
        var entry = entry
        entry.kind = .alias
        entry.end = index
        return entry
    }

    private static func string(_ pointer: UnsafePointer<yaml_char_t>?) -> String? { pointer.map { String(cString: $0) } }

    private static func fault(_ parser: yaml_parser_t) -> YAMLDocument.Fault {
        var fault = YAMLDocument.Fault(stage: .parser, problem: parser.problem.map { String(cString: $0) } ?? "out of memory")
        // Go's port counts nesting as this does, and says it so.
        if fault.problem.hasPrefix("Maximum nesting level") {
            return YAMLDocument.Fault(stage: .reader, problem: "exceeded max depth of \(JSONParser.defaultDepth)")
        }
        switch parser.error {
        case YAML_READER_ERROR, YAML_MEMORY_ERROR:
            fault.stage = .reader
            return fault
        case YAML_SCANNER_ERROR: fault.stage = .scanner
        default: fault.stage = .parser
        }
        fault.problemLine = Int(parser.problem_mark.line)
        fault.column = Int(parser.problem_mark.column)
        if parser.context != nil { fault.contextLine = Int(parser.context_mark.line) }
        return fault
    }
}
