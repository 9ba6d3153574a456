import Glibc

/// The strings of a heap that is being filled from JSON text: copied out of the text, one behind the other without gaps; and the objects
/// that have them.
///
/// Strings that were met lately are kept once. A table of all of them would find every repetition, but cost more than it saves where most
/// strings differ: 32 bytes for each, and a miss of the processor's caches.
@safe final class PackedStrings {
    private let arena: Arena
    /// The text that is read; strings outside of it lie in the arena already.
    private var text = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// Takes the large objects that stay open; `nil` if none do.
    private var open: OpenObjects?
    /// The arrays around what is read: within one no object stays open.
    var arrays = 0
    private var next: UnsafeMutablePointer<UInt8>
    private var room = 0
    private var blockBytes = 256
    /// The strings met lately, each at the slot that its hash gives.
    private var recent: UnsafeMutablePointer<Value>
    private var mask = 63
    private var kept = 0

    private static let largestBlock = 65536
    private static let mostRecent = 65536

    init(arena: Arena) {
        self.arena = arena
        unsafe next = arena.allocate(bytes: 0).assumingMemoryBound(to: UInt8.self)
        unsafe recent = .allocate(capacity: mask + 1)
        unsafe recent.initialize(repeating: .undefined, count: mask + 1)
    }

    deinit { unsafe recent.deallocate() }

    /// Begins with a further text.
    ///
    /// - Parameter open: takes the large objects that lie within nothing but objects, which stay open; `nil` if all are to be laid out.
    func begin(_ text: UnsafeRawBufferPointer, open: OpenObjects?) {
        unsafe self.text = text
        self.open = open
        arrays = 0
    }

    /// Moves what values point to from the text into the arena.
    func keep(_ values: UnsafeMutablePointer<Value>, count: Int) {
        for position in 0..<count {
            let value = unsafe values[position]
            if value.isString {
                unsafe values[position] = keep(value)
            } else if value.tag == .bigNumber {
                keepText(of: value)
            }
        }
    }

    /// Makes an object, frozen unless it stays open, of members, whose strings are moved into the arena.
    ///
    /// - Parameter members: key, value, key, value …
    func object(_ members: UnsafeMutablePointer<Value>, pairs: Int) -> Value {
        unsafe keep(members, count: pairs * 2)
        if let open, arrays == 0 {
            let handle = unsafe open.object(members, pairs: pairs)
            if handle.isDefined { return handle }
        }
        let object = unsafe JSONObjectLayout.object(members, pairs: pairs, in: arena)
        Self.freeze(object)
        return object
    }

    /// Sorts an object and stores its hash, so that it need not be written any more.
    static func freeze(_ object: Value) {
        _ = unsafe object.sortedKeys
        _ = object.hash
        unsafe object.table.pointee.flags |= TableHeader.isFrozen
    }

    private func isOfText(_ pointer: UnsafePointer<UInt8>) -> Bool {
        guard let start = unsafe text.baseAddress else { return false }
        return unsafe UnsafeRawPointer(pointer) >= start && UnsafeRawPointer(pointer) < start + text.count
    }

    private func keep(_ string: Value) -> Value {
        guard unsafe isOfText(string.bytePointer) else { return string }
        let slot = Int(truncatingIfNeeded: string.w0 >> 9) & mask
        let known = unsafe recent[slot]
        if known.isDefined, Value.equal(known, string) { return known }
        let bytes = unsafe copy(string.bytePointer, count: string.length)
        let copy = Value(w0: string.w0, w1: UInt64(UInt(bitPattern: bytes)))
        unsafe recent[slot] = copy
        kept += 1
        if kept > mask && mask + 1 < Self.mostRecent { grow() }
        return copy
    }

    /// A number that keeps how it was written keeps it in the arena.
    private func keepText(of number: Value) {
        let head = unsafe UnsafeMutablePointer(mutating: number.bigNumber)
        guard let text = unsafe head.pointee.text, unsafe isOfText(text) else { return }
        unsafe head.pointee.text = copy(text, count: Int(head.pointee.textCount))
    }

    private func copy(_ source: UnsafePointer<UInt8>, count: Int) -> UnsafePointer<UInt8> {
        if count > room {
            guard count <= blockBytes / 4 else {
                let own = unsafe arena.allocate(bytes: count).assumingMemoryBound(to: UInt8.self)
                unsafe memcpy(own, source, count)
                return unsafe UnsafePointer(own)
            }
            unsafe next = arena.allocate(bytes: blockBytes).assumingMemoryBound(to: UInt8.self)
            room = blockBytes
            blockBytes = min(blockBytes * 2, Self.largestBlock)
        }
        let target = unsafe next
        unsafe memcpy(target, source, count)
        unsafe next += count
        room -= count
        return unsafe UnsafePointer(target)
    }

    private func grow() {
        let (old, oldCount) = unsafe (recent, mask + 1)
        mask = oldCount * 4 - 1
        unsafe recent = .allocate(capacity: mask + 1)
        unsafe recent.initialize(repeating: .undefined, count: mask + 1)
        for slot in 0..<oldCount {
            let string = unsafe old[slot]
            if string.isDefined { unsafe recent[Int(truncatingIfNeeded: string.w0 >> 9) & mask] = string }
        }
        unsafe old.deallocate()
    }
}
