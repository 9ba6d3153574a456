import RegoSyntax

/// What `with` has put over the program while an expression is planned: base documents over virtual ones, and replacements of functions.
///
/// Overlays are settled when the program is planned: a rule that runs below one is planned once more for it, so that nothing has to be
/// looked up at run time. `with` on `input`, or on base documents that no rule overlaps, needs no overlay.
struct Overlay: Hashable {
    /// Paths below `data` whose virtual documents are hidden, each as the keys of its operands.
    var hidden: Set<[Term.Scalar]> = []
    /// Functions and builtins by name, with what stands in for them.
    var replacements: [String: Replacement] = [:]

    enum Replacement: Hashable {
        /// Another function's or builtin's name (`data.a.mock`, `count`).
        case function(String)
        /// The value that the `with` left in a global of the machine.
        case value(global: Int)
    }

    static let none = Overlay()

    func hides(_ path: [Term.Scalar]) -> Bool {
        !hidden.isEmpty && hidden.contains(path)
    }
}
