import Glibc

/// Growing memory that results are written into; reused from evaluation to evaluation.
@safe package struct OutputBuffer: ~Copyable, @unchecked Sendable {
    // Owned by this one value.
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes written.
    package private(set) var count = 0

    package init(capacity: Int = 1024) {
        self.capacity = max(capacity, 64)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit { unsafe base.deallocate() }

    /// Forgets what was written; keeps the memory.
    package mutating func reset() { count = 0 }

    /// Forgets what was written after the first `count` bytes.
    package mutating func truncate(to count: Int) { self.count = min(self.count, count) }

    /// The bytes written; valid until the next write.
    package var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: base, count: count) }

    /// A copy of the bytes written.
    package var array: [UInt8] { unsafe Array(bytes) }

    /// The bytes written, as text.
    package var string: String { unsafe String(decoding: bytes, as: UTF8.self) }

    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        if count == capacity { grow(1) }
        unsafe base[count] = byte
        count &+= 1
    }

    /// Appends bytes that lie outside of this buffer.
    package mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
        guard let start = source.baseAddress else { return }
        let target = unsafe reserve(source.count)
        unsafe memcpy(target, start, source.count)
        count += source.count
    }

    package mutating func append(_ text: StaticString) {
        unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(_ source: [UInt8]) {
        unsafe source.withUnsafeBufferPointer { unsafe append($0) }
    }

    package mutating func append(_ source: ArraySlice<UInt8>) {
        unsafe source.withUnsafeBufferPointer { unsafe append($0) }
    }

    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { unsafe append($0) }
    }

    /// Appends an integer in decimal.
    package mutating func append(integer: Int64) {
        let target = unsafe reserve(20)
        var magnitude = integer.magnitude
        var end = 20
        // Written from the end of the reserved room, then moved to its beginning.
        repeat {
            let (quotient, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
            end -= 1
            unsafe target[end] = UInt8(truncatingIfNeeded: digit) + UInt8(ascii: "0")
            magnitude = quotient
        } while magnitude != 0
        if integer < 0 {
            end -= 1
            unsafe target[end] = UInt8(ascii: "-")
        }
        unsafe memmove(target, target + end, 20 - end)
        count += 20 - end
    }

    /// Makes room for so many bytes and returns where they begin; `count` does not change.
    @inline(__always)
    private mutating func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
        if extra > capacity - count { grow(extra) }
        return unsafe base + count
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        let larger = max(capacity * 2, count + extra)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe memcpy(memory, base, count)
        unsafe base.deallocate()
        unsafe base = memory
        capacity = larger
    }
}
