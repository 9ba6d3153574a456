import ArgumentParser
import Rego

/// The flags of partial evaluation.
struct PartialFlags: ParsableArguments {
    @Flag(
        name: [.customShort("p"), .customLong("partial")],
        help: "Evaluate what does not depend on unknowns, and print what is left: in the format json, pretty or source.")
    var partial = false

    @Option(
        name: [.customShort("u", allowingJoined: true), .customLong("unknowns")],
        help: ArgumentHelp("A document that is not known, 'input' unless told otherwise; repeatable.", valueName: "reference"))
    var unknowns: [String] = []

    @Option(
        name: .customLong("disable-inlining"),
        help: ArgumentHelp("A document that stays a rule of its own; repeatable.", valueName: "reference"))
    var disableInlining: [String] = []

    @Flag(name: .customLong("shallow-inlining"), help: "Let all rules that depend on unknowns stay rules of their own.")
    var shallowInlining = false

    // The second spelling is OPA's.
    @Flag(
        name: [.customLong("nondeterministic-builtins"), .customLong("nondeterminstic-builtins")],
        help: "Call builtins such as time.now_ns now, if their arguments are known.")
    var nondeterministicBuiltins = false

    /// What is asked for; `nil` for a whole evaluation.
    var options: PartialOptions? {
        guard partial else { return nil }
        return PartialOptions(
            unknowns: unknowns.isEmpty ? ["input"] : unknowns.flatMap { $0.split(separator: ",").map(String.init) },
            disabledInlining: disableInlining, shallowInlining: shallowInlining, nondeterministicBuiltins: nondeterministicBuiltins)
    }
}
