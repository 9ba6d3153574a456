/// The builtins that a program may call, by name.
///
/// OPA's own are a constant table: nothing has to be built before the first look-up.
package struct BuiltinTable: Sendable, ExpressibleByDictionaryLiteral {
    private let includesOPA: Bool
    /// Further builtins, which come before OPA's of the same name.
    private(set) var further: [String: BuiltinSignature]

    /// OPA's builtins and nothing else.
    package static let opa = BuiltinTable(includesOPA: true)

    private init(includesOPA: Bool) {
        self.includesOPA = includesOPA
        further = [:]
    }

    /// Only the given builtins.
    package init(dictionaryLiteral elements: (String, BuiltinSignature)...) {
        includesOPA = false
        further = Dictionary(elements) { _, last in last }
    }

    /// The builtins among these that have one of the names, and further ones.
    package func restricted(to names: Set<String>, adding others: [BuiltinSignature] = []) -> BuiltinTable {
        var table = BuiltinTable(includesOPA: false)
        for name in names { table.further[name] = self[name] }
        for signature in others { table.further[signature.name] = signature }
        return table
    }

    /// The signature of a builtin; `nil` if there is none of that name.
    ///
    /// - Complexity: O(log n) comparisons of bytes.
    package subscript(name: String) -> BuiltinSignature? {
        get {
            if !further.isEmpty, let signature = further[name] { return signature }
            return includesOPA ? BuiltinDeclaration.find(name)?.signature(name) : nil
        }
        set { further[name] = newValue }
    }
}

extension BuiltinSignature {
    /// The signatures of OPA 1.9's 201 builtins, and of those that came later, by name.
    package static var opaByName: BuiltinTable { .opa }

    /// The names of OPA's builtins, sorted.
    package static var opaNames: [String] { BuiltinDeclaration.all.map { $0.name.description } }
}
