@_spi(Engine) import RegoRuntime
import Testing

@Suite struct OrderTests {
    /// Rego's total order, as JSON with sets written as `{"$set": […]}`.
    static let ascending = [
        "null", "false", "true", "-1", "0", "0.5", "1", "1e100", #""""#, #""A""#, #""a""#, #""a\u0000""#, #""aa""#, #""b""#, #""é""#,
        #""\ud83d\ude00""#,
        "[]", "[null]", "[null,1]", "[1]", "[1,0]", "[2]", #"["a"]"#, "[[]]", "[{}]",
        "{}", #"{"a":1}"#, #"{"a":1,"b":1}"#, #"{"a":2}"#, #"{"a":2,"b":0}"#, #"{"b":0}"#,
    ]

    @Test func totalOrder() throws {
        try withArena { arena in
            var values = try OrderTests.ascending.map { try read($0, arena) }
            values.append(try readSet("[]", arena))
            values.append(try readSet("[1]", arena))
            values.append(try readSet("[2,1]", arena))
            values.append(try readSet("[2]", arena))
            for (i, a) in values.enumerated() {
                for (j, b) in values.enumerated() {
                    #expect(Value.compare(a, b).signum() == (i - j).signum(), "\(a.regoText) and \(b.regoText)")
                    #expect(Value.equal(a, b) == (i == j))
                }
            }
        }
    }

    @Test func collectionsAreEqualByContent() throws {
        try withArena { arena in
            let a = try read(#"{"x":[1,{"y":"a string of more than sixteen bytes"}],"z":1.0}"#, arena)
            let b = try read(#"{"z":1,"x":[1.0,{"y":"a string of more than sixteen byt\u0065s"}]}"#, arena)
            #expect(Value.equal(a, b))
            #expect(Value.compare(a, b) == 0)
            #expect(a.hash == b.hash)
            let c = try readSet("[3,1,2]", arena)
            let d = try readSet("[2,3,1,1]", arena)
            #expect(Value.equal(c, d) && c.hash == d.hash)
            #expect(!Value.equal(c, try read("[1,2,3]", arena)))
        }
    }

    @Test func orderIsConsistentOnRandomValues() {
        var random = TestRandom(5)
        withArena { arena in
            let owned = (0..<120).map { _ in randomValue(&random, depth: 3) }
            let values = owned.map { $0.makeValue(in: arena) }
            for (i, a) in values.enumerated() {
                #expect(RegoValue(a) == owned[i])
                for (j, b) in values.enumerated() {
                    let order = Value.compare(a, b)
                    #expect(order.signum() == -Value.compare(b, a).signum())
                    #expect((order == 0) == Value.equal(a, b))
                    #expect(Value.equal(a, b) == (owned[i] == owned[j]))
                    if order == 0 { #expect(a.hash == b.hash) }
                }
            }
            let sorted = values.sorted { Value.compare($0, $1) < 0 }
            for index in 1..<sorted.count { #expect(Value.compare(sorted[index - 1], sorted[index]) <= 0) }
        }
    }

    @Test(arguments: [("", 0, true), ("abc", 3, true), ("héllo", 5, false), ("\u{1F600}\u{301}", 2, false), ("sixteen bytes ok", 16, true)])
    func strings(text: String, codePoints: Int, isASCII: Bool) {
        withArena { arena in
            let value = Value.string(text, in: arena)
            #expect(value.codePointCount == codePoints)
            #expect(value.isASCII == isASCII)
            #expect(value.swiftString == text)
            #expect(value.length == text.utf8.count)
        }
    }

    @Test func slicesShareBytesAndEqualCopies() {
        withArena { arena in
            let text = "häuser are houses, and many bytes follow here"
            let whole = Value.string(text, in: arena)
            for start in [0, 1, 3, 7, 20] {
                for end in stride(from: start, through: text.utf8.count, by: 5) {
                    guard start == 0 || start >= 3 || start == 1, !(end == 2) else { continue }
                    let slice = whole.substring(byteRange: start..<end)
                    let copy = Value.string(slice.swiftString, in: arena)
                    #expect(slice.bytePointer == whole.bytePointer + start)
                    #expect(Value.equal(slice, copy) && slice.hash == copy.hash && slice.isASCII == copy.isASCII)
                }
            }
        }
    }
}
