extension Regex {
    /// Whether the text holds a match.
    package func matches(_ text: [UInt8]) -> Bool { text.withUnsafeBufferPointer { matches($0) } }

    /// Whether the text holds a match.
    package func matches(_ text: String) -> Bool { matches(Array(text.utf8)) }

    /// The bytes of the first match that begins at or after `start`.
    package func firstMatch(in text: [UInt8], from start: Int = 0) -> Range<Int>? {
        text.withUnsafeBufferPointer { firstMatch(in: $0, from: start) }
    }

    /// The groups of the first match that begins at or after `start`.
    package func captures(in text: [UInt8], from start: Int = 0) -> [Range<Int>?]? {
        text.withUnsafeBufferPointer { captures(in: $0, from: start) }
    }

    /// Successive matches that do not overlap.
    package func allMatches(in text: [UInt8], limit: Int? = nil) -> [Range<Int>] {
        text.withUnsafeBufferPointer { allMatches(in: $0, limit: limit) }
    }

    /// The text with every match replaced by a template.
    package func replacingAll(in text: [UInt8], with template: [UInt8]) -> [UInt8] {
        text.withUnsafeBufferPointer { replacingAll(in: $0, with: template) }
    }

    /// The pieces between matches.
    package func split(_ text: [UInt8], limit: Int? = nil) -> [Range<Int>] {
        text.withUnsafeBufferPointer { split($0, limit: limit) }
    }
}

extension Glob {
    /// What the whole text is to the glob.
    package func answer(_ text: [UInt8]) -> Answer { text.withUnsafeBufferPointer { answer($0) } }
}
