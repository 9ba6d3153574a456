@_spi(Engine) import RegoRuntime

/// Reads templates; nesting is bounded.
struct TemplateParser {
    private enum Token: Equatable {
        case word([UInt8])
        /// A string, quoted, raw or a character, as its bytes.
        case string([UInt8])
        case symbol(UInt8)
        case declare
        case space
    }

    private static let maximumDepth = 100

    private let source: [UInt8]
    private let arena: Arena
    private var position = 0
    private(set) var definitions: [[UInt8]: [TemplateNode]] = [:]

    private var tokens: [Token] = []
    private var next = 0

    init(_ source: [UInt8], in arena: Arena) {
        self.source = source
        self.arena = arena
    }

    /// Parses the whole template.
    mutating func parse() throws(TemplateFailure) -> [TemplateNode] {
        let (nodes, end) = try list(depth: 0, isLoop: false)
        if let end { throw failure("unexpected {{\(String(decoding: end, as: UTF8.self))}}") }
        return nodes
    }

    private var row: Int { 1 + source[..<min(position, source.count)].count { $0 == 10 } }

    private func failure(_ message: String) -> TemplateFailure { TemplateFailure("\(row): \(message)") }

    // MARK: Text and actions

    /// Nodes up to `{{end}}`, `{{else…}}` or the end of the text; what ended them.
    private mutating func list(depth: Int, isLoop: Bool) throws(TemplateFailure) -> ([TemplateNode], end: [UInt8]?) {
        guard depth <= Self.maximumDepth else { throw failure("nested too deeply") }
        var nodes: [TemplateNode] = []
        while let text = try nextAction() {
            if !text.isEmpty { nodes.append(.text(text)) }
            guard let first = tokens.first else {
                if position >= source.count, next == -1 { break }
                continue
            }
            guard case .word(let keyword) = first else {
                nodes.append(.output(try wholePipeline()))
                continue
            }
            switch String(decoding: keyword, as: UTF8.self) {
            case "end", "else":
                next = 1
                return (nodes, keyword)
            case "if":
                next = 1
                let pipeline = try wholePipeline()
                let (then, otherwise) = try branches(depth: depth, isLoop: isLoop)
                nodes.append(.branch(pipeline, then: then, otherwise: otherwise))
            case "with":
                next = 1
                let pipeline = try wholePipeline()
                let (then, otherwise) = try branches(depth: depth, isLoop: isLoop)
                nodes.append(.with(pipeline, then: then, otherwise: otherwise))
            case "range":
                next = 1
                let pipeline = try wholePipeline()
                let (body, otherwise) = try branches(depth: depth, isLoop: true)
                nodes.append(.range(pipeline, body: body, otherwise: otherwise))
            case "break", "continue":
                guard isLoop else { throw failure("{{\(String(decoding: keyword, as: UTF8.self))}} outside {{range}}") }
                nodes.append(.stop(isBreak: keyword.elementsEqual("break".utf8)))
            case "define", "block", "template":
                next = 1
                if let node = try definition(keyword, depth: depth) { nodes.append(node) }
            default:
                nodes.append(.output(try wholePipeline()))
            }
        }
        if depth > 0 { throw failure("unexpected EOF") }
        return (nodes, nil)
    }

    /// What follows `if`, `with` or `range` up to its `end`.
    private mutating func branches(depth: Int, isLoop: Bool) throws(TemplateFailure) -> ([TemplateNode], [TemplateNode]) {
        let (then, end) = try list(depth: depth + 1, isLoop: isLoop)
        guard let end, end.elementsEqual("else".utf8) else { return (then, []) }
        skipSpace()
        if case .word(let keyword)? = peek() {
            // `else if` is an `if` of its own whose end is shared.
            next += 1
            let pipeline = try wholePipeline()
            let (inner, otherwise) = try branches(depth: depth + 1, isLoop: isLoop)
            if keyword.elementsEqual("if".utf8) { return (then, [.branch(pipeline, then: inner, otherwise: otherwise)]) }
            if keyword.elementsEqual("with".utf8) { return (then, [.with(pipeline, then: inner, otherwise: otherwise)]) }
            throw failure("unexpected <\(String(decoding: keyword, as: UTF8.self))> in else")
        }
        let (otherwise, last) = try list(depth: depth + 1, isLoop: isLoop)
        guard let last, last.elementsEqual("end".utf8) else { throw failure("expected end; found {{else}}") }
        return (then, otherwise)
    }

