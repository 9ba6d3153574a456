/// Takes secrets and patient identifiers out of a decision before it is logged: by configured pointers and names, by built-in names, by what
/// looks like a token or a person's name anywhere, and by the values so found wherever else they occur in the same decision.
///
/// What cannot be read cannot be masked and is left out as a whole. When in doubt more is masked than necessary.
package struct Masker: Sendable {
    /// What stands in the place of a value.
    package static let replacement = "**"

    private let tables: MaskTables
    private let documentLimit: Int

    /// Creates a masker with the built-in names only.
    package init() {
        tables = MaskTables()
        documentLimit = 4 << 20
    }

    /// Creates a masker.
    ///
    /// - Parameters:
    ///   - rules: What else to mask; they come before the built-in names.
    ///   - builtIn: Whether the built-in names of secrets and patient identifiers are masked. Tokens and keys in texts always are.
    ///   - documentLimit: Longer documents are left out, in bytes.
    /// - Throws: ``DecisionLogError`` (`invalid`) for a rule that names nothing.
    package init(rules: [MaskRule], builtIn: Bool = true, documentLimit: Int = 4 << 20) throws(DecisionLogError) {
        tables = try MaskTables(rules: rules, builtIn: builtIn)
        self.documentLimit = documentLimit
    }

    /// A masked document.
    package struct Document: Sendable {
        /// The document as minified UTF-8 JSON; `nil` when all of it was erased.
        package var json: [UInt8]?
        /// Pointers of what was removed.
        package var erased: [String] = []
        /// Pointers of what was replaced.
        package var masked: [String] = []
    }

    /// Masks one JSON document. One that is not JSON, or too long, is replaced by `{"omitted": reason, "bytes": length}`.
    ///
    /// - Complexity: O(n), twice when something was found.
    package func mask(_ json: [UInt8], root: MaskRoot) -> Document {
        guard let tape = tape(json) else { return unreadable(json, root) }
        let (document, found) = walk(tape, root, SecretWords())
        return found.isEmpty ? document : walk(tape, root, found).document
    }

    /// Masks a text that is not JSON: a message, a path.
    package func mask(text: String) -> String { scrub(text, SecretWords()) }

    private func tape(_ json: [UInt8]) -> JSONTape? { json.count <= documentLimit ? JSONTape(json) : nil }

    /// Masks a document by its places and names and by values that are known already; what it finds may occur in parts already written.
    private func walk(_ tape: JSONTape, _ root: MaskRoot, _ words: SecretWords) -> (document: Document, found: SecretWords) {
        var walk = MaskWalk(root: root, tables: tables, words: words, capacity: tape.bytes.count)
        let isKept = walk.write(document: tape)
        return (Document(json: isKept ? walk.output.bytes : nil, erased: walk.erased, masked: walk.masked), walk.found)
    }

    private func unreadable(_ json: [UInt8], _ root: MaskRoot) -> Document {
        Self.omitted(root, json.count > documentLimit ? "longer than the log's limit" : "not JSON", json.count)
    }

    private static func omitted(_ root: MaskRoot, _ reason: StaticString, _ count: Int) -> Document {
        var json = JSONText()
        json.raw("{\"omitted\":\"")
        json.raw(reason)
        json.raw("\",\"bytes\":\(count)}")
        return Document(json: json.bytes, erased: ["/\(root.rawValue)"])
    }

    private func scrub(_ text: String, _ words: SecretWords) -> String {
        guard !words.overflowed else { return "\(Self.replacement) (withheld: too many secret values to look for)" }
        let bytes = Array(text.utf8)
        let patterns = TextScrubber.scrub(bytes, tables)
        guard let scrubbed = words.scrub(patterns ?? bytes) ?? patterns else { return text }
        return String(decoding: scrubbed, as: UTF8.self)
    }
}

extension Masker {
    /// The parts of a record that masking has a say in.
    struct MaskedRecord {
        var path: String
        var query: String?
        var input: [UInt8]?
        var result: [UInt8]?
        var reasons: [String]
        var caller: DecisionCaller
        var error: String?
        var labels: [String: String]
        var erased: [String] = []
        var masked: [String] = []
    }

    /// Masks all of a record.
    ///
    /// The values found in the documents are looked for in the texts that speak of them (query, reasons, error), but not in the path, the
    /// caller and the labels: those are Ward's own facts, and whoever sends an input must not be able to blank them.
    func mask(_ record: DecisionRecord) -> MaskedRecord {
        var own = SecretWords()
        for secret in record.secrets { own.add(Array(secret.utf8)) }
        let (maskedInput, maskedResult, words) = mask(input: record.input, result: record.result, own)
        return MaskedRecord(
            path: scrub(record.path, own), query: record.query.map { scrub($0, words) }, input: maskedInput?.json,
            result: maskedResult?.json,
            reasons: record.reasons.map { scrub($0, words) },
            caller: DecisionCaller(
                subject: record.caller.subject.map { scrub($0, own) }, role: record.caller.role.map { scrub($0, own) },
                address: record.caller.address),
            error: record.error.map { scrub($0, words) }, labels: record.labels.mapValues { scrub($0, own) },
            erased: (maskedInput?.erased ?? []) + (maskedResult?.erased ?? []),
            masked: (maskedInput?.masked ?? []) + (maskedResult?.masked ?? []))
    }

    private func mask(
        input: [UInt8]?, result: [UInt8]?, _ own: SecretWords
    ) -> (input: Document?, result: Document?, words: SecretWords) {
        let inputTape = input.flatMap(tape)
        let resultTape = result.flatMap(tape)
        let first = (input: inputTape.map { walk($0, .input, own) }, result: resultTape.map { walk($0, .result, own) })
        var words = own
        if let found = first.input?.found { words = words.union(found) }
        if let found = first.result?.found { words = words.union(found) }
        let isAnew = !(first.input?.found.isEmpty ?? true) || !(first.result?.found.isEmpty ?? true)
        let maskedInput = input.map { json in
            guard let tape = inputTape, let document = first.input?.document else { return unreadable(json, .input) }
            return isAnew ? walk(tape, .input, words).document : document
        }
        let maskedResult = result.map { json in
            guard !words.overflowed else { return Self.omitted(.result, "too many secret values to look for", json.count) }
            guard let tape = resultTape, let document = first.result?.document else { return unreadable(json, .result) }
            return isAnew ? walk(tape, .result, words).document : document
        }
        return (maskedInput, maskedResult, words)
    }
}
