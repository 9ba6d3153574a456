@_spi(Engine) import RegoRuntime
import Testing

/// Documents that are put together from several texts: merged, frozen, and no larger than one text's.
@Suite struct DocumentBuilderTests {
    /// A document with objects of few and of many members, which overlap with those of others.
    private func document(_ random: inout TestRandom, depth: Int) -> RegoValue {
        guard depth > 0, Int.random(in: 0..<10, using: &random) > 1 else {
            return [.string("text"), .array([1, .object(["q": 2])]), .null].randomElement(using: &random) ?? .null
        }
        let count = [1, 2, 3, 7, 90].randomElement(using: &random) ?? 1
        let below = count > 7 ? min(depth - 1, 1) : depth - 1
        let members = (0..<count).map { _ in
            (RegoValue.string("k\(Int.random(in: 0..<120, using: &random))"), document(&random, depth: below))
        }
        return .object(Dictionary(members, uniquingKeysWith: { $1 }))
    }

    /// Both objects' members; `nil` if they have values at one path that are not both objects.
    private func merge(_ left: RegoValue, _ right: RegoValue) -> RegoValue? {
        guard case .object(var members) = left, case .object(let others) = right else { return nil }
        for (key, value) in others {
            guard let present = members[key] else {
                members[key] = value
                continue
            }
            guard let merged = merge(present, value) else { return nil }
            members[key] = merged
        }
        return .object(members)
    }

    private func read(_ value: RegoValue, _ builder: DocumentBuilder) throws -> Value {
        try value.json().utf8.withContiguousStorageIfAvailable { try builder.read(json: UnsafeRawBufferPointer($0)) } ?? .undefined
    }

    private func checkFrozen(_ value: Value) {
        switch value.tag {
        case .array: for element in value.elements { checkFrozen(element) }
        case .object:
            let wanted = TableHeader.isSorted | TableHeader.isFrozen | TableHeader.hasHash
            #expect(value.table.pointee.flags & wanted == wanted)
            for (key, element) in zip(value.keys, value.values) {
                let found = value.lookup(key)
                #expect(found.w0 == element.w0 && found.w1 == element.w1)
                checkFrozen(element)
            }
        default: #expect(value.tag != .builder)
        }
    }

    /// Random documents below random names, some of which were frozen before, some of which conflict.
    @Test(arguments: 0..<60) func randomDocuments(seed: UInt64) throws {
        var random = TestRandom(seed)
        let builder = DocumentBuilder(isMerging: true)
        var expected: RegoValue = .object([:])
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            var value = document(&random, depth: 4)
            let names = ["k1", "k2"].prefix(Int.random(in: 0...2, using: &random))
            if names.isEmpty, value.object == nil { value = .object(["k3": value]) }
            let nested = names.reversed().reduce(value) { .object([.string($1): $0]) }
            let merged = merge(expected, nested)
            let place: [String]?
            if Bool.random(using: &random) {
                place = builder.add(try read(value, builder), at: Array(names))
            } else {
                let other = DocumentBuilder(isMerging: Bool.random(using: &random))
                #expect(other.add(try read(value, other), at: Array(names)) == nil)
                let (root, heaps) = other.finish()
                place = builder.add(root, of: heaps)
            }
            #expect((place == nil) == (merged != nil))
            if let place { #expect(isConflict(expected, nested, at: place)) }
            expected = merged ?? expected
        }
        let (root, heaps) = builder.finish()
        withExtendedLifetime(heaps) {
            #expect((root.isDefined ? RegoValue(root) : .object([:])) == expected)
            if root.isDefined { checkFrozen(root) }
        }
    }

    private func isConflict(_ left: RegoValue, _ right: RegoValue, at place: [String]) -> Bool {
        let values = [left, right].map { place.reduce(Optional($0)) { value, name in value?[name] } }
        guard let one = values[0], let two = values[1] else { return false }
        return one.object == nil || two.object == nil
    }

    /// A table that many texts add to is laid out once.
    @Test func partsOfOneTableTakeNoMoreThanTheWhole() throws {
        let rows = (0..<20_000).map { (RegoValue.string("user\($0)"), RegoValue.array([.string("doctor")])) }
        func bytes(parts: Int) throws -> Int {
            let builder = DocumentBuilder(isMerging: parts > 1)
            for part in 0..<parts {
                let own = rows[(rows.count * part / parts)..<(rows.count * (part + 1) / parts)]
                let table = RegoValue.object(Dictionary(own.map { ($0.0, $0.1) }, uniquingKeysWith: { $1 }))
                #expect(builder.add(try read(.object(["users": table]), builder), at: []) == nil)
            }
            let (root, heaps) = builder.finish()
            #expect(root.lookup(string: "users").length == rows.count)
            return heaps.reduce(0) { $0 + $1.byteCount }
        }
        let whole = try bytes(parts: 1)
        #expect(try bytes(parts: 2) < whole + whole / 20)
        #expect(try bytes(parts: 100) < whole + whole / 20)
    }

    @Test func nothingIsAdded() {
        let (root, _) = DocumentBuilder(isMerging: true).finish()
        #expect(root.isUndefined)
    }
}

extension Value {
    fileprivate func lookup(string key: String) -> Value {
        withArena { lookup(.string(key, in: $0)) }
    }
}
