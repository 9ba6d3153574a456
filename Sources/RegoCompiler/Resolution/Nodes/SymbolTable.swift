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
    private(set) var names = VariableID.wellKnownNames
    private var index = LookupTable<String, VariableID>()
    /// For a generated variable the one that the author wrote, for every other variable itself.
    private var authored: [VariableID] = []
    /// Whether the name stands in a source text (the well-known names may not).
    private var occurring: [Bool] = []
    private let generatedPrefix: String
    private var generatedCount = 0
    /// Authors' names that look like generated ones and must not be generated again.
    private var lookAlikes: Set<String> = []

    /// - Parameter generatedPrefix: what generated names start with, `__local` for modules and `__localq` for queries.
    init(generatedPrefix: String) {
        self.generatedPrefix = generatedPrefix
        index.reserveCapacity(64)
        for (position, name) in names.enumerated() {
            let variable = VariableID(rawValue: Int32(position))
            index.set(name, to: variable)
            authored.append(variable)
            occurring.append(false)
        }
    }

    /// The variable of a name that an author wrote.
    func intern(_ name: String) -> VariableID {
        if let known = index[name] {
            occurring[Int(known.rawValue)] = true
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
            let name = generatedPrefix + String(generatedCount) + "__"
            generatedCount += 1
            if lookAlikes.isEmpty || !lookAlikes.contains(name) { return append(name) }
        }
    }

    /// A new variable with a name that authors cannot write.
    func add(unwritable name: String) -> VariableID { append(name) }

    private func append(_ name: String) -> VariableID {
        let variable = VariableID(rawValue: Int32(names.count))
        names.append(name)
        authored.append(variable)
        occurring.append(true)
        return variable
    }

    func name(_ variable: VariableID) -> String { names[Int(variable.rawValue)] }

    /// Whether any source text holds a name, as a variable or as the head of a function's name.
    func occurs(_ name: String) -> Bool { index[name].map { occurring[Int($0.rawValue)] } ?? false }

    func occurs(_ variable: VariableID) -> Bool { occurring[Int(variable.rawValue)] }

    /// Records that a generated variable stands for the one that an author wrote.
    func rewrite(_ author: VariableID, to generated: VariableID) { authored[Int(generated.rawValue)] = author }

    /// The variable that an author wrote where this one stands now.
    func author(of variable: VariableID) -> VariableID { authored[Int(variable.rawValue)] }

    /// `_`, which occurs under the names `$0`, `$1`, ….
    func isWildcard(_ variable: VariableID) -> Bool { name(variable).utf8.first == UInt8(ascii: "$") }

    /// A name of the compiler's making, or one that looks like it.
    func isGenerated(_ variable: VariableID) -> Bool {
        let name = name(variable).utf8
        return name.starts(with: "__local".utf8) || name.starts(with: Self.capturePrefix.utf8)
    }

    /// What the names of the variables begin with that hold the values of a query's expressions.
    static let capturePrefix = "$term"

    /// The variable as messages show it.
    func description(_ variable: VariableID) -> String { isWildcard(variable) ? "_" : name(variable) }

    /// The names that authors gave to generated variables.
    var authoredNames: AuthoredNames { AuthoredNames(names: names, authored: authored) }
}

/// The names that authors gave to the variables that the compiler has generated for theirs (`__local3__` → `x`), for messages and traces.
package struct AuthoredNames: Sendable {
    fileprivate var names: [String] = []
    fileprivate var authored: [VariableID] = []

    /// The names by what was generated for them: only what shows them to people needs a table of them.
    package var byGeneratedName: [String: String] {
        var result: [String: String] = [:]
        for (position, author) in authored.enumerated() where author.rawValue != Int32(position) {
            result[names[position]] = names[Int(author.rawValue)]
        }
        return result
    }
}
