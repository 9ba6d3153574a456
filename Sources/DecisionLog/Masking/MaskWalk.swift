/// Writes a document anew, without what must not be logged: minified, in the document's order, each value either copied, replaced or left out.
struct MaskWalk {
    /// JSON inside of a string inside of JSON: deeper is replaced as a whole.
    private static let embeddingLimit = 4
    /// More pointers than this are not listed one by one.
    private static let pointerLimit = 1_000

    private let root: MaskRoot
    private let tables: MaskTables
    private let words: SecretWords
    private var path: [[UInt8]] = []
    private var names: [[UInt8]] = []
    private var embedding = 0

    private(set) var output: JSONText
    private(set) var erased: [String] = []
    private(set) var masked: [String] = []
    /// The values that were masked for their place or name.
    private(set) var found = SecretWords()

    init(root: MaskRoot, tables: MaskTables, words: SecretWords, capacity: Int) {
        self.root = root
        self.tables = tables
        self.words = words
        output = JSONText(capacity: capacity)
    }

    /// Writes a whole document.
    /// - Returns: `false` when nothing of it may be logged.
    mutating func write(document tape: JSONTape) -> Bool {
        switch tables.action(root: root, path: [], names: [], isMember: false, holdsText: true) {
        case .erase:
            note(&erased)
            collect(tape, 0)
            return false
        case .replace(let text):
            replace(tape, 0, with: text)
        case nil:
            write(tape, 0)
        }
        return true
    }

    private mutating func write(_ tape: JSONTape, _ index: Int) {
        switch tape.nodes[index].kind {
        case .object: writeObject(tape, index)
        case .array: writeArray(tape, index)
        case .string: writeString(tape, index)
        case .number:
            // A number that is a secret elsewhere (a patient's number) is one here.
            if words.scrub(Array(tape.raw(index))) == Array(Masker.replacement.utf8) {
                note(&masked)
                output.string(Masker.replacement)
            } else {
                output.raw(tape.raw(index))
            }
        case .null, .boolean: output.raw(tape.raw(index))
        }
    }

    private mutating func writeObject(_ tape: JSONTape, _ index: Int) {
        let members = tape.members(of: index)
        let texts = members.map { tape.utf8($0.name) }
        let isKubernetesSecret = tables.masksKubernetesSecrets && Self.isKubernetesSecret(tape, members, texts)
        let isNamedSecret = namesSecret(tape, members, texts)
        output.byte(UInt8(ascii: "{"))
        var isFirst = true
        for (member, text) in zip(members, texts) {
            path.append(text)
            names.append(MaskTables.normalized(text))
            defer {
                path.removeLast()
                names.removeLast()
            }
            var action = tables.action(
                root: root, path: path, names: names, isMember: true, holdsText: Self.holdsText(tape, member.value))
            if action != nil, Self.isKubernetesReference(tape, member.value) { action = nil }
            if action == nil, isKubernetesSecret, Self.secretContents.contains(text) { action = .replace(Masker.replacement) }
            if action == nil, isNamedSecret, Self.pairValues.contains(text), Self.holdsText(tape, member.value) {
                action = .replace(Masker.replacement)
            }
            if action == .erase {
                note(&erased)
                collect(tape, member.value)
                continue
            }
            if !isFirst { output.byte(UInt8(ascii: ",")) }
            isFirst = false
            output.string(utf8: scrubbed(text) ?? text)
            output.byte(UInt8(ascii: ":"))
            if case .replace(let text) = action { replace(tape, member.value, with: text) } else { write(tape, member.value) }
        }
        output.byte(UInt8(ascii: "}"))
    }

    private mutating func writeArray(_ tape: JSONTape, _ index: Int) {
        let elements = tape.elements(of: index)
        output.byte(UInt8(ascii: "["))
        var isFirst = true
        var followsName = false
        for (place, element) in elements.enumerated() {
            path.append(Array(String(place).utf8))
            defer { path.removeLast() }
            var action = tables.action(root: root, path: path, names: names, isMember: false, holdsText: true)
            if action == nil, followsName, Self.holdsText(tape, element) { action = .replace(Masker.replacement) }
            followsName = announcesSecret(tape, element, isPair: elements.count == 2 && place == 0)
            if action == .erase {
                note(&erased)
                collect(tape, element)
                continue
            }
            if !isFirst { output.byte(UInt8(ascii: ",")) }
            isFirst = false
            if case .replace(let text) = action { replace(tape, element, with: text) } else { write(tape, element) }
        }
        output.byte(UInt8(ascii: "]"))
    }

