/// What the compiler must know of a builtin.
package struct BuiltinSignature: Sendable {
    package var name: String
    /// The number of arguments; 0 for variadic builtins.
    package var arity: Int
    /// `false` for `print` and its like, which stand alone as expressions and yield nothing.
    package var hasResult: Bool
    /// Yields its result many times (`walk`).
    package var isRelation: Bool
    package var isDeprecated: Bool
    package var isNondeterministic: Bool
    /// The operator that stands for the builtin, if there is one: `+` for `plus`.
    package var infix: String?
    private let declaration: Declaration

    private enum Declaration {
        /// Anything may be passed and comes back.
        case untyped
        case type(FunctionType)
        case notation(StaticString)
    }

    /// A builtin that takes and yields what `type` says, or values of any type.
    package init(
        name: String, arity: Int, hasResult: Bool = true, isRelation: Bool = false, isDeprecated: Bool = false,
        isNondeterministic: Bool = false, infix: String? = nil, type: FunctionType? = nil
    ) {
        self.name = name
        self.arity = arity
        self.hasResult = hasResult
        self.isRelation = isRelation
        self.isDeprecated = isDeprecated
        self.isNondeterministic = isNondeterministic
        self.infix = infix
        declaration = type.map { .type($0) } ?? .untyped
    }

    /// A builtin of the table, whose types are read when they are needed.
    init(name: String, notation: StaticString, trait: BuiltinDeclaration.Trait, infix: StaticString?) {
        self.name = name
        (arity, hasResult) = TypeNotation.shape(of: notation)
        isRelation = trait == .relation
        isDeprecated = trait == .deprecated
        isNondeterministic = trait == .nondeterministic
        self.infix = infix?.description
        declaration = .notation(notation)
    }

    /// The types of the parameters and of the result.
    ///
    /// - Complexity: O(length of the declaration): it is read anew for each call.
    package var type: FunctionType {
        switch declaration {
        case .type(let type): return type
        case .notation(let text): if let type = TypeNotation.function(text) { return type }
        case .untyped: break
        }
        let parameters = Array(repeating: FunctionType.Parameter(type: .any), count: arity)
        return FunctionType(parameters, result: hasResult ? FunctionType.Parameter(type: .any) : nil)
    }
}
