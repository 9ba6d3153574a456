extension Parser {
    /// `[…]`.
    mutating func parseClass() throws(RegexError) -> CharacterClass {
        let start = position
        position += 1
        var result = CharacterClass()
        let isNegated = peek() == UInt8(ascii: "^")
        if isNegated { position += 1 }
        var isFirst = true
        while isAtEnd || peek() != UInt8(ascii: "]") || isFirst {
            isFirst = false
            var named = try parsePOSIXClass()
            if named == nil { named = try parseUnicodeClass() }
            if let named = named ?? parsePerlClass() {
                result.formUnion(named)
                continue
            }
            let rangeStart = position
            let low = try parseClassCharacter(classStart: start)
            var high = low
            if position + 1 < pattern.count, peek() == UInt8(ascii: "-"), peek(1) != UInt8(ascii: "]") {
                position += 1
                high = try parseClassCharacter(classStart: start)
                if high < low { throw RegexError(.invalidCharacterRange, pattern[rangeStart..<position]) }
            }
            if flags.contains(.foldCase) { result.insertFolded(low, high) } else { result.insert(low, high) }
        }
        position += 1
        result.clean()
        return isNegated ? result.inverted() : result
    }

    private mutating func parseClassCharacter(classStart: Int) throws(RegexError) -> UInt32 {
        guard let byte = peek() else { throw RegexError(.missingBracket, pattern[classStart...]) }
        return byte == UInt8(ascii: "\\") ? try parseEscape() : try nextScalar()
    }

    /// `\d \s \w` and their complements.
    mutating func parsePerlClass() -> CharacterClass? {
        guard peek() == UInt8(ascii: "\\"), let letter = peek(1) else { return nil }
        let members: CharacterClass
        switch letter | 0x20 {
        case UInt8(ascii: "d"): members = CharacterClass([(48, 57)])
        case UInt8(ascii: "s"): members = CharacterClass([(9, 10), (12, 13), (32, 32)])
        case UInt8(ascii: "w"): members = CharacterClass([(48, 57), (65, 90), (95, 95), (97, 122)])
        default: return nil
        }
        guard letter.isASCIIAlphanumeric else { return nil }
        position += 2
        return group(members, isNegated: letter & 0x20 == 0)
    }

    /// `[:alpha:]` and `[:^alpha:]`; `nil` where the text is not of this form.
    private mutating func parsePOSIXClass() throws(RegexError) -> CharacterClass? {
        guard peek() == UInt8(ascii: "["), peek(1) == UInt8(ascii: ":") else { return nil }
        let start = position
        var end = start + 2
        while end + 1 < pattern.count, !(pattern[end] == UInt8(ascii: ":") && pattern[end + 1] == UInt8(ascii: "]")) { end += 1 }
        guard end + 1 < pattern.count else { return nil }
        var name = pattern[(start + 2)..<end]
        let isNegated = name.first == UInt8(ascii: "^")
        if isNegated { name = name.dropFirst() }
        guard let members = Self.posixClasses[String(decoding: name, as: UTF8.self)] else {
            throw RegexError(.invalidCharacterRange, pattern[start..<(end + 2)])
        }
        position = end + 2
        return group(CharacterClass(members), isNegated: isNegated)
    }

    private func group(_ members: CharacterClass, isNegated: Bool) -> CharacterClass {
        let members = flags.contains(.foldCase) ? members.folded() : members
        return isNegated ? members.inverted() : members
    }

    private static let posixClasses: [String: [(UInt32, UInt32)]] = [
        "alnum": [(48, 57), (65, 90), (97, 122)], "alpha": [(65, 90), (97, 122)], "ascii": [(0, 127)], "blank": [(9, 9), (32, 32)],
        "cntrl": [(0, 31), (127, 127)], "digit": [(48, 57)], "graph": [(33, 126)], "lower": [(97, 122)], "print": [(32, 126)],
        "punct": [(33, 47), (58, 64), (91, 96), (123, 126)], "space": [(9, 13), (32, 32)], "upper": [(65, 90)],
        "word": [(48, 57), (65, 90), (95, 95), (97, 122)], "xdigit": [(48, 57), (65, 70), (97, 102)],
    ]

    /// `\pL`, `\p{Greek}`, `\p{^Han}`, `\PN`.
    mutating func parseUnicodeClass() throws(RegexError) -> CharacterClass? {
        guard peek() == UInt8(ascii: "\\"), let letter = peek(1), letter | 0x20 == UInt8(ascii: "p"), letter.isASCIIAlphanumeric
        else { return nil }
        guard position + 2 < pattern.count else { throw RegexError(.invalidCharacterRange, pattern[position...]) }
        let start = position
        var isNegated = letter == UInt8(ascii: "P")
        position += 2
        var name: ArraySlice<UInt8>
        if peek() == UInt8(ascii: "{") {
            guard let end = pattern[position...].firstIndex(of: UInt8(ascii: "}")) else {
                try checkUTF8(pattern[start...])
                throw RegexError(.invalidCharacterRange, pattern[start...])
            }
            name = pattern[(position + 1)..<end]
            try checkUTF8(name)
            position = end + 1
        } else {
            let nameStart = position
            _ = try nextScalar()
            name = pattern[nameStart..<position]
        }
        let whole = pattern[start..<position]
        if name.first == UInt8(ascii: "^") {
            isNegated.toggle()
            name = name.dropFirst()
        }
        guard var members = UnicodeClasses.named(name) else { throw RegexError(.invalidCharacterRange, whole) }
        if flags.contains(.foldCase) { members = members.folded() }
        return isNegated ? members.inverted() : members
    }
}
