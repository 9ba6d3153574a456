import RegoSyntax

/// A variable's name, as its index in the compilation's `SymbolTable`.
struct VariableID: Hashable, BitwiseCopyable {
    let rawValue: Int32

    static let data = VariableID(rawValue: 0)
    static let input = VariableID(rawValue: 1)
    static let unify = VariableID(rawValue: 2)
    static let assign = VariableID(rawValue: 3)
    static let equal = VariableID(rawValue: 4)
    static let print = VariableID(rawValue: 5)
    static let `internal` = VariableID(rawValue: 6)
    static let rego = VariableID(rawValue: 7)

    /// The names of the identifiers above, in their order.
    static let wellKnownNames = ["data", "input", "eq", "assign", "equal", "print", "internal", "rego"]
}

/// The names of a compilation's variables, each once, so that stages compare numbers instead of strings.
final class SymbolTable {
    fileprivate struct Entry {
        /// Empty for a generated variable, whose name is made when it is asked for.
        let name: String
        /// The number in a generated variable's name; -1 for every other variable.
        let number: Int32
        /// For a generated variable the one that the author wrote, for every other variable itself.
        var authored: VariableID
        /// Whether the name stands in a source text (the well-known names may not).
        var isOccurring: Bool
    }

    // One thread uses a table. No change reads it meanwhile: what is added is complete before it is added.
    @exclusivity(unchecked) private var entries: [Entry] = []
    @exclusivity(unchecked) private var index = LookupTable<String, VariableID>()
    private let generatedPrefix: String
    @exclusivity(unchecked) private var generatedCount: Int32 = 0
    /// Authors' names that look like generated ones and must not be generated again.
    private var lookAlikes: Set<String> = []

    /// - Parameter generatedPrefix: what generated names start with, `__local` for modules and `__localq` for queries.
    init(generatedPrefix: String) {
        self.generatedPrefix = generatedPrefix
        index.reserveCapacity(64)
        entries = [Entry](capacity: 64)
        for name in VariableID.wellKnownNames { index.set(name, to: append(name, isOccurring: false)) }
    }

    /// The variable of a name that an author wrote.
    func intern(_ name: String) -> VariableID {
        if let known = index[name] {
            if !entries[Int(known.rawValue)].isOccurring { entries[Int(known.rawValue)].isOccurring = true }
            return known
        }
        let variable = append(name)
        index.set(name, to: variable)
        if name.utf8.starts(with: "__local".utf8) { lookAlikes.insert(name) }
        return variable
    }

    /// A new variable whose name no author uses.
    func generate() -> VariableID {
        while true {
            let number = generatedCount
            generatedCount += 1
            if lookAlikes.isEmpty || !lookAlikes.contains(Self.generatedName(number, prefix: generatedPrefix)) {
                return append("", number: number)
            }
        }
    }

    fileprivate static func generatedName(_ number: Int32, prefix: String) -> String { prefix + String(number) + "__" }

    /// A new variable with a name that authors cannot write.
    func add(unwritable name: String) -> VariableID { append(name) }

    private func append(_ name: String, number: Int32 = -1, isOccurring: Bool = true) -> VariableID {
        let variable = VariableID(rawValue: Int32(entries.count))
        entries.append(Entry(name: name, number: number, authored: variable, isOccurring: isOccurring))
        return variable
    }

    func name(_ variable: VariableID) -> String { entries[Int(variable.rawValue)].name(prefix: generatedPrefix) }

    /// Whether any source text holds a name, as a variable or as the head of a function's name.
    func occurs(_ name: String) -> Bool { index[name].map(occurs) ?? false }

    func occurs(_ variable: VariableID) -> Bool { entries[Int(variable.rawValue)].isOccurring }

    /// Records that a generated variable stands for the one that an author wrote.
    func rewrite(_ author: VariableID, to generated: VariableID) {
        entries[Int(generated.rawValue)].authored = author
    }

    /// The variable that an author wrote where this one stands now.
    func author(of variable: VariableID) -> VariableID { entries[Int(variable.rawValue)].authored }

    /// `_`, which occurs under the names `$0`, `$1`, ….
    func isWildcard(_ variable: VariableID) -> Bool { entries[Int(variable.rawValue)].name.utf8.first == UInt8(ascii: "$") }

    /// Whether the compiler has made the variable: its name is nobody's else.
    func isMade(_ variable: VariableID) -> Bool { entries[Int(variable.rawValue)].number >= 0 }

    /// A name of the compiler's making, or one that looks like it.
    func isGenerated(_ variable: VariableID) -> Bool {
        if isMade(variable) { return true }
        let name = name(variable).utf8
        return name.starts(with: "__local".utf8) || name.starts(with: Self.capturePrefix.utf8)
    }

    /// What the names of the variables begin with that hold the values of a query's expressions.
    static let capturePrefix = "$term"

    /// The variable as messages show it.
    func description(_ variable: VariableID) -> String { isWildcard(variable) ? "_" : name(variable) }

    /// The names that authors gave to generated variables.
    var authoredNames: AuthoredNames { AuthoredNames(entries: entries, generatedPrefix: generatedPrefix) }
}

/// The names that authors gave to the variables that the compiler has generated for theirs (`__local3__` → `x`), for messages and traces.
package struct AuthoredNames: Sendable {
    fileprivate var entries: [SymbolTable.Entry] = []
    fileprivate var generatedPrefix = ""

    /// The names by what was generated for them: only what shows them to people needs a table of them.
    package var byGeneratedName: [String: String] {
        var result: [String: String] = [:]
        for (position, entry) in entries.enumerated() where entry.authored.rawValue != Int32(position) {
            result[entry.name(prefix: generatedPrefix)] = entries[Int(entry.authored.rawValue)].name(prefix: generatedPrefix)
        }
        return result
    }
}

extension SymbolTable.Entry {
    fileprivate func name(prefix: String) -> String {
        number < 0 ? name : SymbolTable.generatedName(number, prefix: prefix)
    }
}
