import Glibc

/// Compiled things by the bytes they were compiled from; a full set of places gives up the one that was not used for longest.
///
/// Four places a set: a lookup compares at most four hashes and copies no key.
package final class BuiltinCache {
    private struct Entry {
        var hash: UInt64
        var key: [UInt8]
        var object: AnyObject
        var lastUse: UInt64
    }

    private static let ways = 4
    private var entries: [Entry?]
    private let setMask: Int
    private var clock: UInt64 = 0

    /// Makes an empty cache of at least this many places.
    package init(capacity: Int = 256) {
        HashSeed.prepare()
        var sets = 1
        while sets * BuiltinCache.ways < capacity { sets *= 2 }
        setMask = sets - 1
        entries = Array(repeating: nil, count: sets * BuiltinCache.ways)
    }

    /// What is kept for a string.
    package func object(for key: Value) -> AnyObject? {
        let hash = unsafe Hashing.bytes(UnsafeRawPointer(key.bytePointer), count: key.length)
        let first = firstPlace(hash)
        for place in first..<first + BuiltinCache.ways {
            guard let entry = entries[place], entry.hash == hash, unsafe entry.key.elementsEqual(key.utf8) else { continue }
            clock += 1
            entries[place]?.lastUse = clock
            return entry.object
        }
        return nil
    }

    /// Keeps an object for a string.
    package func insert(_ object: AnyObject, for key: Value) {
        let hash = unsafe Hashing.bytes(UnsafeRawPointer(key.bytePointer), count: key.length)
        let first = firstPlace(hash)
        var victim = first
        for place in first..<first + BuiltinCache.ways {
            guard let entry = entries[place] else {
                victim = place
                break
            }
            if unsafe entry.hash == hash && entry.key.elementsEqual(key.utf8) {
                victim = place
                break
            }
            if entry.lastUse < entries[victim]?.lastUse ?? 0 { victim = place }
        }
        clock += 1
        entries[victim] = unsafe Entry(hash: hash, key: Array(key.utf8), object: object, lastUse: clock)
    }

    private func firstPlace(_ hash: UInt64) -> Int { (Int(truncatingIfNeeded: hash >> 20) & setMask) * BuiltinCache.ways }
}
