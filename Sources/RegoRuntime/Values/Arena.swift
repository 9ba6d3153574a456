import Glibc

/// Bump-allocated memory of one evaluation, freed as a whole.
///
/// The arena itself is a handle that may be copied freely; every copy means the same memory. One thread uses it at a time. Every
/// allocation is aligned to 16 bytes and followed by at least 16 readable bytes, so that short strings may be loaded in whole words.
@_spi(Engine) @safe public struct Arena: BitwiseCopyable, @unchecked Sendable {
    @usableFromInline let state: UnsafeMutablePointer<ArenaState>

    /// Makes an arena.
    ///
    /// - Parameters:
    ///   - chunkSize: bytes of the first chunk.
    ///   - byteLimit: allocated bytes beyond which the arena counts as exhausted.
    public init(chunkSize: Int = 65536, byteLimit: Int = .max) {
        HashSeed.prepare()
        let chunk = unsafe ArenaChunk.make(payload: max(chunkSize, 1024), next: nil)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(
            to: ArenaState(
                cursor: chunk.pointee.start, end: chunk.pointee.end, current: chunk, first: chunk, retiredBytes: 0, byteLimit: byteLimit))
    }

    /// Frees all memory; no copy of the handle and no value in it may be used afterwards.
    public func destroy() {
        freeChunks()
        unsafe state.deallocate()
    }

    /// Bytes of a chunk up to which it is kept from one evaluation to the next: an evaluation that needs as much as the one before asks the
    /// system for nothing.
    private static let keptBytes = 1 << 20

    /// Forgets everything allocated; keeps the largest chunk that is not too large to be kept, and frees the others.
    public func reset() {
        if unsafe state.pointee.current != state.pointee.first { keepOneChunk() }
        let first = unsafe state.pointee.first
        unsafe state.pointee.current = first
        unsafe state.pointee.cursor = first.pointee.start
        unsafe state.pointee.end = first.pointee.end
        unsafe state.pointee.retiredBytes = 0
    }

    /// Returns uninitialised memory, aligned to 16 bytes, with 16 readable bytes after it.
    ///
    /// Memory is returned even when the arena is exhausted: whoever allocates in a loop asks `isExhausted` now and then, whoever
    /// allocates much at once asks `canAllocate(_:)` first.
    @inlinable @inline(__always)
    public func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        let size = (bytes &+ 15) & ~15
        let cursor = unsafe state.pointee.cursor
        // `size` is compared as unsigned, so that an overflow ends in the slow path, which refuses it.
        if unsafe UInt(bitPattern: size) <= UInt(bitPattern: state.pointee.end - cursor) {
            unsafe state.pointee.cursor = cursor + size
            return unsafe cursor
        }
        return unsafe grow(size)
    }

    /// Gives back all but the first bytes of a block, which is the one that was allocated last.
    @inlinable @inline(__always)
    public func shrink(_ block: UnsafeMutableRawPointer, to bytes: Int) {
        unsafe state.pointee.cursor = block + ((bytes &+ 15) & ~15)
    }

    /// Returns uninitialised memory for `n` values.
    @inlinable @inline(__always)
    public func allocateValues(_ n: Int) -> UnsafeMutablePointer<Value> {
        unsafe allocate(bytes: n &* 16).assumingMemoryBound(to: Value.self)
    }

    /// Whether more bytes are in use than the limit allows.
    public var isExhausted: Bool { @inlinable @inline(__always) get { unsafe allocatedBytes > state.pointee.byteLimit } }

    /// Whether this many further bytes stay below the limit.
    @inlinable @inline(__always)
    public func canAllocate(_ bytes: Int) -> Bool {
        // Neither the limit nor what is in use is negative: the difference does not overflow.
        unsafe bytes >= 0 && state.pointee.byteLimit &- allocatedBytes >= bytes
    }

    /// Bytes in use since the arena was made or reset.
    public var allocatedBytes: Int {
        @inlinable @inline(__always)
        get { unsafe state.pointee.retiredBytes &+ (state.pointee.cursor - state.pointee.current.pointee.start) }
    }

    /// Whether an address lies in the arena's memory.
    ///
    /// - Complexity: O(blocks), of which there are few: they grow.
    func contains(_ address: UnsafeRawPointer?) -> Bool {
        guard let address = unsafe address else { return false }
        var chunk = unsafe Optional(state.pointee.current)
        while let block = unsafe chunk {
            let (start, end) = unsafe (UnsafeRawPointer(block.pointee.start), UnsafeRawPointer(block.pointee.end))
            if unsafe start <= address, unsafe address <= end { return true }
            unsafe chunk = block.pointee.next
        }
        return false
    }

    /// Blocks that were asked of the system since the arena was made or reset.
    ///
    /// - Complexity: O(blocks), of which there are few: they grow.
    public var grownChunks: Int {
        var count = 0
        var chunk = unsafe state.pointee.current
        while unsafe chunk != state.pointee.first, let next = unsafe chunk.pointee.next {
            count += 1
            unsafe chunk = next
        }
        return count
    }

    /// Allocated bytes beyond which the arena counts as exhausted.
    public var byteLimit: Int {
        get { unsafe state.pointee.byteLimit }
        nonmutating set { unsafe state.pointee.byteLimit = newValue }
    }

    @usableFromInline @inline(never)
    func grow(_ size: Int) -> UnsafeMutableRawPointer {
        precondition(size >= 0, "an allocation's size overflows")
        let current = unsafe state.pointee.current
        unsafe state.pointee.retiredBytes += state.pointee.cursor - current.pointee.start
        let doubled = unsafe min((current.pointee.end - current.pointee.start) * 2, ArenaChunk.largestUnasked)
        let chunk = unsafe ArenaChunk.make(payload: max(size, doubled), next: current)
        unsafe state.pointee.current = chunk
        unsafe state.pointee.cursor = chunk.pointee.start + size
        unsafe state.pointee.end = chunk.pointee.end
        return unsafe chunk.pointee.start
    }

    @inline(never)
    private func keepOneChunk() {
        var kept = unsafe state.pointee.first
        var chunk = unsafe Optional(state.pointee.current)
        while let candidate = unsafe chunk {
            let size = unsafe candidate.pointee.end - candidate.pointee.start
            if size <= Self.keptBytes, unsafe size > kept.pointee.end - kept.pointee.start { unsafe kept = candidate }
            unsafe chunk = candidate.pointee.next
        }
        unsafe chunk = state.pointee.current
        while let next = unsafe chunk {
            unsafe chunk = next.pointee.next
            if unsafe next != kept { unsafe free(next) }
        }
        unsafe kept.pointee.next = nil
        unsafe state.pointee.first = kept
    }

    private func freeChunks() {
        var chunk = unsafe Optional(state.pointee.current)
        while let next = unsafe chunk {
            unsafe chunk = next.pointee.next
            unsafe free(next)
        }
    }
}

