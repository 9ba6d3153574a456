/// Finds what looks like a secret or a patient's name inside of a text, without knowing where the text comes from: tokens, credentials, private
/// keys, `name=value` with a name that is masked, and DICOM's `Family^Given` form of names.
///
/// Every scan is linear: no byte is looked at more than a fixed number of times.
struct TextScrubber {
    private static let mark = Array(Masker.replacement.utf8)
    private static let wordLimit = 64

    private let text: [UInt8]
    private let tables: MaskTables
    private var scrubbed: [UInt8] = []
    private var copied = 0
    private var at = 0
    /// The end of the run of base64url characters and dots that was measured last: runs are measured once.
    private var runEnd = 0
    /// The first dot of that run that has not been passed.
    private var nextDot = 0
    /// The end of the last word that was looked at as a whole.
    private var wordEnd = 0

    private init(_ text: [UInt8], _ tables: MaskTables) {
        self.text = text
        self.tables = tables
    }

    /// The text without what looks secret; `nil` when there is nothing of the kind.
    /// - Complexity: O(n).
    static func scrub(_ text: [UInt8], _ tables: MaskTables) -> [UInt8]? {
        guard text.count >= 4 else { return nil }
        if contains(text, "PRIVATE KEY-----") { return mark }
        var scrubber = TextScrubber(text, tables)
        scrubber.run()
        guard scrubber.copied > 0 else { return nil }
        return scrubber.scrubbed + text[scrubber.copied...]
    }

