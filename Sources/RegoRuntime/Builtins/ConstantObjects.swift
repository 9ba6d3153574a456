/// Objects that builtins have made of a program's constants, such as compiled patterns, found by where the constants lie: without hashing
/// or comparing a byte. It belongs to the context of one program's machine, whose constants stay where they are; one thread uses it at a
/// time.
@safe package final class ConstantObjects {
    @unsafe private struct Entry: BitwiseCopyable {
        /// What is made of the constants: two builtins may make different things of one.
        var kind: ObjectIdentifier
        var first: Value
        var second: Value
        /// Kept alive by the table.
        var object: Unmanaged<AnyObject>
    }

    private var entries: UnsafeMutablePointer<Entry?>
    private var capacity = 16
    private var count = 0

    init() {
        unsafe entries = .allocate(capacity: 16)
        unsafe entries.initialize(repeating: nil, count: 16)
    }

    deinit {
        for index in 0..<capacity { unsafe entries[index]?.object.release() }
        unsafe entries.deinitialize(count: capacity)
        unsafe entries.deallocate()
    }

    /// What was kept for two constants.
    package func object<Object: AnyObject>(_ kind: Object.Type, for first: Value, _ second: Value = .undefined) -> Object? {
        // Kept under this kind by `insert`, which takes no other.
        unsafe pointer(ObjectIdentifier(kind), first, second).map { unsafe Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The same as a pointer to the object, which the table keeps alive.
    func pointer(_ kind: ObjectIdentifier, _ first: Value, _ second: Value) -> UnsafeRawPointer? {
        var place = Self.start(first, second) & (capacity - 1)
        while true {
            guard let entry = unsafe entries[place] else { return nil }
            // Empty constants may share an address with others: their first words differ.
            if unsafe entry.first.w1 == first.w1 && entry.first.w0 == first.w0 && entry.second.w1 == second.w1
                && entry.second.w0 == second.w0 && entry.kind == kind
            {
                return unsafe UnsafeRawPointer(entry.object.toOpaque())
            }
            place = (place + 1) & (capacity - 1)
        }
    }

    /// Keeps an object for two constants, for which there is none yet.
    package func insert<Object: AnyObject>(_ object: Object, for first: Value, _ second: Value = .undefined) {
        if (count + 1) * 2 > capacity { grow() }
        count += 1
        unsafe place(Entry(kind: ObjectIdentifier(Object.self), first: first, second: second, object: .passRetained(object)))
    }

    private func place(_ entry: Entry) {
        var place = unsafe Self.start(entry.first, entry.second) & (capacity - 1)
        while unsafe entries[place] != nil { place = (place + 1) & (capacity - 1) }
        unsafe entries[place] = entry
    }

    private func grow() {
        let (old, oldCapacity) = unsafe (entries, capacity)
        capacity *= 2
        unsafe entries = .allocate(capacity: capacity)
        unsafe entries.initialize(repeating: nil, count: capacity)
        for index in 0..<oldCapacity { if let entry = unsafe old[index] { unsafe place(entry) } }
        unsafe old.deinitialize(count: oldCapacity)
        unsafe old.deallocate()
    }

    @inline(__always)
    private static func start(_ first: Value, _ second: Value) -> Int {
        Int(truncatingIfNeeded: (((first.w1 >> 4) &+ (second.w1 >> 3)) &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }
}
