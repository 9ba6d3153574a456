import RegoCompiler
import RegoSyntax

extension Policy {
    /// The packages, each with the first names of its rules: `data.authz` and `["allow", "deny"]`.
    package var rulesByPackage: [(package: String, rules: [String])] {
        resolved.packages.map { (TermPrinter.text(ofReference: $0.path), $0.ruleNames) }
    }

    /// The first names of a package's rules.
    ///
    /// - Parameter package: the path as written behind `package`.
    package func rules(inPackage package: String) -> [String] {
        rulesByPackage.filter { $0.package == "data.\(package)" }.flatMap(\.rules)
    }
}
