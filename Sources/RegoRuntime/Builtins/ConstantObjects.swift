/// Objects that builtins have made of a program's constants, such as compiled patterns, found by where the constants lie: without hashing
/// or comparing a byte. It belongs to the context of one program's machine, whose constants stay where they are; one thread uses it at a
/// time.
@_spi(Engine) @safe public final class ConstantObjects {
    @unsafe @usableFromInline struct Entry: BitwiseCopyable {
        @usableFromInline var first: Value
        @usableFromInline var second: Value
        /// What is made of the constants: two builtins may make different things of one.
        @usableFromInline var kind: ObjectIdentifier
        /// Kept alive by the table.
        @usableFromInline var object: UnsafeRawPointer
    }

    /// What a lookup reads, behind a pointer: a class's variables are checked for exclusive access.
    @unsafe @usableFromInline struct Table: BitwiseCopyable {
        @usableFromInline var entries: UnsafeMutablePointer<Entry?>
        @usableFromInline var mask: Int
    }

    @usableFromInline let table: UnsafeMutablePointer<Table>
    private var count = 0

    init() {
        unsafe table = .allocate(capacity: 1)
        unsafe table.initialize(to: Self.emptyTable(of: 16))
    }

    deinit {
        for index in unsafe 0...table.pointee.mask {
            unsafe table.pointee.entries[index].map { unsafe Unmanaged<AnyObject>.fromOpaque($0.object).release() }
        }
        unsafe table.pointee.entries.deallocate()
        unsafe table.deallocate()
    }

    private static func emptyTable(of capacity: Int) -> Table {
        let entries = UnsafeMutablePointer<Entry?>.allocate(capacity: capacity)
        unsafe entries.initialize(repeating: nil, count: capacity)
        return unsafe Table(entries: entries, mask: capacity - 1)
    }

    /// What was kept for two constants.
    package func object<Object: AnyObject>(_ kind: Object.Type, for first: Value, _ second: Value = .undefined) -> Object? {
        // Kept under this kind by `insert`, which takes no other.
        unsafe pointer(ObjectIdentifier(kind), first, second).map { unsafe Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The same as a pointer to the object, which the table keeps alive.
    @inlinable @inline(__always)
    func pointer(_ kind: ObjectIdentifier, _ first: Value, _ second: Value) -> UnsafeRawPointer? {
        let table = unsafe table.pointee
        var place = unsafe Self.start(first, second) & table.mask
        while let entry = unsafe table.entries[place] {
            // Empty constants may share an address with others: their first words differ.
            if unsafe entry.first.w1 == first.w1 && entry.first.w0 == first.w0 && entry.second.w1 == second.w1
                && entry.second.w0 == second.w0 && entry.kind == kind
            {
                return unsafe entry.object
            }
            place = unsafe (place &+ 1) & table.mask
        }
        return nil
    }

    /// Keeps an object for two constants, for which there is none yet.
    package func insert<Object: AnyObject>(_ object: Object, for first: Value, _ second: Value = .undefined) {
        if unsafe count * 2 > table.pointee.mask { grow() }
        count += 1
        let held = unsafe UnsafeRawPointer(Unmanaged.passRetained(object).toOpaque())
        unsafe place(Entry(first: first, second: second, kind: ObjectIdentifier(Object.self), object: held))
    }

    private func place(_ entry: Entry) {
        let table = unsafe table.pointee
        var place = unsafe Self.start(entry.first, entry.second) & table.mask
        while unsafe table.entries[place] != nil { place = unsafe (place + 1) & table.mask }
        unsafe table.entries[place] = entry
    }

    private func grow() {
        let old = unsafe table.pointee
        unsafe table.pointee = unsafe Self.emptyTable(of: (old.mask + 1) * 2)
        for index in unsafe 0...old.mask { if let entry = unsafe old.entries[index] { unsafe place(entry) } }
        unsafe old.entries.deallocate()
    }

    @inlinable @inline(__always)
    static func start(_ first: Value, _ second: Value) -> Int {
        Int(truncatingIfNeeded: (((first.w1 >> 4) &+ (second.w1 >> 3)) &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }
}