    private static func contains(_ text: [UInt8], _ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard text.count >= word.count else { return false }
            return (0...text.count - word.count).contains { text[$0] == word[0] && text[$0..<$0 + word.count].elementsEqual(word) }
        }
    }

    private mutating func run() {
        while at < text.count {
            let byte = text[at]
            if byte == UInt8(ascii: "e"), let end = tokenEnd() {
                replace(at, end)
            } else if byte == UInt8(ascii: ":"), let end = userInformationEnd() {
                replace(at + 3, end)
            } else if at >= wordEnd, Self.isWord(byte) {
                word()
            } else {
                at += 1
            }
        }
    }

    private mutating func replace(_ start: Int, _ end: Int) {
        scrubbed.append(contentsOf: text[copied..<start])
        scrubbed.append(contentsOf: Self.mark)
        copied = end
        at = end
    }

    /// The end of a token that begins here: base64url of `{"` or of `{` and white space, and more parts after dots (JWS, JWE).
    private mutating func tokenEnd() -> Int? {
        guard at + 16 <= text.count, isTokenStart(at) else { return nil }
        if runEnd <= at {
            runEnd = at
            while runEnd < text.count, Self.isBase64URL(text[runEnd]) || text[runEnd] == UInt8(ascii: ".") { runEnd += 1 }
        }
        nextDot = max(nextDot, at)
        while nextDot < runEnd, text[nextDot] != UInt8(ascii: ".") { nextDot += 1 }
        return nextDot - at >= 8 && nextDot + 4 <= runEnd ? runEnd : nil
    }

    private func isTokenStart(_ at: Int) -> Bool {
        let third = text[at + 2]
        switch text[at + 1] {
        case UInt8(ascii: "y"):
            return (UInt8(ascii: "I")...UInt8(ascii: "L")).contains(third) || (UInt8(ascii: "A")...UInt8(ascii: "D")).contains(third)
        case UInt8(ascii: "w"):
            return (UInt8(ascii: "k")...UInt8(ascii: "r")).contains(third) || (UInt8(ascii: "0")...UInt8(ascii: "3")).contains(third)
        default: return false
        }
    }

    /// The end of `user:password` in `scheme://user:password@host`, when a colon here begins it.
    private func userInformationEnd() -> Int? {
        guard at + 3 < text.count, text[at + 1] == UInt8(ascii: "/"), text[at + 2] == UInt8(ascii: "/") else { return nil }
        var hasColon = false
        for (offset, byte) in text[(at + 3)...].prefix(512).enumerated() {
            switch byte {
            case UInt8(ascii: "@"): return hasColon ? at + 3 + offset : nil
            case UInt8(ascii: ":"): hasColon = true
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0...0x20, UInt8(ascii: "\""): return nil
            default: break
            }
        }
        return nil
    }

    /// A word begins here: the name of a value, a scheme of authentication, a key of a known make, or a person's name.
    private mutating func word() {
        let start = at
        var end = at
        while end < text.count, Self.isWord(text[end]) || text[end] == UInt8(ascii: "_") || text[end] == UInt8(ascii: "-") { end += 1 }
        wordEnd = end
        let word = Array(text[start..<min(end, start + Self.wordLimit)])
        if isPersonName(end) {
            while end < text.count, Self.isWord(text[end]) || text[end] == UInt8(ascii: "^") || Self.isNameMark(text[end]) { end += 1 }
            replace(start, end)
        } else if end - start <= Self.wordLimit, let (from, to) = value(after: end, of: MaskTables.normalized(word)) {
            replace(from, to)
        } else if let (from, to) = credentials(after: end, scheme: MaskTables.normalized(word)) {
            replace(from, to)
        } else if Self.isKnownKey(word) {
            replace(start, end)
        } else {
            // A token may hide inside of a word: `%20eyJ…`.
            at += 1
            while at < end, text[at] != UInt8(ascii: "e") { at += 1 }
        }
    }

    /// DICOM PS3.5, section 6.2: components of a name are separated by carets.
    private func isPersonName(_ end: Int) -> Bool {
        end + 1 < text.count && text[end] == UInt8(ascii: "^") && Self.isLetter(text[end + 1]) && Self.isLetter(text[end - 1])
    }

    /// Where the value lies in `name=value`, `name:value`, `"name": "value"`, when the name is one that is masked.
    private func value(after end: Int, of name: [UInt8]) -> (Int, Int)? {
        guard end < text.count, tables.masks(name) else { return nil }
        var from = end
        var wasQuoted = false
        while from < text.count, isQuote(from) || text[from] == UInt8(ascii: "\\") || (wasQuoted && text[from] == 0x20) {
            wasQuoted = true
            from += 1
        }
        while from < text.count, text[from] == 0x20, from + 1 < text.count, text[from + 1] == UInt8(ascii: "=") { from += 1 }
        guard from < text.count, text[from] == UInt8(ascii: "=") || text[from] == UInt8(ascii: ":") else { return nil }
        let isAssigned = text[from] == UInt8(ascii: "=") || wasQuoted
        from += 1
        let afterSeparator = from
        while from < text.count, text[from] == 0x20 { from += 1 }
        var quote: UInt8?
        while from < text.count, isQuote(from) || text[from] == UInt8(ascii: "\\") {
            if isQuote(from) { quote = text[from] }
            from += 1
        }
        // `token: it has expired` is a sentence, `token: "…"` and `token:…` are not.
        guard isAssigned || quote != nil || from == afterSeparator else { return nil }
        var to = from
        while to < text.count, !endsValue(text[to], quote) { to += 1 }
        return to > from ? (from, to) : nil
    }

    private func endsValue(_ byte: UInt8, _ quote: UInt8?) -> Bool {
        if let quote { return byte == quote || byte == UInt8(ascii: "\\") }
        switch byte {
        case 0...0x20, UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"),
            UInt8(ascii: "}"), UInt8(ascii: "]"):
            return true
        default: return false
        }
    }

    /// Where the credentials lie in `Bearer …` and the like (RFC 9110, section 11.4).
    private func credentials(after end: Int, scheme: [UInt8]) -> (Int, Int)? {
        guard Self.schemes.contains(scheme) else { return nil }
        var from = end
        while from < text.count, text[from] == 0x20 || text[from] == UInt8(ascii: "+") { from += 1 }
        if from + 3 <= text.count, text[from] == UInt8(ascii: "%") { from += 3 }
        guard from > end else { return nil }
        var to = from
        var looksRandom = false
        while to < text.count, Self.isToken68(text[to]) {
            let byte = text[to]
            if !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte), byte != UInt8(ascii: "-"), byte != UInt8(ascii: ".") {
                looksRandom = true
            }
            to += 1
        }
        // Words of a sentence ("bearer authentication failed") are short and in lower case.
        return to - from >= 20 || (to - from >= 6 && looksRandom) ? (from, to) : nil
    }

    private static let schemes = Set(["bearer", "basic", "token", "negotiate", "digest", "apikey", "dpop"].map { Array($0.utf8) })

    private static let knownKeys: [(prefix: [UInt8], length: Int)] = [
        ("AKIA", 20), ("ASIA", 20), ("ghp_", 36), ("gho_", 36), ("ghs_", 36), ("ghu_", 36), ("github_pat_", 40), ("glpat-", 26),
        ("xoxb-", 24), ("xoxp-", 24), ("sk-", 32), ("sk_live_", 24), ("AIza", 39), ("npm_", 36), ("hvs.", 24),
    ].map { (Array($0.0.utf8), $0.1) }

    private static func isKnownKey(_ word: [UInt8]) -> Bool {
        knownKeys.contains { word.count >= $0.length && word.starts(with: $0.prefix) }
    }

    private func isQuote(_ at: Int) -> Bool {
        text[at] == UInt8(ascii: "\"") || text[at] == UInt8(ascii: "'") || text[at] == UInt8(ascii: "`")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
    }

    private static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isNameMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ".")
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        isWord(byte) && byte < 0x80 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isToken68(_ byte: UInt8) -> Bool {
        isBase64URL(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "/")
            || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "%")
    }
}
