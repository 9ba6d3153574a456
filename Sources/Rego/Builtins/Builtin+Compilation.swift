import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

extension Builtin {
    /// What the compiler must know of the builtin.
    var signature: BuiltinSignature {
        let type = FunctionType(arguments.map { .init(type: $0.type ?? .any) }, result: .init(type: result.type ?? .any))
        return BuiltinSignature(name: name, arity: arguments.count, isNondeterministic: isNondeterministic, type: type)
    }

    /// What the machine calls.
    var hosted: HostedBuiltin {
        let body = body
        let parameters = arguments.map { $0.type ?? .any }
        let resultType = result.type ?? .any
        return HostedBuiltin(
            name: name, arity: arguments.count, isNondeterministic: isNondeterministic, isMemoized: isMemoized
        ) { values, call throws(BuiltinFailure) in
            for (index, (type, value)) in zip(parameters, values).enumerated() where !type.admits(value) {
                throw BuiltinFailure(kind: .type, message: "operand \(index + 1) must be \(type) but got \(value.kindName)")
            }
            let result: RegoValue?
            do {
                result = try body(values, Call(hosted: call))
            } catch let error as BuiltinError {
                throw BuiltinFailure(kind: error.endsEvaluation ? .halt : .builtin, message: error.message)
            } catch {
                throw BuiltinFailure(kind: .builtin, message: "\(error)")
            }
            guard let result, !resultType.admits(result) else { return result }
            throw BuiltinFailure(kind: .builtin, message: "the result must be \(resultType) but is \(result.kindName)")
        }
    }

    /// What is wrong with the declaration; empty if it can be compiled.
    fileprivate var problems: [String] {
        var problems: [String] = []
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if !parts.allSatisfy(Self.isIdentifier) || Self.reserved.contains(String(parts[0])) {
            problems.append("its name must be identifiers joined by dots, the first of them no keyword")
        } else if BuiltinTable.opa[name] != nil, !replacesStandard {
            problems.append("OPA has a builtin of that name")
        }
        problems += (arguments + [result]).filter { $0.type == nil }.map { "\"\($0)\" is not a type" }
        return problems
    }

    private static let reserved: Set<String> = [
        "as", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not", "null", "package", "some", "true", "with",
    ]

    private static func isIdentifier(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
}

extension [Builtin] {
    /// What is wrong with the declarations.
    func check() throws(CompilationFailure) {
        guard !isEmpty else { return }
        var diagnostics: [Diagnostic] = []
        var names: Set<String> = []
        for builtin in self {
            var problems = builtin.problems
            if !names.insert(builtin.name).inserted { problems.append("it is declared twice") }
            diagnostics += problems.map { Diagnostic(.compile, "builtin \(builtin.name) cannot be declared: \($0)", at: .none) }
        }
        guard diagnostics.isEmpty else { throw CompilationFailure(diagnostics, sources: SourceMap()) }
    }
}
