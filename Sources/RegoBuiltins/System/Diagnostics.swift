@_spi(Engine) package import RegoRuntime

/// `print`, `trace`, `opa.runtime` (OPA: "Debugging", "OPA").
package enum DiagnosticBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("internal.print", arity: 1, hasResult: false) { print(BuiltinCall($0)) },
        BuiltinDefinition("trace", arity: 1) { trace(BuiltinCall($0)) },
        BuiltinDefinition("opa.runtime", arity: 0, isNondeterministic: true) {
            let call = BuiltinCall($0)
            call.return(withoutSecrets(call.context.runtime()).makeValue(in: call.arena))
        },
        BuiltinDefinition("internal.test_case", arity: 1, hasResult: false) { testCase(BuiltinCall($0)) },
    ]

    /// What a process tells of itself, without the credentials of services and the keys that its configuration holds.
    private static func withoutSecrets(_ runtime: RegoValue) -> RegoValue {
        guard var members = runtime.object, var configuration = members["config"]?.object else { return runtime }
        for (section, secrets) in [("services", ["credentials"]), ("keys", ["key", "private_key"])] {
            let name = RegoValue.string(section)
            func stripped(_ entry: RegoValue) -> RegoValue {
                guard var fields = entry.object else { return [:] }
                for secret in secrets { fields[.string(secret)] = nil }
                return .object(fields)
            }
            switch configuration[name] {
            case .array(let entries)?: configuration[name] = .array(entries.map(stripped))
            case .object(let entries)?: configuration[name] = .object(entries.mapValues(stripped))
            default: configuration[name] = nil
            }
        }
        members["config"] = .object(configuration)
        return .object(members)
    }

    /// Lines beyond this are dropped: the arguments' values multiply.
    private static let lineLimit = 10_000

    /// Arguments come as sets of their values: each combination is a line, an empty set is undefined.
    private static func print(_ call: BuiltinCall) {
        call.return(true)
        guard let sink = call.context.print, let operands = call.array(0) else { return }
        var lines: [[String]] = [[]]
        for operand in operands.elements {
            var texts: [String] = []
            if let values = operand.tag == .set ? operand.sequence : nil {
                for value in values { texts.append(value.isString ? value.swiftString : value.regoText) }
                if values.isEmpty { texts.append("<undefined>") }
            } else {
                texts.append(operand.isString ? operand.swiftString : operand.regoText)
            }
            if lines.count * texts.count > lineLimit { return }
            lines = lines.flatMap { line in texts.map { line + [$0] } }
        }
        for line in lines { sink(line.joined(separator: " ")) }
    }

    /// A test's case begins: its operand is the array of the operands behind the test's name.
    private static func testCase(_ call: BuiltinCall) {
        call.return(true)
        guard let sink = call.context.testCase else { return }
        sink(RegoValue(call[0]))
    }

    private static func trace(_ call: BuiltinCall) {
        guard let note = call.string(0) else { return }
        call.context.trace?(note.swiftString)
        call.return(true)
    }
}
