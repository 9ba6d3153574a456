import Rego
import RegoSyntax

/// What a person has defined in one package at the prompt.
struct ScratchModule {
    /// A statement as entered.
    struct Entry {
        let name: String
        let text: String
    }

    /// The package's path as written behind `package`.
    let package: String
    private(set) var imports: [Import] = []
    private(set) var rules: [Entry] = []

    init(package: String) { self.package = package }

    /// The name that diagnostics find the module by.
    var fileName: String { "repl:\(package)" }

    /// The text, and for each rule the line that it begins on.
    private var layout: (text: String, rows: [Int]) {
        var text = "package \(package)\n"
        for `import` in imports { text += "\n\(TermPrinter.text(of: `import`))" }
        if !imports.isEmpty { text += "\n" }
        var rows: [Int] = []
        for rule in rules {
            rows.append(text.utf8.reduce(2) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) })
            text += "\n\(rule.text)\n"
        }
        return (text, rows)
    }

    /// The source text.
    var text: String { layout.text }

    var module: Policy.Module { Policy.Module(name: fileName, text: text) }

    /// The line within its rule, as entered, of a line of the text.
    func enteredRow(of row: Int) -> Int { layout.rows.last { $0 <= row }.map { row - $0 + 1 } ?? row }

    mutating func add(_ import: Import) {
        let text = TermPrinter.text(of: `import`)
        if !imports.contains(where: { TermPrinter.text(of: $0) == text }) { imports.append(`import`) }
    }

    mutating func add(_ rule: Entry) { rules.append(rule) }

    /// Removes the rules of a name.
    ///
    /// - Returns: whether there were any.
    mutating func remove(_ name: String) -> Bool {
        let count = rules.count
        rules.removeAll { $0.name == name }
        return rules.count < count
    }

    /// The imports that are no keywords, as a query takes them: `data.a as b`.
    var queryImports: [String] {
        imports.compactMap { entry in
            guard case .reference(let path) = entry.path.kind, case .variable(let root)? = path.first?.kind,
                root == "data" || root == "input"
            else { return nil }
            return String(TermPrinter.text(of: entry).dropFirst("import ".count))
        }
    }

    /// The names that the imports bring.
    var importedNames: [String] {
        imports.compactMap { entry in
            if let alias = entry.alias { return alias }
            guard case .reference(let path) = entry.path.kind else { return nil }
            if case .string(let name)? = path.last?.kind { return name }
            return nil
        }
    }
}
