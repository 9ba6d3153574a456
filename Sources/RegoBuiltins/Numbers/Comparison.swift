@_spi(Engine) package import RegoRuntime

/// `==`, `!=`, `<` …: the machine has instructions for them; these serve calls by name and overrides by `with`.
package enum ComparisonBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("eq", arity: 2) { equal(BuiltinCall($0)) },
        BuiltinDefinition("equal", arity: 2) { equal(BuiltinCall($0)) },
        BuiltinDefinition("assign", arity: 2) { equal(BuiltinCall($0)) },
        BuiltinDefinition("neq", arity: 2) {
            let call = BuiltinCall($0)
            call.return(!Value.equal(call[0], call[1]))
        },
        BuiltinDefinition("lt", arity: 2) { ordered(BuiltinCall($0)) { $0 < 0 } },
        BuiltinDefinition("lte", arity: 2) { ordered(BuiltinCall($0)) { $0 <= 0 } },
        BuiltinDefinition("gt", arity: 2) { ordered(BuiltinCall($0)) { $0 > 0 } },
        BuiltinDefinition("gte", arity: 2) { ordered(BuiltinCall($0)) { $0 >= 0 } },
        BuiltinDefinition("internal.member_2", arity: 2) { member(BuiltinCall($0)) },
        BuiltinDefinition("internal.member_3", arity: 3) { memberWithKey(BuiltinCall($0)) },
    ]

    private static func equal(_ call: BuiltinCall) {
        call.return(Value.equal(call[0], call[1]))
    }

    private static func ordered(_ call: BuiltinCall, _ holds: (Int) -> Bool) {
        call.return(holds(Value.compare(call[0], call[1])))
    }

    /// `x in xs`
    private static func member(_ call: BuiltinCall) {
        let (wanted, collection) = (call[0], call[1])
        switch collection.tag {
        case .set: call.return(collection.contains(wanted))
        case .array: call.return(collection.elements.contains { Value.equal($0, wanted) })
        case .object: call.return(collection.values.contains { Value.equal($0, wanted) })
        default: call.return(false)
        }
    }

    /// `k, v in xs`
    private static func memberWithKey(_ call: BuiltinCall) {
        let (key, wanted, collection) = (call[0], call[1], call[2])
        guard collection.isCollection else { return call.return(false) }
        let found = collection.dereference(key)
        call.return(found.isDefined && Value.equal(found, wanted))
    }
}
