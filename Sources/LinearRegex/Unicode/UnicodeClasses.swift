/// `\p{…}`: general categories, their long names, and scripts, found as Go 1.25 finds them (case, spaces, `_` and `-` do not matter).
enum UnicodeClasses {
    private static let names = split(UnicodeData.categoryNames)
    private static let scripts = split(UnicodeData.scriptNames)

    /// The class of a name, or `nil` when there is none.
    static func named(_ name: some Sequence<UInt8>) -> CharacterClass? {
        let wanted = canonical(name)
        switch wanted {
        case "any": return .any
        case "ascii": return CharacterClass([(0, 0x7F)])
        case "assigned": return categories { $0 == "Cn" }.inverted()
        case "lc": return categories { $0 == "Lu" || $0 == "Ll" || $0 == "Lt" }
        default: break
        }
        let category = aliases[wanted] ?? wanted
        if category == "lc" { return categories { $0 == "Lu" || $0 == "Ll" || $0 == "Lt" } }
        let found = names.filter { $0.lowercased() == category || (category.utf8.count == 1 && $0.lowercased().hasPrefix(category)) }
        if !found.isEmpty { return categories { found.contains($0) } }
        if let index = scripts.firstIndex(where: { canonical($0.utf8) == wanted }) { return script(index + 1) }
        return nil
    }

    /// Lower case without spaces, `_` and `-`.
    private static func canonical(_ name: some Sequence<UInt8>) -> String {
        let kept = name.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private static func categories(_ isIncluded: (String) -> Bool) -> CharacterClass {
        let included = names.map(isIncluded)
        var data = PackedText(UnicodeData.categories)
        var result = CharacterClass()
        var start = 0
        while !data.isAtEnd {
            let category = data.symbol()
            let count = data.number()
            if included[category] { result.insert(UInt32(start), UInt32(start + count - 1)) }
            start += count
        }
        return result
    }

    private static func script(_ number: Int) -> CharacterClass {
        var data = PackedText(UnicodeData.scripts)
        var result = CharacterClass()
        var start = 0
        while !data.isAtEnd {
            let script = data.number()
            let count = data.number()
            if script == number { result.insert(UInt32(start), UInt32(start + count - 1)) }
            start += count
        }
        return result
    }

    private static func split(_ text: StaticString) -> [String] {
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            .split(separator: UInt8(ascii: " "))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Unicode's long names (PropertyValueAliases), in canonical form.
    private static let aliases: [String: String] = [
        "other": "c", "control": "cc", "cntrl": "cc", "format": "cf", "unassigned": "cn", "privateuse": "co", "surrogate": "cs",
        "letter": "l", "casedletter": "lc", "lowercaseletter": "ll", "modifierletter": "lm", "otherletter": "lo",
        "titlecaseletter": "lt", "uppercaseletter": "lu", "mark": "m", "combiningmark": "m", "spacingmark": "mc",
        "enclosingmark": "me", "nonspacingmark": "mn", "number": "n", "decimalnumber": "nd", "digit": "nd", "letternumber": "nl",
        "othernumber": "no", "punctuation": "p", "punct": "p", "connectorpunctuation": "pc", "dashpunctuation": "pd",
        "closepunctuation": "pe", "finalpunctuation": "pf", "initialpunctuation": "pi", "otherpunctuation": "po",
        "openpunctuation": "ps", "symbol": "s", "currencysymbol": "sc", "modifiersymbol": "sk", "mathsymbol": "sm",
        "othersymbol": "so", "separator": "z", "lineseparator": "zl", "paragraphseparator": "zp", "spaceseparator": "zs",
    ]
}
