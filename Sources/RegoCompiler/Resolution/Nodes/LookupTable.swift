/// Values by key, as `Dictionary` has them but in the order of insertion, for the tables that each compilation needs.
///
/// The first `Dictionary` or `Set` of a key type makes Swift's runtime look through every conformance in the program for the key's
/// `Hashable`: 350,000 instructions in a program of Ward's size, which a dozen such types made half of what a short `ward eval` took.
/// Arrays need no such search.
package struct LookupTable<Key: LookupKey, Value> {
    /// The keys and their values, in the order of insertion.
    package private(set) var entries: [(key: Key, value: Value)] = []
    /// An entry's position plus one at the slot its key hashes to or the next free one; empty while entries are searched one by one.
    private var slots: [Int32] = []

    private static var linearLimit: Int { 8 }

    /// An empty table.
    package init() {}

    /// Keys in the table.
    package var count: Int { entries.count }
    /// Whether no key is in the table.
    package var isEmpty: Bool { entries.isEmpty }

    /// The value of a key.
    package subscript(key: Key) -> Value? { position(of: key).map { entries[$0].value } }

    /// The value of a key, which is added with a value of its own if it is not there.
    package subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
        get { self[key] ?? value() }
        _modify {
            let position = position(of: key) ?? append(key, value())
            yield &entries[position].value
        }
    }

    /// Sets the value of a key.
    package mutating func set(_ key: Key, to value: Value) {
        if let position = position(of: key) {
            entries[position].value = value
        } else {
            _ = append(key, value)
        }
    }

    /// Makes room for so many keys.
    package mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

    /// Forgets all keys; keeps the memory.
    package mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
    }

    private func position(of key: Key) -> Int? {
        guard !slots.isEmpty else { return entries.firstIndex { $0.key == key } }
        let mask = slots.count - 1
        var slot = key.lookupHash & mask
        while slots[slot] != 0 {
            let position = Int(slots[slot]) - 1
            if entries[position].key == key { return position }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func append(_ key: Key, _ value: Value) -> Int {
        entries.append((key, value))
        if slots.isEmpty ? entries.count > Self.linearLimit : entries.count * 2 > slots.count {
            index()
        } else if !slots.isEmpty {
            place(entries.count - 1)
        }
        return entries.count - 1
    }

    private mutating func index() {
        slots = Array(repeating: 0, count: max(slots.count * 2, Self.linearLimit * 4))
        for position in entries.indices { place(position) }
    }

    private mutating func place(_ position: Int) {
        let mask = slots.count - 1
        var slot = entries[position].key.lookupHash & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(position + 1)
    }
}

extension LookupTable: Sendable where Key: Sendable, Value: Sendable {}
