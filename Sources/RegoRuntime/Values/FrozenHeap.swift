import Glibc

/// Immutable values that outlive evaluations: a policy's constants, or base data.
///
/// A heap is built by one thread through `Builder` and never written afterwards, so that any number of threads may read it. It keeps
/// the heap below it alive, whose interned strings it shares: equal strings of a stack of heaps have one address. Whoever holds values
/// of a heap keeps the heap.
@safe package final class FrozenHeap: Sendable {
    private let arena: Arena
    private let symbols: SymbolTable
    private let parent: FrozenHeap?

    fileprivate init(arena: Arena, symbols: SymbolTable, parent: FrozenHeap?) {
        self.arena = arena
        self.symbols = symbols
        self.parent = parent
    }

    deinit {
        symbols.destroy()
        arena.destroy()
    }

    /// The symbol tables of this heap and of the one below, to be read while the heap is kept alive by someone else.
    struct Tables: BitwiseCopyable {
        fileprivate let own: SymbolTable
        fileprivate let below: SymbolTable?

        /// The interned string with these bytes, or the string itself.
        @inline(__always)
        func canonical(_ string: Value) -> Value {
            let found = own.find(string)
            if found.isDefined { return found }
            guard let below else { return string }
            let deeper = below.find(string)
            return deeper.isDefined ? deeper : string
        }
    }

    var tables: Tables { Tables(own: symbols, below: parent?.symbols) }

    /// Bytes of values, without the symbol table.
    package var byteCount: Int { arena.allocatedBytes }

    /// The interned string with the bytes of `string`, or undefined when there is none in this heap or those below.
    @inline(__always)
    package func symbol(for string: Value) -> Value {
        let found = symbols.find(string)
        if found.isDefined { return found }
        return parent?.symbol(for: string) ?? .undefined
    }

    /// The interned string with these bytes, or undefined.
    package func symbol(for text: String) -> Value {
        let arena = Arena(chunkSize: 1024)
        defer { arena.destroy() }
        return symbol(for: Value.string(text, in: arena))
    }

    /// Builds a heap; used by one thread.
    @safe package final class Builder {
        let arena = Arena()
        private var symbols = SymbolTable()
        private let parent: FrozenHeap?
        /// The strings of JSON texts; `nil` until the first one.
        private var strings: PackedStrings?
        private var isFinished = false

        /// Begins a heap above another one, whose strings it shares.
        package init(parent: FrozenHeap? = nil) {
            self.parent = parent
        }

        deinit {
            if !isFinished {
                symbols.destroy()
                arena.destroy()
            }
        }

        /// The one string of this heap with these bytes, which are valid UTF-8.
        package func intern(_ utf8: some Sequence<UInt8>) -> Value {
            let bytes = Array(utf8)
            return unsafe bytes.withUnsafeBufferPointer { unsafe intern(copying: $0) }
        }

        /// The one string of this heap with this text.
        package func intern(_ text: String) -> Value { intern(text.utf8) }

        /// The one string of this heap with this string's bytes.
        package func intern(_ string: Value) -> Value {
            let found = lookup(string)
            if found.isDefined { return found }
            let copy = unsafe Value.string(string.utf8, in: arena)
            symbols.insert(copy)
            return copy
        }

        /// Copies a value deeply into the heap: strings interned, objects and sets sorted, hashes stored.
        ///
        /// Objects and sets of an arena are sorted where they are, too.
        package func freeze(_ value: Value) -> Value {
            precondition(!isFinished, "a finished heap is immutable")
            return ValueCopier(arena: arena, interner: self).copy(value)
        }

        /// Reads JSON text straight into the heap; its strings are not interned.
        ///
        /// - Throws: what is wrong with the text and where.
        package func freeze(json bytes: UnsafeRawBufferPointer) throws(JSONError) -> Value {
            unsafe try freeze(json: bytes, open: nil)
        }

        /// Reads JSON text straight into the heap; large objects become open ones, if there is where to keep them.
        func freeze(json bytes: UnsafeRawBufferPointer, open: OpenObjects?) throws(JSONError) -> Value {
            precondition(!isFinished, "a finished heap is immutable")
            let strings = self.strings ?? PackedStrings(arena: arena)
            self.strings = strings
            return unsafe try JSONParser.freeze(bytes, into: arena, strings: strings, open: open)
        }

        /// The finished heap; nothing more can be added.
        ///
        /// - Parameter forgettingSymbols: frees the table of interned strings, which only documents that are read against the heap need.
        package func finish(forgettingSymbols: Bool = false) -> FrozenHeap {
            precondition(!isFinished, "a heap is finished once")
            isFinished = true
            strings = nil
            if forgettingSymbols {
                symbols.destroy()
                symbols = SymbolTable()
            }
            return FrozenHeap(arena: arena, symbols: symbols, parent: parent)
        }

        private func lookup(_ string: Value) -> Value {
            let found = symbols.find(string)
            if found.isDefined { return found }
            return parent?.symbol(for: string) ?? .undefined
        }

        private func intern(copying utf8: UnsafeBufferPointer<UInt8>) -> Value {
            precondition(!isFinished, "a finished heap is immutable")
            let scratch = Arena(chunkSize: utf8.count + 64)
            defer { scratch.destroy() }
            return intern(unsafe Value.string(utf8, in: scratch))
        }
    }
}

/// The interned strings of one heap: an open-addressed table of values, at most half full.
@safe private struct SymbolTable: BitwiseCopyable, @unchecked Sendable {
    // Written by the heap's builder only, before the heap is shared.
    private var slots: UnsafeMutablePointer<Value>
    private var mask: Int
    private var count = 0

    init() {
        mask = 63
        unsafe slots = .allocate(capacity: 64)
        unsafe slots.initialize(repeating: .undefined, count: 64)
    }

    func destroy() { unsafe slots.deallocate() }

    /// The bits of the hash, which includes those of the length: 23 bits alone would cluster in a table of many millions.
    @inline(__always)
    private func start(_ string: Value) -> Int {
        let bits = (string.w0 >> 9) & 0x7F_FFFF | (string.w0 >> 32) << 23
        return Int(truncatingIfNeeded: bits) & mask
    }

    @inline(__always)
    func find(_ string: Value) -> Value {
        var slot = start(string)
        while true {
            let candidate = unsafe slots[slot]
            if candidate.isUndefined || Value.equal(candidate, string) { return candidate }
            slot = (slot + 1) & mask
        }
    }

    mutating func insert(_ string: Value) {
        if count * 2 > mask { grow() }
        place(string)
        count += 1
    }

    private func place(_ string: Value) {
        var slot = start(string)
        while unsafe slots[slot].isDefined { slot = (slot + 1) & mask }
        unsafe slots[slot] = string
    }

    private mutating func grow() {
        let (old, oldCount) = unsafe (slots, mask + 1)
        mask = oldCount * 2 - 1
        unsafe slots = .allocate(capacity: oldCount * 2)
        unsafe slots.initialize(repeating: .undefined, count: oldCount * 2)
        for slot in 0..<oldCount where unsafe old[slot].isDefined { unsafe place(old[slot]) }
        unsafe old.deallocate()
    }
}
