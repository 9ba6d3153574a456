import PolicyBundle
import Testing

@Suite("Hostile archives") struct HostileArchiveTests {
    private static let archive: [UInt8] = {
        var archive = ArchiveBuilder()
        archive.add("data.json", #"{"a": [1, 2, 3]}"#)
        archive.add("p.rego", "package p\n\nx := 1")
        return archive.tar
    }()

    private func readAll(_ bytes: [UInt8], limits: BundleLimits = BundleLimits()) throws(BundleError) -> Int {
        var reader = TarReader(bytes, limits: limits)
        var count = 0
        while try reader.next() != nil { count += 1 }
        return count
    }

    @Test func cutArchivesAreRefusedOrShort() throws {
        for length in stride(from: 0, to: Self.archive.count, by: 61) {
            let count = try? readAll(Array(Self.archive[..<length]))
            #expect(count ?? 0 <= 2)
        }
    }

    @Test func damagedArchivesNeverCrash() {
        var random = SplitMix(state: 7)
        for _ in 0..<300 {
            var bytes = Self.archive
            for _ in 0..<(1 + Int(random.next() % 8)) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? readAll(bytes)
            _ = try? Gzip.unpack(bytes, limit: 1 << 20)
        }
        let packed = ArchiveBuilder.gzip(Self.archive)
        for _ in 0..<300 {
            var bytes = packed
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            if let unpacked = try? Gzip.unpack(bytes, limit: 1 << 20) { _ = try? readAll(unpacked) }
        }
    }

    @Test func sizesThatLieAreRefused() {
        for size in [1 << 20, 0o77777777777] {
            var archive = ArchiveBuilder()
            archive.add("data.json", "{}", declaredSize: size)
            #expect(throws: BundleError.self) { try readAll(archive.tar) }
        }
        var wrongSum = ArchiveBuilder()
        wrongSum.add("data.json", "{}", checksumOffset: 1)
        #expect(throws: BundleError.self) { try readAll(wrongSum.tar) }
    }

    @Test func aBombIsRefusedAtItsLimit() throws {
        let bomb = ArchiveBuilder.gzip([UInt8](repeating: 0, count: 10 << 20))
        #expect(bomb.count < 20_000)
        #expect(throws: BundleError.self) { try Gzip.unpack(bomb, limit: (10 << 20) - 1) }
        #expect(try Gzip.unpack(bomb, limit: 10 << 20).count == 10 << 20)
    }

    @Test func cutAndJoinedMembers() throws {
        let packed = ArchiveBuilder.gzip(Array("hello".utf8))
        for length in 0..<packed.count {
            #expect(throws: BundleError.self) { try Gzip.unpack(Array(packed[..<length]), limit: 100) }
        }
        #expect(try Gzip.unpack(packed + packed, limit: 100) == Array("hellohello".utf8))
        #expect(throws: BundleError.self) { try Gzip.unpack(packed + [1, 2, 3], limit: 100) }
        // The size in the trailer is a claim, not a fact.
        var forged = packed
        forged[forged.count - 1] = 0x7F
        #expect(throws: BundleError.self) { try Gzip.unpack(forged, limit: 100) }
    }

    @Test func tooManyEntriesAreRefused() {
        var archive = ArchiveBuilder()
        for index in 0..<20 { archive.add("f\(index)", "") }
        #expect(throws: BundleError.self) { try readAll(archive.tar, limits: BundleLimits(entries: 19)) }
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
