@_spi(Engine) package import RegoRuntime

/// `json.patch` (RFC 6902, with sets addressed by their members; OPA: "Objects").
package enum JSONPatchBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("json.patch", arity: 2) { patch(BuiltinCall($0)) }
    ]

    /// A patch that does not apply makes the call undefined.
    private struct Failure: Error {
        var kind = BuiltinFailureKind.builtin
        let message: String
    }

    private struct Operation {
        enum Kind: String { case add, remove, replace, move, copy, test }
        var kind: Kind
        var path: [Value]
        var from: [Value] = []
        var value = Value.undefined

        func requireValue() throws(Failure) {
            guard value.isDefined else { throw Failure(message: "missing required attribute 'value'") }
        }
    }

    private static func patch(_ call: BuiltinCall) {
        let target = call[0]
        guard target.tag == .object || target.tag == .array || target.tag == .set || target.isDefined else { return }
        guard let patches = call.array(1) else { return }
        do throws(Failure) {
            var result = target
            for patch in patches.elements {
                result = try apply(try operation(patch, in: call.arena), to: result, in: call.arena)
                if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
                if call.endIfInterrupted() { return }
            }
            call.return(result)
        } catch {
            call.fail(error.kind, error.message)
        }
    }

    private static func operation(_ patch: Value, in arena: Arena) throws(Failure) -> Operation {
        func attribute(_ name: String) throws(Failure) -> Value {
            let value = patch.lookup(.string(name, in: arena))
            guard value.isDefined else { throw Failure(message: "missing required attribute '\(name)'") }
            return value
        }
        func path(_ name: String) throws(Failure) -> [Value] {
            let value = try attribute(name)
            guard let segments = JSONPathBuiltins.segments(value, in: arena), segments.count <= JSONParser.defaultDepth else {
                throw Failure(
                    kind: .type,
                    message: "operand 2 must be one of {set, array} containing string paths or array of path segments but got "
                        + "\(value.typeName)")
            }
            return segments
        }
        guard patch.tag == .object else {
            throw Failure(message: "must be an array of JSON-Patch objects, but at least one element is not an object")
        }
        _ = try attribute("path")
        let name = try attribute("op")
        guard name.isString else { throw Failure(message: "attribute 'op' must be a string but found: \(name.typeName)") }
        let segments = try path("path")
        guard let kind = Operation.Kind(rawValue: name.swiftString) else {
            throw Failure(message: "unrecognized op: '\(name.swiftString)'")
        }
        var operation = Operation(kind: kind, path: segments)
        switch kind {
        case .move, .copy: operation.from = try path("from")
        case .add: operation.value = try attribute("value")
        // Their path is tried first.
        case .replace, .test: operation.value = patch.lookup(.string("value", in: arena))
        case .remove: break
        }
        return operation
    }

    private static func apply(_ operation: Operation, to value: Value, in arena: Arena) throws(Failure) -> Value {
        let path = operation.path[...]
        switch operation.kind {
        case .add:
            return try add(operation.value, at: path, to: value, in: arena)
        case .remove:
            return try remove(path, from: value, in: arena)
        case .replace:
            let rest = try remove(path, from: value, in: arena)
            try operation.requireValue()
            if isSet(at: path.dropLast(), in: value) {
                return try add(operation.value, at: path.dropLast() + [operation.value], to: rest, in: arena)
            }
            guard let last = path.last, case .array = try find(path.dropLast(), in: value).tag else {
                return try add(operation.value, at: path, to: rest, in: arena)
            }
            // What stood there has gone, and `-` with it.
            let place = try index(last, count: try find(path.dropLast(), in: value).length)
            return try add(operation.value, at: path.dropLast() + [.integer(place)], to: rest, in: arena)
        case .move:
            let moved = try find(operation.from[...], in: value)
            return try add(moved, at: path, to: try remove(operation.from[...], from: value, in: arena), in: arena)
        case .copy:
            return try add(try find(operation.from[...], in: value), at: path, to: value, in: arena)
        case .test:
            let found = try find(path, in: value)
            try operation.requireValue()
            guard found.isDefined, Value.equal(found, operation.value) else {
                let shown = found.isDefined ? found.regoText : "<nil>"
                throw Failure(
                    message: "value from EditTree != patch value.\n\nExpected: \(operation.value.regoText)\n\nFound: \(shown)")
            }
            return value
        }
    }

    /// There is nothing at a key of a value.
    private static func missing(_ key: Value, in value: Value) -> Failure {
        switch value.tag {
        case .undefined: Failure(message: "nil value encountered where composite value was expected")
        case .object, .array, .set:
            Failure(message: "path \(key.regoText) does not exist in \(value.typeName) term \(value.regoText)")
        default: Failure(message: "expected composite type for path \(key.regoText), found value: \(shown(value))")
        }
    }

    /// A value that has no parts to change.
    private static func scalar(_ value: Value, during operation: String) -> Failure {
        guard value.isDefined else { return Failure(message: "deleted node encountered during \(operation) operation") }
        return Failure(message: "expected composite type, found value: \(shown(value))")
    }

    private static func shown(_ value: Value) -> String {
        let name = "\(value.typeName)"
        return "\(value.regoText) (type: ast.\(name.prefix(1).uppercased())\(name.dropFirst()))"
    }

    private static func isSet(at path: ArraySlice<Value>, in value: Value) -> Bool {
        (try? find(path, in: value))?.tag == .set
    }

    private static func find(_ path: ArraySlice<Value>, in value: Value) throws(Failure) -> Value {
        var current = value
        for key in path {
            let next = current.tag == .array ? try element(key, of: current) : current.dereference(key)
            guard next.isDefined else { throw missing(key, in: current) }
            current = next
        }
        return current
    }

    private static func element(_ key: Value, of array: Value) throws(Failure) -> Value {
        let index = try index(key, count: array.length)
        guard index >= 0, index < array.length else { throw missing(.integer(index), in: array) }
        return array.elementPointer[index]
    }

    /// An array's index: a number, or text of digits without leading zeros; `-` is the place behind the last.
    private static func index(_ key: Value, count: Int) throws(Failure) -> Int {
        if key.isInteger { return Int(key.asInteger) }
        if key.isNumber { throw Failure(message: "invalid number type for indexing") }
        guard key.isString else { throw Failure(message: "invalid type for indexing") }
        if key.isString("-") { return count }
        guard let index = Int(key.swiftString) else { throw Failure(message: "invalid string for indexing") }
        if key.utf8.count > 1, key.utf8[0] == 48 { throw Failure(message: "leading zeros are not allowed in JSON paths") }
        return index
    }

    /// Replaces what lies at a path that exists.
    private static func update(
        _ path: ArraySlice<Value>, in value: Value, _ arena: Arena, _ change: (Value) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let key = path.first else { return try change(value) }
        switch value.tag {
        case .object:
            let member = value.lookup(key)
            guard member.isDefined else { throw missing(key, in: value) }
            let changed = try update(path.dropFirst(), in: member, arena, change)
            let builder = ObjectBuilder(in: arena, capacity: value.length)
            let (keys, values) = (value.keys, value.values)
            for index in 0..<value.length { builder.set(keys[index], Value.equal(keys[index], key) ? changed : values[index]) }
            return builder.finish()
        case .array:
            let place = try index(key, count: value.length)
            guard place >= 0, place < value.length else { throw missing(.integer(place), in: value) }
            var elements = Array(value.elements)
            elements[place] = try update(path.dropFirst(), in: elements[place], arena, change)
            return .array(elements, in: arena)
        case .set:
            guard value.contains(key) else { throw missing(key, in: value) }
            let changed = try update(path.dropFirst(), in: key, arena, change)
            let builder = SetBuilder(in: arena, capacity: value.length)
            for member in value.keys where !Value.equal(member, key) { builder.insert(member) }
            builder.insert(changed)
            return builder.finish()
        default:
            throw missing(key, in: value)
        }
    }

    private static func add(_ added: Value, at path: ArraySlice<Value>, to value: Value, in arena: Arena) throws(Failure) -> Value {
        guard let key = path.last else { return added }
        return try update(path.dropLast(), in: value, arena) { parent throws(Failure) in
            switch parent.tag {
            case .object:
                return Value.merge(parent, single(key, added, arena), in: arena)
            case .array:
                let place = try index(key, count: parent.length)
                guard place >= 0, place <= parent.length else { throw Failure(message: "index for array insertion out of bounds") }
                var elements = Array(parent.elements)
                elements.insert(added, at: place)
                return .array(elements, in: arena)
            case .set:
                guard Value.equal(key, added) else {
                    throw Failure(message: "set key \(key.regoText) does not equal value to be inserted \(added.regoText)")
                }
                let builder = SetBuilder(in: arena)
                builder.insert(added)
                return Value.union(parent, builder.finish(), in: arena)
            default:
                throw scalar(parent, during: "insert")
            }
        }
    }

    private static func single(_ key: Value, _ value: Value, _ arena: Arena) -> Value {
        let builder = ObjectBuilder(in: arena)
        builder.put(key, value)
        return builder.finish()
    }

    private static func remove(_ path: ArraySlice<Value>, from value: Value, in arena: Arena) throws(Failure) -> Value {
        guard let key = path.last else {
            // The document as a whole is gone until something is put in its place.
            guard value.isDefined else { throw scalar(value, during: "delete") }
            return .undefined
        }
        return try update(path.dropLast(), in: value, arena) { parent throws(Failure) in
            switch parent.tag {
            case .object:
                guard parent.lookup(key).isDefined else { throw absent(key) }
                let builder = ObjectBuilder(in: arena, capacity: parent.length)
                let (keys, values) = (parent.keys, parent.values)
                for index in 0..<parent.length where !Value.equal(keys[index], key) { builder.put(keys[index], values[index]) }
                return builder.finish()
            case .array:
                let place = try index(key, count: parent.length)
                guard place >= 0, place < parent.length else { throw Failure(message: "index for array delete out of bounds") }
                var elements = Array(parent.elements)
                elements.remove(at: place)
                return .array(elements, in: arena)
            case .set:
                guard parent.contains(key) else { throw absent(key) }
                let builder = SetBuilder(in: arena, capacity: parent.length)
                for member in parent.keys where !Value.equal(member, key) { builder.insert(member) }
                return builder.finish()
            default:
                throw scalar(parent, during: "delete")
            }
        }
    }

    private static func absent(_ key: Value) -> Failure {
        Failure(message: "cannot delete child key \(key.regoText) that does not exist")
    }
}
