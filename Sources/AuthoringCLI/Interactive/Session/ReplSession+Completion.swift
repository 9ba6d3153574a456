import Rego
import RegoSyntax

extension ReplSession {
    /// What the name before the cursor could become.
    ///
    /// - Parameter text: the line up to the cursor.
    /// - Returns: the length of the name so far, in characters, and all names that begin with it, sorted.
    package func completions(of text: String) -> (length: Int, candidates: [String]) {
        let word = String(String.UnicodeScalarView(text.unicodeScalars.reversed().prefix(while: Self.isName).reversed()))
        let isFirst = word.unicodeScalars.count == text.unicodeScalars.drop { $0 == " " }.count
        if let command = text.split(separator: " ").first, !isFirst, command == "unset", let current {
            return (word.unicodeScalars.count, matching(scratch[current].rules.map(\.name), word))
        }
        var names = Set(documents(below: word)).union(policyNames())
        if !isContinuing, isFirst { names.formUnion(ShellCommand.allCases.map(\.rawValue) + ["package", "import"]) }
        return (word.unicodeScalars.count, matching(names, word))
    }

    private func matching(_ names: some Collection<String>, _ word: String) -> [String] {
        Set(names).filter { $0.hasPrefix(word) && ($0 != word || names.count == 1) }.sorted()
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "." || scalar == "-" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// The names of rules, packages, imports and builtins.
    private func policyNames() -> [String] {
        var names = BuiltinNames.listed
        let module = current.map { scratch[$0] } ?? ScratchModule(package: "repl")
        names += module.importedNames
        guard let policy = try? policy() else { return names }
        names += policy.rules(inPackage: module.package)
        for (package, rules) in policy.rulesByPackage {
            names.append(package)
            names += rules.map { "\(package).\($0)" }
        }
        return names + ["data", "input"]
    }

    /// The base documents one level below the path that a name begins with.
    private func documents(below word: String) -> [String] {
        let segments = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard segments.first == "data", segments.count > 1 else { return [] }
        let path = Array(segments.dropFirst().dropLast())
        return data.keys(at: path).map { (["data"] + path + [$0]).joined(separator: ".") }
    }
}
