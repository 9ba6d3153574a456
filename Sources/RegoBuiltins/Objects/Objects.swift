@_spi(Engine) package import RegoRuntime

/// `object.*` (OPA: "Objects").
package enum ObjectBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("object.get", arity: 3) { get(BuiltinCall($0)) },
        BuiltinDefinition("object.keys", arity: 1) { keys(BuiltinCall($0)) },
        BuiltinDefinition("object.filter", arity: 2) { select(BuiltinCall($0), keepsListed: true) },
        BuiltinDefinition("object.remove", arity: 2) { select(BuiltinCall($0), keepsListed: false) },
        BuiltinDefinition("object.union", arity: 2) {
            let call = BuiltinCall($0)
            if let left = call.object(0), let right = call.object(1) { call.return(Value.objectUnion(left, right, in: call.arena)) }
        },
        BuiltinDefinition("object.union_n", arity: 1) { unionAll(BuiltinCall($0)) },
        BuiltinDefinition("object.subset", arity: 2) { subset(BuiltinCall($0)) },
    ]

    private static func get(_ call: BuiltinCall) {
        guard let object = call.object(0) else { return }
        let key = call[1]
        guard key.tag == .array else {
            let found = object.lookup(key)
            return call.return(found.isDefined ? found : call[2])
        }
        var current = object
        for step in key.elements {
            current = current.dereference(step)
            if current.isUndefined { return call.return(call[2]) }
        }
        call.return(current)
    }

    private static func keys(_ call: BuiltinCall) {
        guard let object = call.object(0) else { return }
        let builder = SetBuilder(in: call.arena, capacity: object.length)
        for key in object.keys { builder.insert(key) }
        call.return(builder.finish())
    }

    private static func select(_ call: BuiltinCall, keepsListed: Bool) {
        guard let object = call.object(0) else { return }
        let listed = call[1]
        let names: Value
        switch listed.tag {
        case .set, .object:
            names = listed
        case .array:
            let builder = SetBuilder(in: call.arena, capacity: listed.length)
            for key in listed.elements { builder.insert(key) }
            names = builder.finish()
        default:
            return call.failType(1, "object", "set", "array")
        }
        let builder = ObjectBuilder(in: call.arena, capacity: object.length)
        let (keys, values) = (object.keys, object.values)
        for index in 0..<object.length {
            let isListed = names.tag == .set ? names.contains(keys[index]) : names.lookup(keys[index]).isDefined
            if isListed == keepsListed { builder.put(keys[index], values[index]) }
        }
        call.return(builder.finish())
    }

    /// Later objects win; where both have objects these are merged.
    private static func unionAll(_ call: BuiltinCall) {
        guard let array = call.array(0) else { return }
        for element in array.elements where element.tag != .object { return call.failElement(0, containing: element, "object") }
        let result = ObjectBuilder(in: call.arena)
        for element in array.elements {
            let (keys, values) = (element.keys, element.values)
            for index in 0..<element.length {
                let (before, after) = (result.lookup(keys[index]), values[index])
                let isMerged = before.tag == .object && after.tag == .object
                result.set(keys[index], isMerged ? Value.objectUnion(before, after, in: call.arena) : after)
            }
            if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
            if call.endIfInterrupted() { return }
        }
        call.return(result.finish())
    }

    private static func subset(_ call: BuiltinCall) {
        let (whole, part) = (call[0], call[1])
        switch (whole.tag, part.tag) {
        case (.object, .object), (.set, .set), (.array, .array):
            var walk = ValueWalk()
            let holds = isSubset(part, of: whole, call, &walk)
            if !call.endIfInterrupted() { call.return(holds) }
        case (.array, .set):
            // OPA counts the elements that are members, repeated ones too, and looks at the count only when it has met an element.
            let found = whole.elements.lazy.filter { part.contains($0) }.count
            call.return(whole.length > 0 && found >= part.length)
        default:
            call.fail(.type, "both arguments object.subset must be of the same type or array and set")
        }
    }

    private static func isSubset(_ part: Value, of whole: Value, _ call: BuiltinCall, _ walk: inout ValueWalk) -> Bool {
        guard walk.enter() else {
            walk.leave()
            return false
        }
        defer { walk.leave() }
        switch (whole.tag, part.tag) {
        case (.object, .object):
            let (keys, values) = (part.keys, part.values)
            for index in 0..<part.length {
                let found = whole.lookup(keys[index])
                if !found.isDefined || !isSubset(values[index], of: found, call, &walk) { return false }
            }
            return true
        case (.set, .set):
            return part.keys.allSatisfy { whole.contains($0) }
        case (.array, .array):
            // A run of neighbours.
            if part.length > whole.length { return false }
            let (wanted, elements) = (part.elements, whole.elements)
            return (0...(whole.length - part.length)).contains { start in
                if start & 63 == 63, call.context.isInterrupted { return true }
                return (0..<part.length).allSatisfy { Value.equal(elements[start + $0], wanted[$0]) }
            }
        default:
            return Value.equal(part, whole)
        }
    }
}
