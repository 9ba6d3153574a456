@_spi(Engine) package import RegoRuntime

/// `and`, `or`, `intersection`, `union` (OPA: "Sets").
package enum SetBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("and", arity: 2) {
            let call = BuiltinCall($0)
            if let left = call.set(0), let right = call.set(1) { call.return(Value.intersection(left, right, in: call.arena)) }
        },
        BuiltinDefinition("or", arity: 2) {
            let call = BuiltinCall($0)
            if let left = call.set(0), let right = call.set(1) { call.return(Value.union(left, right, in: call.arena)) }
        },
        BuiltinDefinition("set_diff", arity: 2, isDeprecated: true) {
            let call = BuiltinCall($0)
            if let left = call.set(0), let right = call.set(1) { call.return(Value.difference(left, right, in: call.arena)) }
        },
        BuiltinDefinition("intersection", arity: 1) { intersection(BuiltinCall($0)) },
        BuiltinDefinition("union", arity: 1) { union(BuiltinCall($0)) },
    ]

    private static func sets(_ call: BuiltinCall) -> UnsafeBufferPointer<Value>? {
        guard let outer = call.set(0) else { return nil }
        for member in outer.keys where member.tag != .set {
            call.failOperand(0, "must be set but got \(member.typeName)")
            return nil
        }
        return outer.keys
    }

    private static func intersection(_ call: BuiltinCall) {
        guard let sets = sets(call) else { return }
        guard var result = sets.first else { return call.return(SetBuilder(in: call.arena).finish()) }
        for set in sets.dropFirst() { result = Value.intersection(result, set, in: call.arena) }
        call.return(result)
    }

    private static func union(_ call: BuiltinCall) {
        guard let sets = sets(call) else { return }
        let builder = SetBuilder(in: call.arena, capacity: sets.reduce(0) { $0 + $1.length })
        for set in sets {
            for member in set.keys { builder.insert(member) }
        }
        call.return(builder.finish())
    }
}
