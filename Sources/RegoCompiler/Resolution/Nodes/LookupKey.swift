import Glibc
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// A key of `LookupTable`s.
///
/// Swift's own hashing takes 150 to 250 instructions for a name of a few characters, which was a tenth of a compilation.
package protocol LookupKey: Hashable {
    /// The same for equal keys; its low bits tell most keys apart.
    var lookupHash: Int { get }
}

extension LookupKey {
    package var lookupHash: Int { hashValue }
}

/// Hashes of what keys are made of.
enum LookupHash {
    /// Differs from process to process, so that nobody can write names that all hash alike.
    private static let seed = UInt64(truncatingIfNeeded: Hasher().finalize())
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    static func of(_ number: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: number) &* factor) >> 32)
    }

    static func of(_ text: String) -> Int {
        text.utf8.withContiguousStorageIfAvailable { of(UnsafeRawBufferPointer($0)) } ?? Array(text.utf8).withUnsafeBytes(of)
    }

    /// Eight bytes at a time; each step folds a product of 128 bits.
    private static func of(_ bytes: UnsafeRawBufferPointer) -> Int {
        var state = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var offset = 0
        while bytes.count - offset >= 8 {
            state = folded(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        let left = bytes.count - offset
        if left >= 4 {
            let (first, last) = (offset, bytes.count - 4)
            rest = UInt64(bytes.loadUnaligned(fromByteOffset: first, as: UInt32.self)) << 32
            rest |= UInt64(bytes.loadUnaligned(fromByteOffset: last, as: UInt32.self))
        } else if left > 0 {
            rest = UInt64(bytes[offset]) << 16 | UInt64(bytes[offset + left / 2]) << 8 | UInt64(bytes[bytes.count - 1])
        }
        return Int(truncatingIfNeeded: folded(state ^ rest))
    }

    @inline(__always)
    private static func folded(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }
}

extension String: LookupKey {
    package var lookupHash: Int { LookupHash.of(self) }
}

extension Int: LookupKey {
    package var lookupHash: Int { LookupHash.of(self) }
}

extension ObjectIdentifier: LookupKey {
    // Objects lie at multiples of 16.
    package var lookupHash: Int { LookupHash.of(Int(bitPattern: self) >> 4) }
}

extension VariableID: LookupKey {
    package var lookupHash: Int { LookupHash.of(Int(rawValue)) }
}

extension Register: LookupKey {
    package var lookupHash: Int { LookupHash.of(Int(index)) }
}

extension Term.Scalar: LookupKey {}
extension ProgramPlanner.FunctionKey: LookupKey {}

extension String {
    /// Whether two texts are the same byte for byte: Swift's equality is canonical equivalence, Rego's is not.
    func hasSameBytes(as other: String) -> Bool {
        // Short texts and those in one storage are the same word by word.
        if unsafeBitCast(self, to: (UInt64, UInt64).self) == unsafeBitCast(other, to: (UInt64, UInt64).self) { return true }
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        let result = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return true }
                return memcmp(left, right, count) == 0
            }
        }
        return (result ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}
