@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What has a value where the code is being planned.
///
/// A reference that occurs again is not followed again: its value lies in a register wherever the code can only come by the place where it
/// was followed first, which is where variables that were bound there have their values, too.
struct Scope {
    /// Where a reference begins and the constant operands after that.
    private struct Path: LookupKey {
        var origin: Origin
        var operands: [Term.Scalar]
    }

    /// What a reference begins with.
    enum Origin: Hashable {
        case input
        /// The base documents.
        case data
        case register(Register)
        /// The document that a function computes.
        case document(FunctionID)
    }

    private var variables = LookupTable<String, Register>()
    private var paths = LookupTable<Path, Register>()

    /// The variables that have a value, with its register.
    var entries: [(key: String, value: Register)] { variables.entries }

    /// The register of a variable's value.
    subscript(name: String) -> Register? { variables[name] }

    /// Gives a variable its value.
    mutating func set(_ name: String, to register: Register) { variables.set(name, to: register) }

    /// The register of a reference's value, if it has been followed before.
    func register(of origin: Origin, _ operands: some Sequence<Term>) -> Register? {
        if paths.isEmpty { return nil }
        return Self.path(origin, operands).flatMap { paths[$0] }
    }

    /// Keeps a reference's value.
    mutating func keep(_ register: Register, of origin: Origin, _ operands: some Sequence<Term>) {
        if let path = Self.path(origin, operands) { paths.set(path, to: register) }
    }

    /// Takes another scope's references for known: `with` changes what they mean, but not the variables that its expression binds.
    mutating func takeReferences(of other: Scope) { paths = other.paths }

    /// Forgets all references.
    mutating func forgetReferences() { paths = LookupTable() }

    private static func path(_ origin: Origin, _ operands: some Sequence<Term>) -> Path? {
        var scalars: [Term.Scalar] = []
        for operand in operands {
            guard let scalar = operand.scalar else { return nil }
            scalars.append(scalar)
        }
        return Path(origin: origin, operands: scalars)
    }
}
