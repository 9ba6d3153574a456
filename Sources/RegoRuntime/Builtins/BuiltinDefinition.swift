/// A builtin's code: takes the frame, reads its arguments and leaves a result or an error in it, through `BuiltinCall`.
package typealias BuiltinImplementation = @convention(c) (UnsafeMutableRawPointer) -> Void

/// One builtin function as the compiler and the machine know it.
@safe package struct BuiltinDefinition: Sendable {
    /// The name in Rego, `io.jwt.decode`.
    package let name: StaticString
    /// Arguments.
    package let arity: Int
    /// Whether the call has a value; `print` has none.
    package let hasResult: Bool
    /// Whether the result is an array of alternatives that the machine iterates, as `walk`'s.
    package let isRelation: Bool
    /// Whether Rego v1 refuses it in strict mode.
    package let isDeprecated: Bool
    /// Whether equal arguments may have different results; such calls are never folded into constants.
    package let isNondeterministic: Bool
    /// Whether a call may wait for another machine, as `http.send` does.
    package let canBlock: Bool
    package let implementation: BuiltinImplementation
    /// Whether a call takes more than the implementation's: a program's closure in its place, or recorded results.
    var isSpecial: Bool

    /// Whether a call leaves more behind than its result: a line that is written, a case of a test that is noted.
    package var hasEffect: Bool {
        !hasResult || ["print", "trace", "internal.print", "internal.test_case"].contains("\(name)")
    }

    /// Whether a call leaves nothing behind but its result, and has the same one for the same arguments.
    package var isPure: Bool { !hasEffect && !isNondeterministic && !canBlock }

    package init(
        _ name: StaticString, arity: Int, hasResult: Bool = true, isRelation: Bool = false, isDeprecated: Bool = false,
        isNondeterministic: Bool = false, canBlock: Bool = false, implementation: BuiltinImplementation
    ) {
        self.name = name
        self.arity = arity
        self.hasResult = hasResult
        self.isRelation = isRelation
        self.isDeprecated = isDeprecated
        self.isNondeterministic = isNondeterministic
        self.canBlock = canBlock
        isSpecial = isNondeterministic
        unsafe self.implementation = implementation
    }
}
