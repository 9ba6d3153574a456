@_spi(Engine) import RegoRuntime

/// Makes a value of a document's nodes, with a stack of its own: a text of a few bytes can nest deeply.
struct YAMLValueReader {
    /// What a finished value is for the collection around it.
    private enum Role {
        case element, key, member, merge
    }

    /// A sequence or mapping that has begun.
    private struct Frame {
        enum Builder {
            case array(ArrayBuilder)
            case object(ObjectBuilder)
        }

        let builder: Builder
        let index: Int
        /// Nodes counted before it.
        let counted: Int
        var role: Role
        /// The key whose value comes next; `unfit` if JSON has no such key.
        var key = Value.undefined
        var unfit: String?
    }

    private let document: YAMLDocument
    private let arena: Arena
    private let isInterrupted: (() -> Bool)?
    private var frames: [Frame] = []
    /// Sequences and mappings that aliases stand for, with how many nodes each is.
    private var referred: [Int: (value: Value, count: Int)] = [:]
    /// Nodes read so far, those of aliases counted each time; and those that only aliases brought.
    private var count = 1
    private var repeated = 0

    init(document: YAMLDocument, arena: Arena, isInterrupted: (() -> Bool)?) {
        self.document = document
        self.arena = arena
        self.isInterrupted = isInterrupted
    }

    mutating func read() throws(YAMLReading.Failure) -> Value {
        var index = 0
        var visited = 0
        while true {
            while let frame = frames.last, index == document.nodes[frame.index].end {
                if let value = try close() { return value }
            }
            visited += 1
            if visited & 255 == 0, isInterrupted?() ?? false { throw YAMLReading.Failure(message: "yaml: interrupted") }
            guard !arena.isExhausted else { throw YAMLReading.Failure(message: "yaml: document contains excessive aliasing") }
            let entry = document.nodes[index]
            if frames.last?.role == .key, entry.isMerge {
                frames[frames.count - 1].role = .merge
                index += 1
                continue
            }
            if frames.last?.role == .merge { try checkMergeable(index) }
            count += 1
            switch entry.kind {
            case .sequence, .mapping:
                guard frames.count < JSONParser.defaultDepth else {
                    throw YAMLReading.Failure(message: "yaml: exceeded max depth of \(JSONParser.defaultDepth)")
                }
                let isSequence = entry.kind == .sequence
                frames.append(
                    Frame(
                        builder: isSequence ? .array(ArrayBuilder(in: arena)) : .object(ObjectBuilder(in: arena)), index: index,
                        counted: count, role: isSequence ? .element : .key))
                index += 1
                continue
            case .scalar, .alias:
                if let value = try take(entry) { return value }
                index += 1
            }
        }
    }

    /// Ends the innermost collection; the document's value if it was the outermost.
    private mutating func close() throws(YAMLReading.Failure) -> Value? {
        let frame = frames.removeLast()
        let value =
            switch frame.builder {
            case .array(let builder): builder.finish()
            case .object(let builder): builder.finish()
            }
        if document.nodes[frame.index].isReferred { referred[frame.index] = (value, count - frame.counted + 1) }
        guard !frames.isEmpty else { return value }
        try place(value)
        return nil
    }

    /// Reads a scalar or an alias; the document's value if it is all there is.
    private mutating func take(_ entry: YAMLDocument.Entry) throws(YAMLReading.Failure) -> Value? {
        var scalar = entry
        if entry.kind == .alias {
            if let (value, nodes) = referred[entry.end] {
                try countRepeated(nodes)
                try place(value)
                return nil
            }
            scalar = document.nodes[entry.end]
            try countRepeated(1)
        }
        let resolved: CompatibleScalar
        do throws(CompatibleScalar.Mismatch) {
            resolved =
                scalar.isImplicit && scalar.tag == nil
                ? .untagged(scalar.text) : try CompatibleScalar(scalar.text, tag: scalar.tag.map(YAMLScalar.shortTag) ?? "!!str")
        } catch {
            throw YAMLReading.Failure(message: error.message, place: (error.message, Int(scalar.line)))
        }
        if frames.last?.role == .key {
            try name(resolved)
            return nil
        }
        let value = try self.value(resolved)
        guard !frames.isEmpty else { return value }
        try place(value)
        return nil
    }

