extension Regex {
    /// The text with every match replaced by a template in which `$1`, `${1}`, `$name` and `${name}` stand for groups and `$$` for `$`,
    /// as Go's `ReplaceAllString` replaces.
    ///
    /// - Parameter byteLimit: a result that becomes longer ends early, but is longer than this.
    package func replacingAll(
        in text: UnsafeBufferPointer<UInt8>, with template: [UInt8], byteLimit: Int = .max, isInterrupted: (() -> Bool)? = nil
    ) -> [UInt8] {
        let parts = Template(template, groupNames: groupNames).parts
        let needsGroups = parts.contains { part in
            switch part {
            case .text: false
            case .group(let number): number > 0
            case .named: true
            }
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var copied = 0
        var position = 0
        var rounds = 0
        while position <= text.count, result.count <= byteLimit {
            rounds &+= 1
            if rounds & 63 == 0, isInterrupted?() ?? false { break }
            let groups = needsGroups ? captures(in: text, from: position) : firstMatch(in: text, from: position).map { [$0] }
            guard let groups, let match = groups[0] else { break }
            result.append(contentsOf: text[copied..<match.lowerBound])
            if match.upperBound > copied || match.lowerBound == 0 {
                for part in parts {
                    switch part {
                    case .text(let bytes): result.append(contentsOf: bytes)
                    case .group(let number): if let range = groups[number] { result.append(contentsOf: text[range]) }
                    case .named(let numbers):
                        if let range = numbers.lazy.compactMap({ groups[$0] }).first { result.append(contentsOf: text[range]) }
                    }
                }
            }
            copied = match.upperBound
            let width = position < text.count ? UTF8Decoding.length(of: text, at: position) : 0
            position = max(position + max(width, 1), match.upperBound)
        }
        result.append(contentsOf: text[min(copied, text.count)...])
        return result
    }
}

/// A replacement, taken apart once for all matches.
private struct Template {
    enum Part {
        case text([UInt8])
        /// A group that exists.
        case group(Int)
        /// Groups of one name: the first that took part counts.
        case named([Int])
    }

    private(set) var parts: [Part] = []

    init(_ template: [UInt8], groupNames: [[UInt8]?]) {
        var literal: [UInt8] = []
        var index = 0
        while index < template.count {
            guard template[index] == UInt8(ascii: "$") else {
                literal.append(template[index])
                index += 1
                continue
            }
            index += 1
            if index < template.count, template[index] == UInt8(ascii: "$") {
                literal.append(UInt8(ascii: "$"))
                index += 1
                continue
            }
            guard let (name, end) = Self.name(in: template, at: index) else {
                literal.append(UInt8(ascii: "$"))
                continue
            }
            index = end
            if !literal.isEmpty { parts.append(.text(literal)) }
            literal = []
            if let number = Self.number(name) {
                if number < groupNames.count { parts.append(.group(number)) }
            } else {
                let numbers = groupNames.indices.filter { groupNames[$0] == name }
                if !numbers.isEmpty { parts.append(.named(numbers)) }
            }
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
    }

    /// The longest run of letters, digits and `_`, in braces or not, and where the text goes on.
    private static func name(in template: [UInt8], at start: Int) -> (name: [UInt8], end: Int)? {
        guard start < template.count else { return nil }
        let isBraced = template[start] == UInt8(ascii: "{")
        let nameStart = isBraced ? start + 1 : start
        var end = nameStart
        while end < template.count {
            guard let decoded = UTF8Decoding.decode(template, at: end), let scalar = Unicode.Scalar(decoded.scalar) else { break }
            let isPart: Bool
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: isPart = true
            default: isPart = scalar == "_"
            }
            guard isPart else { break }
            end += decoded.length
        }
        guard end > nameStart else { return nil }
        let name = Array(template[nameStart..<end])
        if !isBraced { return (name, end) }
        guard end < template.count, template[end] == UInt8(ascii: "}") else { return nil }
        return (name, end + 1)
    }

    /// A number without leading zeros.
    private static func number(_ name: [UInt8]) -> Int? {
        guard name.allSatisfy(\.isASCIIDigit), name.count == 1 || name[0] != 48, name.count <= 9 else { return nil }
        return name.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
