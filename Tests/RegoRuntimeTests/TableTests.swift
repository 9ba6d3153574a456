@_spi(Engine) import RegoRuntime
import Testing

@Suite struct TableTests {
    /// Sizes on both sides of each width of the index: none, 1, 2 and 4 bytes.
    static let sizes = [0, 1, 7, 8, 9, 16, 17, 127, 128, 129, 300, 32768, 32769, 70000]

    @Test(arguments: sizes)
    func objectsAgreeWithDictionaries(size: Int) {
        var random = TestRandom(UInt64(size))
        withArena { arena in
            let builder = ObjectBuilder(in: arena)
            var expected: [Int64: Int64] = [:]
            while expected.count < size {
                let key = Int64.random(in: -100_000...100_000, using: &random)
                let value = Int64.random(in: 0...3, using: &random)
                let result = builder.put(.integer(key), .integer(value))
                if let old = expected[key] {
                    #expect(result == (old == value ? .same : .conflict))
                } else {
                    #expect(result == .inserted)
                    expected[key] = value
                }
            }
            #expect(builder.count == size)
            let object = builder.finish()
            check(object, expected)
            // Once more after sorting, which moves entries and index.
            let sorted = expected.keys.sorted()
            let keys = object.sortedKeys
            let values = object.sortedValues
            #expect((0..<size).allSatisfy { keys[$0].asInteger == sorted[$0] && values[$0].asInteger == expected[sorted[$0]] })
            check(object, expected)
        }
    }

    private func check(_ object: Value, _ expected: [Int64: Int64]) {
        #expect(object.length == expected.count)
        #expect(expected.allSatisfy { object.lookup(.integer($0)).asInteger == $1 })
        var absent = 0
        for key in Int64(100_001)...100_400 where object.lookup(.integer(key)).isUndefined { absent += 1 }
        #expect(absent == 400)
    }

    @Test(arguments: sizes)
    func setsOfStrings(size: Int) {
        var random = TestRandom(UInt64(size) + 1)
        withArena { arena in
            let builder = SetBuilder(in: arena)
            var expected: Set<String> = []
            while expected.count < size {
                let text =
                    String(repeating: "k", count: Int.random(in: 0...20, using: &random))
                    + String(Int.random(in: 0...200_000, using: &random))
                #expect(builder.insert(.string(text, in: arena)) == expected.insert(text).inserted)
            }
            let set = builder.finish()
            #expect(expected.allSatisfy { set.contains(.string($0, in: arena)) })
            #expect(!set.contains(.string("absent", in: arena)) && !set.contains(.null))
            let keys = set.sortedKeys
            #expect((1..<max(size, 1)).allSatisfy { Value.compare(keys[$0 - 1], keys[$0]) < 0 })
            #expect(expected.allSatisfy { set.contains(.string($0, in: arena)) })
        }
    }

    @Test func arraysGrow() {
        withArena { arena in
            for size in [0, 1, 8, 9, 1000] {
                let builder = ArrayBuilder(in: arena)
                let again = ArrayBuilder(builder.value)
                for index in 0..<size { again.append(.integer(index)) }
                #expect(builder.value.tag == .builder && builder.count == size)
                let array = builder.finish()
                #expect(array.length == size)
                #expect(array.elements.enumerated().allSatisfy { $1.asInteger == Int64($0) })
            }
        }
    }

    @Test func buildersInRegisters() {
        withArena { arena in
            let set = SetBuilder(SetBuilder(in: arena).value)
            set.insert(.true)
            #expect(set.count == 1 && set.contains(.true) && !set.contains(.false))
            let object = ObjectBuilder(ObjectBuilder(in: arena, capacity: 100).value)
            object.set(.null, .true)
            object.set(.null, .false)
            #expect(object.lookup(.null).tag == .false && object.lookup(.true).isUndefined)
            #expect(object.finish().lookup(.null).tag == .false)
        }
    }

    @Test func references() throws {
        try withArena { arena in
            let object = try read(#"{"a":1,"b":null}"#, arena)
            let array = try read(#"["x","y"]"#, arena)
            let set = try readSet("[1,[2]]", arena)
            #expect(object.dereference(.string("a", in: arena)).asInteger == 1)
            #expect(object.dereference(.integer(0 as Int)).isUndefined)
            #expect(array.dereference(.integer(1 as Int)).swiftString == "y")
            for operand in [
                Value.integer(2 as Int), .integer(-1 as Int), .integer(Int64.min), .number(0.5), .string("0", in: arena), .null,
            ] {
                #expect(array.dereference(operand).isUndefined)
            }
            #expect(set.dereference(try read("[2]", arena)).tag == .array)
            #expect(set.dereference(.integer(2 as Int)).isUndefined)
            #expect(Value.null.dereference(.null).isUndefined && Value.undefined.lookup(.null).isUndefined && !array.contains(.null))
        }
    }

    @Test(arguments: [
        ("[1,2,3]", "[2,3,4]", "[1,2,3,4]", "[2,3]", "[1]"), ("[]", "[1]", "[1]", "[]", "[]"), ("[1]", "[]", "[1]", "[]", "[1]"),
        (#"["a",[1],null]"#, #"[[1],{"k":1}]"#, #"[null,"a",[1],{"k":1}]"#, "[[1]]", #"[null,"a"]"#),
    ])
    func setAlgebra(a: String, b: String, union: String, intersection: String, difference: String) throws {
        try withArena { arena in
            let (x, y) = (try readSet(a, arena), try readSet(b, arena))
            #expect(Value.union(x, y, in: arena).jsonText() == union)
            #expect(Value.intersection(x, y, in: arena).jsonText() == intersection)
            #expect(Value.difference(x, y, in: arena).jsonText() == difference)
        }
    }

    @Test func setAlgebraOnLargeSets() {
        withArena { arena in
            let (a, b) = (SetBuilder(in: arena), SetBuilder(in: arena))
            for number in 0..<1000 {
                a.insert(.integer(number * 2))
                b.insert(.integer(number * 3))
            }
            let (x, y) = (a.finish(), b.finish())
            #expect(Value.union(x, y, in: arena).length == 1666)
            #expect(Value.intersection(x, y, in: arena).length == 334)
            #expect(Value.difference(x, y, in: arena).length == 666)
        }
    }

    @Test func objectUnion() throws {
        try withArena { arena in
            let a = try read(#"{"a":{"x":1,"y":{"p":1}},"b":1,"c":{"q":1}}"#, arena)
            let b = try read(#"{"a":{"y":{"q":2},"x":3},"b":{"z":1},"c":2}"#, arena)
            #expect(Value.objectUnion(a, b, in: arena).jsonText() == #"{"a":{"x":3,"y":{"p":1,"q":2}},"b":{"z":1},"c":2}"#)
            #expect(Value.merge(a, b, in: arena).jsonText() == #"{"a":{"x":3,"y":{"q":2}},"b":{"z":1},"c":2}"#)
        }
    }
}