    /// As Go counts: of a large document, at most a part may come from aliases.
    private mutating func countRepeated(_ nodes: Int) throws(YAMLReading.Failure) {
        let (low, high) = (400_000, 4_000_000)
        count += nodes
        repeated += nodes
        let allowed = count <= low ? 0.99 : count >= high ? 0.1 : 0.99 - 0.89 * Double(count - low) / Double(high - low)
        guard repeated <= 100 || count <= 1_000 || Double(repeated) <= allowed * Double(count) else {
            throw YAMLReading.Failure(message: "yaml: document contains excessive aliasing")
        }
    }

    /// Puts a finished value where the innermost collection wants it.
    private mutating func place(_ value: Value) throws(YAMLReading.Failure) {
        let last = frames.count - 1
        switch frames[last].builder {
        case .array(let builder): builder.append(value)
        case .object(let builder):
            switch frames[last].role {
            case .key: throw YAMLReading.Failure(message: "yaml: invalid map key: \(GoSyntax.text(of: value))")
            case .merge:
                // As Go does: what is merged replaces what stands before it.
                let sources = value.tag == .object ? [value] : value.elements.reversed()
                for source in sources {
                    let (keys, values) = (source.keys, source.values)
                    for index in 0..<source.length { builder.set(keys[index], values[index]) }
                }
            case .member, .element:
                if let unfit = frames[last].unfit {
                    throw YAMLReading.Failure(message: "unsupported map key of type: \(unfit), value: \(GoSyntax.text(of: value))")
                }
                builder.set(frames[last].key, value)
            }
            frames[last].role = .key
        }
    }

    private func checkMergeable(_ index: Int) throws(YAMLReading.Failure) {
        guard document.isMergeable(index) else { throw YAMLReading.Failure(message: "yaml: " + YAMLDocument.mergeProblem) }
    }

    /// Keys become strings.
    private mutating func name(_ scalar: CompatibleScalar) throws(YAMLReading.Failure) {
        let last = frames.count - 1
        frames[last].role = .member
        frames[last].unfit = nil
        let text: String
        switch scalar {
        case .null:
            frames[last].unfit = "%!s(<nil>), key: <nil>"
            return
        case .integer(let digits, isUnsigned: true):
            frames[last].unfit = "uint64, key: 0x\(String(UInt64(digits) ?? 0, radix: 16))"
            return
        case .boolean(let value): text = value ? "true" : "false"
        case .integer(let digits, _): text = digits
        case .float(let value): text = GoSyntax.key(of: Float(value))
        case .string(let string), .timestamp(let string): text = string
        case .binary(let encoded):
            frames[last].key = try binary(encoded)
            return
        }
        frames[last].key = .string(text, in: arena)
    }

    private func value(_ scalar: CompatibleScalar) throws(YAMLReading.Failure) -> Value {
        switch scalar {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .integer(let digits, _): return .number(text: digits, in: arena)
        case .float(let value):
            guard value.isFinite else {
                throw YAMLReading.Failure(message: "json: unsupported value: \(value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf")")
            }
            return float(value)
        case .string(let text), .timestamp(let text): return .string(text, in: arena)
        case .binary(let encoded): return try binary(encoded)
        }
    }

    private func binary(_ encoded: String) throws(YAMLReading.Failure) -> Value {
        guard let text = YAMLScalar.binary(encoded) else {
            throw YAMLReading.Failure(message: "yaml: !!binary value contains invalid base64 data")
        }
        return .string(text, in: arena)
    }

    /// A `float64`, written as Go's JSON encoder does.
    private func float(_ double: Double) -> Value {
        // The encoder's shortest text for it is no integer of 64 bits.
        if double == -0x1p63 { return .number(text: "-9223372036854776000", in: arena) }
        let value = Value.number(double)
        let decimal = Decimal(value)
        if decimal.isZero || decimal.magnitude >= -6 && decimal.magnitude < 21 { return value }
        var written = decimal.scientificText
        // The encoder drops the zero of `e-07`.
        if let mark = written.utf8.lastIndex(of: 45), written.utf8[written.utf8.index(after: mark)] == 48 {
            written.remove(at: written.utf8.index(after: mark))
        }
        return .written(value, as: written, in: arena)
    }
}
