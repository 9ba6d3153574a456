@_spi(Engine) import RegoRuntime
import Testing

@Suite struct MemoryTests {
    @Test func arenasAlignAndCount() {
        let arena = Arena(chunkSize: 1024)
        defer { arena.destroy() }
        var total = 0
        for size in [0, 1, 15, 16, 17, 100, 1000, 5000, 1 << 20] {
            let memory = arena.allocate(bytes: size)
            #expect(UInt(bitPattern: memory) % 16 == 0)
            // The slack after the last byte can be read and written.
            memory.initializeMemory(as: UInt8.self, repeating: 0xAB, count: size)
            total += (size + 15) / 16 * 16
            #expect(arena.allocatedBytes == total)
        }
        arena.reset()
        #expect(arena.allocatedBytes == 0)
        _ = arena.allocate(bytes: 64)
        #expect(arena.allocatedBytes == 64)
    }

    @Test func limits() {
        let arena = Arena(chunkSize: 1024, byteLimit: 4096)
        defer { arena.destroy() }
        #expect(arena.canAllocate(4096) && !arena.canAllocate(4097) && !arena.canAllocate(.max) && !arena.canAllocate(-1))
        _ = arena.allocate(bytes: 4096)
        #expect(!arena.isExhausted)
        _ = arena.allocate(bytes: 16)
        #expect(arena.isExhausted)
        arena.byteLimit = 8192
        #expect(!arena.isExhausted)
    }

    @Test func deepCopiesOutliveTheirSource() throws {
        var random = TestRandom(9)
        try withArena { target in
            for _ in 0..<100 {
                let owned = randomValue(&random, depth: 4)
                let source = Arena(chunkSize: 1024)
                let copy = owned.makeValue(in: source).deepCopy(into: target)
                source.destroy()
                #expect(RegoValue(copy) == owned)
                #expect(Value.equal(copy, owned.makeValue(in: target)))
            }
            let text = try read(#"{"b":[1e99,"x"],"a":123456789012345678901234567890}"#, target).deepCopy(into: target)
            #expect(text.jsonText() == #"{"a":123456789012345678901234567890,"b":[1e99,"x"]}"#)
        }
    }

    @Test func frozenHeapsIntern() {
        let lower = FrozenHeap.Builder()
        let name = lower.intern("name")
        let long = lower.intern("a string of more than sixteen bytes")
        #expect(lower.intern(Array("name".utf8)).w1 == name.w1)
        let heap = lower.finish()
        let upper = FrozenHeap.Builder(parent: heap)
        #expect(upper.intern("name").w1 == name.w1)
        #expect(upper.intern("a string of more than sixteen bytes").w1 == long.w1)
        let other = upper.intern("other")
        for number in 0..<1000 { _ = upper.intern("key \(number)") }
        #expect(upper.intern("other").w1 == other.w1)
        #expect(upper.intern("key 77").w1 == upper.intern("key 77").w1)
        let top = upper.finish()
        #expect(top.symbol(for: "name").w1 == name.w1 && top.symbol(for: "other").w1 == other.w1)
        #expect(top.symbol(for: "absent").isUndefined && heap.symbol(for: "other").isUndefined)
    }

    @Test func frozenValuesAreSortedAndHashed() throws {
        var random = TestRandom(13)
        let builder = FrozenHeap.Builder()
        var pairs: [(Value, RegoValue)] = []
        for _ in 0..<100 {
            let owned = randomValue(&random, depth: 4)
            withArena { pairs.append((builder.freeze(owned.makeValue(in: $0)), owned)) }
        }
        let heap = builder.finish()
        try withArena { arena in
            for (value, owned) in pairs {
                #expect(RegoValue(value) == owned)
                checkFrozen(value)
                let fresh = owned.makeValue(in: arena)
                #expect(Value.equal(value, fresh) && value.hash == fresh.hash && Value.compare(value, fresh) == 0)
            }
            let parsed = try JSONParser.parse(Array(#"{"key":1,"key of this text only":2}"#.utf8), into: arena, symbols: heap)
            let key = heap.symbol(for: "key")
            #expect(key.isDefined && parsed.keys.contains { $0.w1 == key.w1 })
            #expect(parsed.lookup(key).asInteger == 1)
        }
        withExtendedLifetime(heap) {}
    }

    private func checkFrozen(_ value: Value) {
        switch value.tag {
        case .array:
            for element in value.elements { checkFrozen(element) }
        case .object, .set:
            let wanted = TableHeader.isSorted | TableHeader.isFrozen | TableHeader.hasHash
            #expect(value.table.pointee.flags & wanted == wanted)
            for key in value.keys { checkFrozen(key) }
        default: break
        }
    }

    @Test func frozenHeapsAreReadFromManyThreads() async throws {
        let builder = FrozenHeap.Builder()
        let text = "{" + (0..<500).map { "\"key \($0)\":{\"role\":\"r\($0 % 7)\"}" }.joined(separator: ",") + "}"
        let data = try Array(text.utf8).withUnsafeBytes { try builder.freeze(json: $0) }
        let heap = builder.finish()
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let arena = Arena()
                    defer { arena.destroy() }
                    let role = Value.string("role", in: arena)
                    return (0..<500).count { data.lookup(.string("key \($0)", in: arena)).lookup(role).swiftString == "r\($0 % 7)" }
                }
            }
            for await found in group { #expect(found == 500) }
        }
        withExtendedLifetime(heap) {}
    }

    @Test func freezingMalformedTextFails() {
        let builder = FrozenHeap.Builder()
        #expect(throws: JSONError.self) { try Array("{".utf8).withUnsafeBytes { try builder.freeze(json: $0) } }
    }
}
