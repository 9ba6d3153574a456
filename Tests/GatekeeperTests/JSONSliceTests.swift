import Gatekeeper
import Testing

@Suite struct JSONSliceTests {
    @Test(arguments: [
        ("null", JSONSlice.Kind.null), (" true ", .boolean), ("false\n", .boolean), ("0", .number), ("-1.5e+10", .number),
        ("\"\"", .string), ("[]", .array), ("[1, [2], {}]", .array), ("{}", .object), ("{\"a\": {\"b\": []}}", .object),
    ])
    func accepts(_ text: String, _ kind: JSONSlice.Kind) throws {
        #expect(try JSONSlice(text: Array(text.utf8)).kind == kind)
    }

    @Test(arguments: [
        "", " ", "nul", "truex", "01", "1.", "1e", "-", "+1", ".5", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\u{1}\"", "[", "[1", "[1,", "[1,]",
        "[1 2]",
        "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "]", "}", "[}", "{]", "{} {}", "\u{FEFF}{}",
        "NaN", "'a'",
    ])
    func refuses(_ text: String) {
        #expect(throws: MalformedJSON.self) { try JSONSlice(text: Array(text.utf8)) }
    }

    @Test func refusesWhatIsNotUTF8() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFE]] {
            #expect(throws: MalformedJSON.self) { try JSONSlice(text: bytes) }
        }
    }

    /// A million brackets must neither overflow the stack nor take long.
    @Test func limitsDepth() throws {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: MalformedJSON.self) { try JSONSlice(text: deep) }
        let fine = Array(repeating: UInt8(ascii: "["), count: 9_000) + Array(repeating: UInt8(ascii: "]"), count: 9_000)
        #expect(try JSONSlice(text: fine).elements?.count == 1)
    }

    @Test func everyPrefixIsRefused() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n\ud83d\ude00",{"b":null,"c":[true,false]}],"d":{}}"#.utf8)
        _ = try JSONSlice(text: text)
        for length in 0..<text.count {
            #expect(throws: MalformedJSON.self) { try JSONSlice(text: Array(text[..<length])) }
        }
    }

    @Test(arguments: [
        (#""plain é""#, "plain é"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\ud83d\ude00""#, "é😀"),
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
    ])
    func decodesStrings(_ text: String, _ value: String) throws {
        #expect(try JSONSlice(text: Array(text.utf8)).string == value)
    }

    @Test func readsMembers() throws {
        let slice = try JSONSlice(text: Array(#" { "a" : [ 1 , "two" , { } ] , "b\u0063" : true } "#.utf8))
        let members = try slice.object("it")
        #expect(members["bc"]?.boolean == true)
        #expect(members["a"]?.elements?.map(\.kind) == [.number, .string, .object])
        #expect(members["a"]?.elements?.first?.integer == 1)
        #expect(members["a"].map { String(decoding: $0.raw, as: UTF8.self) } == #"[ 1 , "two" , { } ]"#)
    }

    @Test func refusesKeysThatStandTwice() throws {
        let slice = try JSONSlice(text: Array(#"{"uid": 1, "u\u0069d": 2}"#.utf8))
        #expect(throws: MalformedJSON.self) { try slice.object("it") }
    }

    @Test func writesLikeGo() {
        let value = JSON.members(
            ("a", .string("<b> & \"c\"\n\u{1}\u{2028}é")), ("n", .array([.integer(-1), .number(1.5), .number(2), .number(.nan), .null])),
            ("gone", nil), ("e", .object([])), ("f", .floats([0.25, 1])))
        #expect(
            String(decoding: value.compact, as: UTF8.self)
                == #"{"a":"\u003cb\u003e \u0026 \"c\"\n\u0001\u2028é","n":[-1,1.5,2,null,null],"e":{},"f":[0.25,1.0]}"#)
        #expect(String(decoding: JSON.members(("a", .array([.integer(1)]))).indented, as: UTF8.self) == "{\n  \"a\": [\n    1\n  ]\n}")
    }
}
