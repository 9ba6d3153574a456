import RegoSyntax
import Synchronization

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
        /// The number in a generated variable's name; `unnumbered` for every other variable.
        var number: Int32
        /// For a generated variable the one that the author wrote, for every other variable itself.
        var authored: VariableID
        /// Whether the name stands in a source text (the well-known names may not).
        var isOccurring: Bool

        static let unnumbered: Int32 = -1
        /// Stands for a number that only the whole table can give.
        static let pending: Int32 = -2
    }

    /// What makes a table a part of another one, which is not changed as long as it has parts.
    fileprivate struct Part {
        let whole: SymbolTable
        /// The variables of the whole.
        let base: Int
        /// Which of how many parts this is: their variables take turns behind those of the whole.
        let position: Int
        let count: Int
    }

    /// Variables that one stage has generated for one module.
    private struct Run {
        let stage: Int32
        let module: Int32
        let first: Int
    }

    // One thread uses a table, but for `intern`. No change reads it meanwhile: what is added is complete before it is added.
    @exclusivity(unchecked) private var entries: [Entry] = []
    @exclusivity(unchecked) private var index = LookupTable<String, VariableID>()
    private let generatedPrefix: String
    @exclusivity(unchecked) private var generatedCount: Int32 = 0
    /// Authors' names that look like generated ones and must not be generated again.
    private var lookAlikes: Set<String> = []

    private let interning = Mutex(())
    private let part: Part?
    /// What the variables of a part are generated for.
    private var stage: Int32 = 0
    private var module: Int32 = 0
    private var runs: [Run] = []
    /// Whether the number of a part's variable was asked for, which the part cannot know.
    private(set) var hasMissedNumber = false

    /// - Parameter generatedPrefix: what generated names start with, `__local` for modules and `__localq` for queries.
    init(generatedPrefix: String) {
        self.generatedPrefix = generatedPrefix
        part = nil
        index.reserveCapacity(64)
        entries = [Entry](capacity: 64)
        for name in VariableID.wellKnownNames { index.set(name, to: append(name, isOccurring: false)) }
    }

    private init(_ part: Part) {
        self.part = part
        generatedPrefix = part.whole.generatedPrefix
    }

    private func entry(_ variable: VariableID) -> Entry {
        let position = Int(variable.rawValue)
        guard let part else { return entries[position] }
        return position < part.base ? part.whole.entries[position] : entries[part.index(of: position)]
    }

    /// The variable of a name that an author wrote; any thread may ask for it as long as none uses the table otherwise.
    func intern(_ name: String) -> VariableID {
        precondition(part == nil, "names are added to the whole table")
        return interning.withLock { _ in
            if let known = index[name] {
                if !entries[Int(known.rawValue)].isOccurring { entries[Int(known.rawValue)].isOccurring = true }
                return known
            }
            let variable = append(name)
            index.set(name, to: variable)
            if name.utf8.starts(with: "__local".utf8) { lookAlikes.insert(name) }
            return variable
        }
    }

    /// A new variable whose name no author uses.
    func generate() -> VariableID {
        if let part { return generate(in: part) }
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

    private func append(_ name: String, number: Int32 = Entry.unnumbered, isOccurring: Bool = true) -> VariableID {
        let variable = VariableID(rawValue: Int32(entries.count))
        entries.append(Entry(name: name, number: number, authored: variable, isOccurring: isOccurring))
        return variable
    }

    func name(_ variable: VariableID) -> String {
        let entry = entry(variable)
        if entry.number == Entry.pending { hasMissedNumber = true }
        return entry.name(prefix: generatedPrefix)
    }

    /// Whether a variable's name comes before another one's.
    func precedes(_ left: VariableID, _ right: VariableID) -> Bool {
        let (first, second) = (entry(left), entry(right))
        // Beside a name that does not begin as generated ones do, no digit matters; tables with other names have no parts.
        if first.number == Entry.pending, second.number == Entry.pending { hasMissedNumber = true }
        return first.name(prefix: generatedPrefix) < second.name(prefix: generatedPrefix)
    }

    /// Whether any source text holds a name, as a variable or as the head of a function's name.
    func occurs(_ name: String) -> Bool { (part?.whole ?? self).index[name].map(occurs) ?? false }

    func occurs(_ variable: VariableID) -> Bool { entry(variable).isOccurring }

    /// Records that a generated variable stands for the one that an author wrote.
    func rewrite(_ author: VariableID, to generated: VariableID) {
        let position = Int(generated.rawValue)
        entries[part?.index(of: position) ?? position].authored = author
    }

    /// The variable that an author wrote where this one stands now.
    func author(of variable: VariableID) -> VariableID { entry(variable).authored }

    /// `_`, which occurs under the names `$0`, `$1`, ….
    func isWildcard(_ variable: VariableID) -> Bool { entry(variable).name.utf8.first == UInt8(ascii: "$") }

    /// Whether the compiler has made the variable: its name is nobody's else.
    func isMade(_ variable: VariableID) -> Bool { entry(variable).number != Entry.unnumbered }

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

// MARK: Parts

extension SymbolTable {
    /// Whether parts can generate variables: no author's name looks like a generated one.
    var hasParts: Bool { lookAlikes.isEmpty }

    /// Tables that know the variables of this one and generate others, each on a thread of its own.
    func parts(_ count: Int) -> [SymbolTable] {
        (0..<count).map { SymbolTable(Part(whole: self, base: entries.count, position: $0, count: count)) }
    }

    /// Tells a part what the variables are for that it is about to generate.
    func begin(stage: Int, ofModule module: Int) {
        self.stage = Int32(stage)
        self.module = Int32(module)
    }

    private func generate(in part: Part) -> VariableID {
        if runs.last.map({ $0.stage != stage || $0.module != module }) ?? true {
            runs.append(Run(stage: stage, module: module, first: entries.count))
        }
        let variable = VariableID(rawValue: Int32(part.base + part.position + entries.count * part.count))
        entries.append(Entry(name: "", number: Entry.pending, authored: variable, isOccurring: true))
        return variable
    }

    /// Takes over what the parts have generated, and numbers it as if each stage had gone through all modules before the next one began.
    func join(_ parts: [SymbolTable]) {
        let base = entries.count
        let longest = parts.map(\.entries.count).max() ?? 0
        entries.reserveCapacity(base + longest * parts.count)
        for row in 0..<longest {
            for part in parts {
                let variable = VariableID(rawValue: Int32(entries.count))
                entries.append(
                    row < part.entries.count
                        ? part.entries[row] : Entry(name: "", number: Entry.pending, authored: variable, isOccurring: false))
            }
        }
        var runs: [(run: Run, end: Int, part: Int)] = []
        for (position, part) in parts.enumerated() {
            for (index, run) in part.runs.enumerated() {
                runs.append((run, index + 1 < part.runs.count ? part.runs[index + 1].first : part.entries.count, position))
            }
        }
        runs.sort { ($0.run.stage, $0.run.module) < ($1.run.stage, $1.run.module) }
        for (run, end, part) in runs {
            for row in run.first..<end {
                entries[base + part + row * parts.count].number = generatedCount
                generatedCount += 1
            }
        }
    }
}

extension SymbolTable.Part {
    /// Where a part has the variable that is at a position of the whole.
    fileprivate func index(of position: Int) -> Int { (position - base) / count }
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
        number == Self.unnumbered ? name : SymbolTable.generatedName(number, prefix: prefix)
    }
}