/// What every copy of an `Arena` shares.
@usableFromInline
@unsafe struct ArenaState: BitwiseCopyable {
    @usableFromInline var cursor: UnsafeMutableRawPointer
    @usableFromInline var end: UnsafeMutableRawPointer
    @usableFromInline var current: UnsafeMutablePointer<ArenaChunk>
    var first: UnsafeMutablePointer<ArenaChunk>
    /// Bytes used in the chunks before `current`.
    @usableFromInline var retiredBytes: Int
    @usableFromInline var byteLimit: Int
}

/// The head of one block of `malloc`; the payload follows it, and 16 bytes of slack follow the payload.
@usableFromInline
@unsafe struct ArenaChunk: BitwiseCopyable {
    var next: UnsafeMutablePointer<ArenaChunk>?
    @usableFromInline var start: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer

    /// Chunks double up to this size; larger ones are made only for larger requests.
    static let largestUnasked = 8 << 20

    /// Chunks from this size on lie in huge pages where the system gives them: it clears memory two megabytes at a time then, instead of
    /// being asked for each four kilobytes.
    private static let hugeBytes = 4 << 20
    private static let hugePage = 2 << 20

    private static func block(of bytes: Int) -> UnsafeMutableRawPointer? {
        guard unsafe bytes >= hugeBytes else { return unsafe malloc(bytes) }
        var block: UnsafeMutableRawPointer?
        guard unsafe posix_memalign(&block, hugePage, bytes) == 0 else { return nil }
        // Advice only: without it the memory is as good.
        _ = unsafe madvise(block, bytes, MADV_HUGEPAGE)
        return unsafe block
    }

    static func make(payload: Int, next: UnsafeMutablePointer<ArenaChunk>?) -> UnsafeMutablePointer<ArenaChunk> {
        let headBytes = 32
        let size = (payload + 15) & ~15
        guard let block = unsafe block(of: headBytes + size + 16) else {
            preconditionFailure("the system has no memory left for \(size) bytes")
        }
        let start = unsafe block + headBytes
        // The slack is read (never interpreted) by whole-word loads of short strings.
        unsafe (start + size).initializeMemory(as: UInt64.self, repeating: 0, count: 2)
        let chunk = unsafe block.bindMemory(to: ArenaChunk.self, capacity: 1)
        unsafe chunk.initialize(to: ArenaChunk(next: next, start: start, end: start + size))
        return unsafe chunk
    }
}
