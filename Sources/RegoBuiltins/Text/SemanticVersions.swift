@_spi(Engine) package import RegoRuntime

/// `semver.*` (OPA: "SemVer"; semver.org 2.0.0).
package enum SemanticVersionBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("semver.is_valid", arity: 1) {
            let call = BuiltinCall($0)
            call.return(call[0].isString && SemanticVersion(call[0].swiftString) != nil)
        },
        BuiltinDefinition("semver.compare", arity: 2) { compare(BuiltinCall($0)) },
    ]

    private static func compare(_ call: BuiltinCall) {
        guard let left = call.string(0), let right = call.string(1) else { return }
        guard let first = SemanticVersion(left.swiftString) else {
            return call.fail(.builtin, "operand 1: string \(left.regoText) is not a valid SemVer")
        }
        guard let second = SemanticVersion(right.swiftString) else {
            return call.fail(.builtin, "operand 2: string \(right.regoText) is not a valid SemVer")
        }
        call.return(.integer(Int64(first.compare(second))))
    }
}

/// A version, compared by precedence: build metadata does not count.
struct SemanticVersion {
    private var numbers: [Int64]
    private var preRelease: [Substring] = []

    /// Reads `1.2.3-rc.1+build`, also with zeros at the front of numbers as OPA takes them; `nil` for anything else.
    init?(_ text: String) {
        var rest = text[...]
        if let mark = rest.firstIndex(of: "+") {
            guard Self.areIdentifiers(rest[rest.index(after: mark)...]) else { return nil }
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "-") {
            let identifiers = rest[rest.index(after: mark)...]
            guard Self.areIdentifiers(identifiers) else { return nil }
            if !identifiers.isEmpty { preRelease = identifiers.split(separator: ".", omittingEmptySubsequences: false) }
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        numbers = []
        for part in parts {
            guard Self.isNumber(part), let number = Int64(part) else { return nil }
            numbers.append(number)
        }
    }

    private static func isNumber(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }

    /// Whether the text is empty, or words between points.
    private static func areIdentifiers(_ text: Substring) -> Bool {
        text.isEmpty
            || text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { $0 == 45 || ($0 >= 48 && $0 <= 57) || ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) }
            }
    }

    /// -1, 0 or 1.
    func compare(_ other: SemanticVersion) -> Int {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if preRelease.isEmpty || other.preRelease.isEmpty {
            return preRelease.isEmpty == other.preRelease.isEmpty ? 0 : preRelease.isEmpty ? 1 : -1
        }
        for (left, right) in zip(preRelease, other.preRelease) where left != right {
            switch (Self.isNumber(left), Self.isNumber(right)) {
            case (true, true):
                let (first, second) = (left.drop { $0 == "0" }, right.drop { $0 == "0" })
                if first == second { continue }
                if first.utf8.count != second.utf8.count { return first.utf8.count < second.utf8.count ? -1 : 1 }
                return first.utf8.lexicographicallyPrecedes(second.utf8) ? -1 : 1
            case (true, false): return -1
            case (false, true): return 1
            case (false, false): break
            }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        }
        return preRelease.count == other.preRelease.count ? 0 : preRelease.count < other.preRelease.count ? -1 : 1
    }
}