    private mutating func writeString(_ tape: JSONTape, _ index: Int) {
        let text = tape.utf8(index)
        if let embedded = embeddedDocument(text) {
            if let rewritten = rewrite(embedded) {
                output.string(utf8: rewritten)
            } else {
                output.string(utf8: text)
            }
            return
        }
        guard let scrubbed = scrubbed(text) else {
            output.string(utf8: text)
            return
        }
        note(&masked)
        output.string(utf8: scrubbed)
    }

    /// The document that a string holds (`kubectl`'s last-applied annotation, a body that was logged as text).
    private func embeddedDocument(_ text: [UInt8]) -> JSONTape? {
        guard let first = text.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
        return JSONTape(text)
    }

    /// Masks an embedded document; `nil` when nothing in it had to be.
    private mutating func rewrite(_ tape: JSONTape) -> [UInt8]? {
        guard embedding < Self.embeddingLimit else {
            note(&masked)
            return Array(Masker.replacement.utf8)
        }
        let before = (erased.count, masked.count)
        let outer = output
        output = JSONText(capacity: tape.bytes.count)
        embedding += 1
        write(tape, 0)
        embedding -= 1
        let inner = output.bytes
        output = outer
        return before == (erased.count, masked.count) ? nil : inner
    }

    private mutating func replace(_ tape: JSONTape, _ index: Int, with text: String) {
        note(&masked)
        collect(tape, index)
        output.string(text)
    }

    /// Keeps what is masked in mind, so that it is found in other places, too. Names of members are not secrets.
    private mutating func collect(_ tape: JSONTape, _ index: Int) {
        switch tape.nodes[index].kind {
        case .string, .number: found.add(tape.utf8(index))
        case .object: for member in tape.members(of: index) { collect(tape, member.value) }
        case .array: for element in tape.elements(of: index) { collect(tape, element) }
        case .null, .boolean: break
        }
    }

    private func scrubbed(_ text: [UInt8]) -> [UInt8]? {
        let patterns = TextScrubber.scrub(text, tables)
        return words.scrub(patterns ?? text) ?? patterns
    }

    private func note(_ list: inout [String]) {
        guard list.count <= Self.pointerLimit else { return }
        var pointer: [UInt8] = []
        JSONPointer.append(Array(root.rawValue.utf8), to: &pointer)
        for segment in path { JSONPointer.append(scrubbed(segment) ?? segment, to: &pointer) }
        list.append(list.count == Self.pointerLimit ? "…" : String(decoding: pointer, as: UTF8.self))
    }
}

extension MaskWalk {
    private static let secretContents = Set(["data", "stringData"].map { Array($0.utf8) })
    private static let pairNames = Set(["name", "key", "header", "k"].map { Array($0.utf8) })
    private static let pairValues = Set(["value", "values", "v"].map { Array($0.utf8) })

    private static func holdsText(_ tape: JSONTape, _ index: Int) -> Bool {
        let kind = tape.nodes[index].kind
        return kind != .null && kind != .boolean
    }

    private static func isKubernetesSecret(_ tape: JSONTape, _ members: [(name: Int, value: Int)], _ texts: [[UInt8]]) -> Bool {
        zip(members, texts).contains { member, text in
            tape.nodes[member.value].kind == .string && text == Array("kind".utf8) && tape.utf8(member.value) == Array("Secret".utf8)
        }
    }

    /// A volume or variable that refers to a Kubernetes Secret by name holds nothing secret, and policies decide on it.
    private static func isKubernetesReference(_ tape: JSONTape, _ index: Int) -> Bool {
        let allowed = Set(["secretName", "defaultMode", "optional", "items"].map { Array($0.utf8) })
        let members = tape.members(of: index)
        guard !members.isEmpty else { return false }
        return members.allSatisfy { allowed.contains(tape.utf8($0.name)) }
            && members.contains { tape.utf8($0.name) == Array("secretName".utf8) }
    }

    /// Whether an object is a pair whose name is one that is masked: `{"name": "DB_PASSWORD", "value": …}`.
    private func namesSecret(_ tape: JSONTape, _ members: [(name: Int, value: Int)], _ texts: [[UInt8]]) -> Bool {
        zip(members, texts).contains { member, text in
            Self.pairNames.contains(text) && tape.nodes[member.value].kind == .string
                && tables.masks(MaskTables.normalized(tape.utf8(member.value)))
        }
    }

    /// Whether an element announces a secret as the next one: `["--password", "…"]`, `["Authorization", "…"]`.
    private func announcesSecret(_ tape: JSONTape, _ index: Int, isPair: Bool) -> Bool {
        guard tape.nodes[index].kind == .string else { return false }
        let text = tape.utf8(index)
        guard isPair || text.first == UInt8(ascii: "-"), !text.contains(UInt8(ascii: "=")) else { return false }
        return tables.masks(MaskTables.normalized(text))
    }
}