    private mutating func definition(_ keyword: [UInt8], depth: Int) throws(TemplateFailure) -> TemplateNode? {
        skipSpace()
        guard case .string(let name)? = peek() else { throw failure("missing template name") }
        next += 1
        skipSpace()
        if keyword.elementsEqual("template".utf8) {
            return .call(name: name, peek() == nil ? nil : try wholePipeline())
        }
        let isBlock = keyword.elementsEqual("block".utf8)
        let pipeline = isBlock ? try wholePipeline() : nil
        let (body, end) = try list(depth: depth + 1, isLoop: false)
        guard let end, end.elementsEqual("end".utf8) else { throw failure("unexpected {{else}} in define clause") }
        definitions[name] = body
        return isBlock ? .call(name: name, pipeline) : nil
    }

    /// The text before the next action, whose tokens are left in `tokens`; at the end of the source `tokens` is empty and `next` -1.
    private mutating func nextAction() throws(TemplateFailure) -> ArraySlice<UInt8>? {
        tokens = []
        guard position < source.count else { return nil }
        let start = position
        var end = start
        while end + 1 < source.count, !(source[end] == 123 && source[end + 1] == 123) { end += 1 }
        guard end + 1 < source.count else {
            position = source.count
            next = -1
            return source[start...]
        }
        var text = source[start..<end]
        position = end + 2
        if position + 1 < source.count, source[position] == 45, Self.isSpace(source[position + 1]) {
            while let last = text.last, Self.isSpace(last) { text = text.dropLast() }
            position += 1
        }
        try tokenize()
        next = 0
        skipSpace()
        tokens.removeFirst(next)
        next = 0
        return text
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) && byte != 11 && byte != 12 }

    // MARK: Tokens

    private mutating func tokenize() throws(TemplateFailure) {
        while position < source.count {
            let byte = source[position]
            let rest = source[position...]
            if rest.starts(with: "}}".utf8) {
                position += 2
                return
            }
            if Self.isSpace(byte), let trimmed = endWithTrim() {
                position = trimmed
                return
            }
            if Self.isSpace(byte) {
                tokens.append(.space)
                while position < source.count, Self.isSpace(source[position]), endWithTrim() == nil { position += 1 }
            } else if rest.starts(with: "/*".utf8) {
                guard tokens.allSatisfy({ $0 == .space }) else { throw failure("unexpected comment in command") }
                while position + 1 < source.count, !(source[position] == 42 && source[position + 1] == 47) { position += 1 }
                position += 2
            } else if byte == 34 || byte == 96 || byte == 39 {
                tokens.append(try string(byte))
            } else if rest.starts(with: ":=".utf8) {
                tokens.append(.declare)
                position += 2
            } else if "|()=,".utf8.contains(byte) {
                tokens.append(.symbol(byte))
                position += 1
            } else {
                let word = rest.prefix { !Self.isSpace($0) && !"|()=,}\"`':".utf8.contains($0) }
                guard !word.isEmpty else { throw failure("unexpected \(String(decoding: [byte], as: UTF8.self)) in command") }
                tokens.append(.word(Array(word)))
                position += word.count
            }
        }
        throw failure("unclosed action")
    }

    /// Where the action ends when a space, ` -}}`, begins here; white space after it is dropped.
    private func endWithTrim() -> Int? {
        guard source[(position + 1)...].starts(with: "-}}".utf8) else { return nil }
        var end = position + 4
        while end < source.count, Self.isSpace(source[end]) { end += 1 }
        return end
    }

    private mutating func string(_ quote: UInt8) throws(TemplateFailure) -> Token {
        var bytes: [UInt8] = []
        position += 1
        while position < source.count, source[position] != quote {
            var byte = source[position]
            if byte == 10, quote != 96 { break }
            if byte == 92, quote != 96, position + 1 < source.count {
                position += 1
                let escapes: [UInt8: UInt8] = [110: 10, 116: 9, 114: 13, 97: 7, 98: 8, 102: 12, 118: 11, 92: 92, 34: 34, 39: 39]
                guard let plain = escapes[source[position]] else { throw failure("invalid syntax") }
                byte = plain
            }
            bytes.append(byte)
            position += 1
        }
        guard position < source.count, source[position] == quote else { throw failure("unterminated quoted string") }
        position += 1
        return .string(bytes)
    }

    // MARK: Pipelines

    private func peek() -> Token? { next < tokens.count ? tokens[next] : nil }

    private mutating func skipSpace() {
        while peek() == .space { next += 1 }
    }

    private mutating func wholePipeline() throws(TemplateFailure) -> TemplateNode.Pipeline {
        let pipeline = try pipeline(depth: 0)
        if peek() != nil { throw failure("unexpected right paren in command") }
        return pipeline
    }

    private mutating func pipeline(depth: Int) throws(TemplateFailure) -> TemplateNode.Pipeline {
        guard depth <= Self.maximumDepth else { throw failure("nested too deeply") }
        var result = TemplateNode.Pipeline()
        try declarations(&result)
        while true {
            skipSpace()
            var command: [TemplateNode.Operand] = []
            while let token = peek(), token != .symbol(124), token != .symbol(41) {
                command.append(try operand(depth: depth))
                skipSpace()
            }
            guard !command.isEmpty else { throw failure("missing value for command") }
            result.commands.append(command)
            guard peek() == .symbol(124) else { return result }
            next += 1
        }
    }

    /// `$x :=`, `$x =`, `$i, $x :=`
    private mutating func declarations(_ pipeline: inout TemplateNode.Pipeline) throws(TemplateFailure) {
        let start = next
        var names: [[UInt8]] = []
        skipSpace()
        while case .word(let word)? = peek(), word.first == 36, !word.contains(46) {
            names.append(word)
            next += 1
            skipSpace()
            guard peek() == .symbol(44) else { break }
            next += 1
            skipSpace()
        }
        guard !names.isEmpty, peek() == .declare || peek() == .symbol(61), names.count <= 2 else {
            next = start
            return
        }
        pipeline.isAssignment = peek() == .symbol(61)
        pipeline.variables = names
        next += 1
    }

    private mutating func operand(depth: Int) throws(TemplateFailure) -> TemplateNode.Operand {
        guard let token = peek() else { throw failure("missing value for command") }
        next += 1
        switch token {
        case .string(let bytes):
            return TemplateNode.Operand(kind: .literal(bytes.withUnsafeBufferPointer { .string($0, in: arena) }))
        case .symbol(40):
            let inner = try pipeline(depth: depth + 1)
            guard peek() == .symbol(41) else { throw failure("unclosed left paren") }
            next += 1
            var operand = TemplateNode.Operand(kind: .pipeline(inner))
            if case .word(let word)? = peek(), word.first == 46 {
                next += 1
                operand.fields = try fields(word)
            }
            return operand
        case .word(let word):
            return try self.word(word)
        default:
            throw failure("unexpected token in operand")
        }
    }

    private func fields(_ word: [UInt8]) throws(TemplateFailure) -> [[UInt8]] {
        let names = word.dropFirst().split(separator: 46, omittingEmptySubsequences: false).map { Array($0) }
        if names.contains(where: \.isEmpty) { throw failure("unexpected . after term \"\(String(decoding: word, as: UTF8.self))\"") }
        return names
    }

    private func word(_ word: [UInt8]) throws(TemplateFailure) -> TemplateNode.Operand {
        let text = String(decoding: word, as: UTF8.self)
        if word.first == 46, word.count == 1 { return TemplateNode.Operand(kind: .dot) }
        if let digit = word.dropFirst().first, word.first == 46, digit > 57 {
            return TemplateNode.Operand(kind: .dot, fields: try fields(word))
        }
        if word.first == 36 {
            let end = word.firstIndex(of: 46) ?? word.count
            let rest = Array(word[end...])
            return TemplateNode.Operand(kind: .variable(Array(word[..<end])), fields: rest.isEmpty ? [] : try fields(rest))
        }
        switch text {
        case "true": return TemplateNode.Operand(kind: .literal(.true))
        case "false": return TemplateNode.Operand(kind: .literal(.false))
        case "nil": return TemplateNode.Operand(kind: .literal(.null))
        default: break
        }
        if let first = word.first, (48...57).contains(first) || first == 45 || first == 43 || first == 46 {
            let number = Value.number(text: first == 43 ? String(text.dropFirst()) : text, in: arena)
            guard number.isDefined else { throw failure("bad number syntax: \"\(text)\"") }
            return TemplateNode.Operand(kind: .literal(number))
        }
        return TemplateNode.Operand(kind: .function(word))
    }
}
