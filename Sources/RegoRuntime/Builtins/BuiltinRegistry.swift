/// The builtins of a program: index to definition, and name to index.
///
/// Making one costs a few microseconds: a small hash table over the static names, no dictionary and no copied string.
package struct BuiltinRegistry: Sendable {
    /// All builtins; the machine calls them by their index here.
    package let definitions: [BuiltinDefinition]

    /// The embedding program's own builtins by name; they come before the others.
    private var hosted: [String: HostedBuiltin] = [:]

    /// Index plus one of a definition at the slot its name hashes to or the next free one.
    private let slots: [UInt16]

    /// Joins families; of equal names the later one's definition is found.
    package init(_ families: [[BuiltinDefinition]]) {
        definitions = Array(families.joined())
        precondition(definitions.count < 16384, "there are too many builtins for the table")
        var size = 64
        while size < definitions.count * 2 { size *= 2 }
        var slots = [UInt16](repeating: 0, count: size)
        for (index, definition) in definitions.enumerated() {
            let name = unsafe definition.name.utf8Bytes
            var slot = unsafe BuiltinRegistry.hash(name) & (size - 1)
            while slots[slot] != 0, unsafe !definitions[Int(slots[slot]) - 1].name.utf8Bytes.elementsEqual(name) {
                slot = (slot + 1) & (size - 1)
            }
            slots[slot] = UInt16(index + 1)
        }
        self.slots = slots
    }

    package var count: Int { definitions.count }

    package subscript(index: Int) -> BuiltinDefinition { definitions[index] }

    /// The index of a builtin, or `nil` when there is none of that name.
    package func index(of name: String) -> Int? {
        var name = name
        return name.withUTF8 { bytes in
            var slot = unsafe BuiltinRegistry.hash(bytes) & (slots.count - 1)
            while slots[slot] != 0 {
                let index = Int(slots[slot]) - 1
                if unsafe definitions[index].name.utf8Bytes.elementsEqual(bytes) { return index }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }
    }

    /// The definition of a builtin, or `nil` when there is none of that name.
    package func definition(named name: String) -> BuiltinDefinition? {
        hosted(named: name)?.definition ?? index(of: name).map { definitions[$0] }
    }

    /// The embedding program's builtin of a name, or `nil` when there is none.
    package func hosted(named name: String) -> HostedBuiltin? { hosted.isEmpty ? nil : hosted[name] }

    /// The same builtins and those of an embedding program, which come first.
    package func hosting(_ builtins: [HostedBuiltin]) -> BuiltinRegistry {
        var registry = self
        for builtin in builtins { registry.hosted[builtin.name] = builtin }
        return registry
    }

    /// FNV-1a: names come from policies, but the table is fixed and its chains are short, so nothing is gained by collisions.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in bytes.indices {
            let byte = unsafe bytes[index]
            state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: state ^ state >> 32)
    }
}

extension StaticString {
    /// The bytes of the literal.
    var utf8Bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
