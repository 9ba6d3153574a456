@_spi(Engine) package import RegoRuntime

/// `json.filter` and `json.remove`: what paths select of a document (OPA: "Objects").
package enum JSONPathBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("json.filter", arity: 2) { select(BuiltinCall($0), keepsSelected: true) },
        BuiltinDefinition("json.remove", arity: 2) { select(BuiltinCall($0), keepsSelected: false) },
    ]

    /// Paths as a tree: `nil` at the end of a path, for everything below it.
    private final class Tree {
        private struct Key: Hashable {
            let value: Value

            static func == (a: Key, b: Key) -> Bool { Value.equal(a.value, b.value) }
            func hash(into hasher: inout Hasher) { hasher.combine(value.hash) }
        }

        private(set) var keys: [Value] = []
        private(set) var children: [Tree?] = []
        private var places: [Key: Int] = [:]
        /// No document is nested as deeply.
        private static let depthLimit = Int(ValueWalk.depthLimit) + 1

        func child(_ key: Value) -> Tree?? { places[Key(value: key)].map { children[$0] } }

        /// Adds a path unless a shorter one selects all of it; a shorter one replaces longer ones.
        func insert(_ path: [Value]) {
            var tree = self
            for (index, key) in path.prefix(Self.depthLimit).enumerated() {
                let isLast = index == path.count - 1
                if let place = tree.places[Key(value: key)] {
                    if isLast { tree.children[place] = nil }
                    guard let child = tree.children[place] else { return }
                    tree = child
                } else {
                    let child = isLast ? nil : Tree()
                    tree.places[Key(value: key)] = tree.keys.count
                    tree.keys.append(key)
                    tree.children.append(child)
                    guard let child else { return }
                    tree = child
                }
            }
        }
    }

    private static func select(_ call: BuiltinCall, keepsSelected: Bool) {
        guard let object = call.object(0) else { return }
        guard let paths = call[1].sequence else { return call.failType(1, "set", "array") }
        let tree = Tree()
        for path in paths {
            guard let segments = segments(path, in: call.arena) else {
                return call.failOperand(
                    1, "must be one of {set, array} containing string paths or array of path segments but got \(path.typeName)")
            }
            tree.insert(segments)
            if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
        }
        call.return(keepsSelected ? filter(object, by: tree, in: call.arena) : remove(tree, from: object, in: call.arena))
    }

    /// The steps of a path: an array's elements, or what lies between the slashes of a JSON pointer.
    static func segments(_ path: Value, in arena: Arena) -> [Value]? {
        switch path.tag {
        case .array:
            return Array(path.elements)
        case .string:
            let trimmed = path.utf8.drop { $0 == UInt8(ascii: "/") }
            if path.length == 0 { return [] }
            return trimmed.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { part in
                var bytes: [UInt8] = []
                var index = part.startIndex
                while index < part.endIndex {
                    let isEscape = part[index] == UInt8(ascii: "~") && index + 1 < part.endIndex
                    if isEscape, part[index + 1] == UInt8(ascii: "0") || part[index + 1] == UInt8(ascii: "1") {
                        bytes.append(part[index + 1] == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                        index += 2
                    } else {
                        bytes.append(part[index])
                        index += 1
                    }
                }
                return bytes.withUnsafeBufferPointer { .string($0, in: arena) }
            }
        default:
            return nil
        }
    }

    private static func indexKey(_ index: Int, in arena: Arena) -> Value { .string(String(index), in: arena) }

    private static func filter(_ value: Value, by tree: Tree?, in arena: Arena) -> Value {
        // The call ends with an error then.
        if arena.isExhausted { return value }
        guard let tree else { return value }
        switch value.tag {
        case .object:
            let builder = ObjectBuilder(in: arena)
            for (index, key) in tree.keys.enumerated() {
                let member = value.lookup(key)
                if member.isDefined { builder.put(key, filter(member, by: tree.children[index], in: arena)) }
            }
            return builder.finish()
        case .array:
            let builder = ArrayBuilder(in: arena)
            for (index, element) in value.elements.enumerated() {
                if let child = tree.child(indexKey(index, in: arena)) { builder.append(filter(element, by: child, in: arena)) }
            }
            return builder.finish()
        case .set:
            let builder = SetBuilder(in: arena)
            for member in value.keys {
                if let child = tree.child(member) { builder.insert(filter(member, by: child, in: arena)) }
            }
            return builder.finish()
        default:
            return value
        }
    }

    private static func remove(_ tree: Tree, from value: Value, in arena: Arena) -> Value {
        if arena.isExhausted { return value }
        switch value.tag {
        case .object:
            let builder = ObjectBuilder(in: arena, capacity: value.length)
            let (keys, values) = (value.keys, value.values)
            for index in 0..<value.length {
                switch tree.child(keys[index]) {
                case .none: builder.put(keys[index], values[index])
                case .some(.none): break
                case .some(.some(let child)): builder.put(keys[index], remove(child, from: values[index], in: arena))
                }
            }
            return builder.finish()
        case .array, .set:
            var kept: [Value] = []
            for (index, element) in (value.sequence ?? value.elements).enumerated() {
                switch tree.child(value.tag == .set ? element : indexKey(index, in: arena)) {
                case .none: kept.append(element)
                case .some(.none): break
                case .some(.some(let child)): kept.append(remove(child, from: element, in: arena))
                }
            }
            if value.tag == .array { return .array(kept, in: arena) }
            let builder = SetBuilder(in: arena, capacity: kept.count)
            for member in kept { builder.insert(member) }
            return builder.finish()
        default:
            return value
        }
    }
}
