@_spi(Engine) import RegoRuntime
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        ("null", "null"), (" true ", "true"), ("false\n", "false"), ("0", "0"), ("-0", "-0"), ("-12", "-12"),
        ("999999999999999999", "999999999999999999"),
        ("9999999999999999999", "9999999999999999999"), ("1.0", "1.0"), ("0.1", "0.1"), ("1E100", "1E100"), ("[]", "[]"), ("[ ]", "[]"),
        ("{}", "{}"), ("{ }", "{}"),
        ("[1,2 , 3]", "[1,2,3]"), ("\t{\"b\" : 1 ,\r\n\"a\":[{}]}", #"{"a":[{}],"b":1}"#), (#""""#, #""""#), (#""a""#, #""a""#),
        (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\b\f\n\r\t""#), (#""\u0041\u00e9\u20ac\ud83d\ude00""#, "\"Aé€\u{1F600}\""),
        (#""\u0000\u001f\u007f""#, "\"\\u0000\\u001f\u{7F}\""),
        (#""\ud800""#, "\"\u{FFFD}\""), (#""\udc00x""#, "\"\u{FFFD}x\""), (#""\ud800\u0041""#, "\"\u{FFFD}A\""),
        (#""\ud800\ud83d\ude00""#, "\"\u{FFFD}\u{1F600}\""),
        (#""\ud83d\n""#, "\"\u{FFFD}\\n\""), ("\"\u{2028}\u{2029}\"", #""\u2028\u2029""#), ("\"\u{7F}é\u{1F600}\"", "\"\u{7F}é\u{1F600}\""),
        ("\"<&>\"", "\"<&>\""),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#), (#"{"a":1,"b":2,"\u0061":3}"#, #"{"a":3,"b":2}"#), (#""12345678""#, #""12345678""#),
        (#""1234567é""#, #""1234567é""#),
    ])
    func roundTrip(text: String, written: String) throws {
        try withArena { arena in
            let value = try read(text, arena)
            #expect(value.jsonText() == written)
            #expect(Value.equal(try read(written, arena), value))
            try #expect(RegoValue(json: text).json() == written)
        }
    }

    @Test(arguments: [
        ("", JSONError.Code.truncated, 0, 1, 1, "unexpected end of JSON input"),
        ("  ", .truncated, 2, 1, 3, "unexpected end of JSON input"),
        ("nul", .truncated, 3, 1, 4, "unexpected end of JSON input"),
        ("nulL", .syntax, 3, 1, 4, "invalid character 'L' in literal null (expecting 'l')"),
        ("[1,\n 2,,3]", .syntax, 7, 2, 4, "invalid character ',' looking for beginning of value"),
        ("[1 2]", .syntax, 3, 1, 4, "invalid character '2' after array element"),
        ("[1,]", .syntax, 3, 1, 4, "invalid character ']' looking for beginning of value"),
        ("{\"a\" 1}", .syntax, 5, 1, 6, "invalid character '1' after object key"),
        ("{\"a\":1 \"b\"}", .syntax, 7, 1, 8, "invalid character '\"' after object key:value pair"),
        ("{a:1}", .syntax, 1, 1, 2, "invalid character 'a' looking for beginning of object key string"),
        ("{\"a\":1,}", .syntax, 7, 1, 8, "invalid character '}' looking for beginning of object key string"),
        ("1 2", .trailingData, 2, 1, 3, "invalid character '2' after top-level value"),
        ("{}}", .trailingData, 2, 1, 3, "invalid character '}' after top-level value"),
        ("\"a\nb\"", .syntax, 2, 1, 3, "invalid character '\\n' in string literal"),
        ("\"a", .truncated, 2, 1, 3, "unexpected end of JSON input"),
        ("\"\\x\"", .syntax, 2, 1, 3, "invalid character 'x' in string escape code"),
        ("\"\\u12G4\"", .syntax, 5, 1, 6, "invalid character 'G' in \\u hexadecimal character escape"),
        ("\"\\ud800\\uZ\"", .syntax, 9, 1, 10, "invalid character 'Z' in \\u hexadecimal character escape"),
        ("\"\\u12\"", .syntax, 5, 1, 6, "invalid character '\"' in \\u hexadecimal character escape"),
        ("\"\\", .truncated, 2, 1, 3, "unexpected end of JSON input"),
        ("-", .truncated, 1, 1, 2, "unexpected end of JSON input"), ("-a", .syntax, 1, 1, 2, "invalid character 'a' in numeric literal"),
        ("01", .trailingData, 1, 1, 2, "invalid character '1' after top-level value"),
        ("1.x", .syntax, 2, 1, 3, "invalid character 'x' after decimal point in numeric literal"),
        ("1e-x", .syntax, 3, 1, 4, "invalid character 'x' in exponent of numeric literal"),
        ("-.5", .syntax, 1, 1, 2, "invalid character '.' in numeric literal"),
        ("é", .syntax, 0, 1, 1, "invalid character 'Ã' looking for beginning of value"),
        ("[fals]", .syntax, 5, 1, 6, "invalid character ']' in literal false (expecting 'e')"),
        ("1e+", .truncated, 3, 1, 4, "unexpected end of JSON input"),
        ("+1", .syntax, 0, 1, 1, "invalid character '+' looking for beginning of value"),
        ("'a'", .syntax, 0, 1, 1, "invalid character '\\'' looking for beginning of value"),
        ("\u{FEFF}1", .syntax, 0, 1, 1, "invalid character 'ï' looking for beginning of value"),
        ("NaN", .syntax, 0, 1, 1, "invalid character 'N' looking for beginning of value"),
        ("1\0", .trailingData, 1, 1, 2, "invalid character '\\x00' after top-level value"),
        ("[\"a\u{0}\"]", .syntax, 3, 1, 4, "invalid character '\\x00' in string literal"),
        ("/**/1", .syntax, 0, 1, 1, "invalid character '/' looking for beginning of value"),
    ])
    func malformed(text: String, code: JSONError.Code, offset: Int, row: Int, column: Int, message: String) {
        withArena { arena in
            do throws(JSONError) {
                let value = try JSONParser.parse(Array(text.utf8), into: arena)
                Issue.record("\(text) was read as \(value.jsonText())")
            } catch {
                #expect(error.code == code)
                #expect((error.offset, error.row, error.column) == (offset, row, column))
                #expect(error.message == message)
            }
        }
    }

    static let sample =
        #"{"kind":"Pod","spec":{"containers":[{"image":"nginx:1.27","cpu":0.25,"é\u00e9\ud83d\ude00":[true,false,null,-1.5e3]}]},"big":12345678901234567890}"#

    /// Every proper prefix of an object is refused as truncated, and no byte behind it is read.
    @Test func truncatedAtEachByte() {
        let bytes = Array(JSONTests.sample.utf8)
        withArena { arena in
            for length in 0..<bytes.count {
                #expect {
                    try JSONParser.parse(Array(bytes[..<length]), into: arena)
                } throws: {
                    // Cutting a code point in two is an encoding error.
                    guard let code = ($0 as? JSONError)?.code else { return false }
                    return code == .truncated || code == .encoding
                }
            }
        }
    }

    /// Whatever one byte is replaced by, the parser ends, and what it accepts it can write and read again.
    @Test func oneByteReplaced() throws {
        let bytes = Array(JSONTests.sample.utf8)
        try withArena { arena in
            for position in bytes.indices {
                for byte in [UInt8](0...255) {
                    var changed = bytes
                    changed[position] = byte
                    arena.reset()
                    guard let value = try? JSONParser.parse(changed, into: arena) else { continue }
                    let written = value.jsonText()
                    try #expect(read(written, arena).jsonText() == written)
                }
            }
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE, 0xFF],
        ] as [[UInt8]])
    func invalidUTF8(sequence: [UInt8]) {
        withArena { arena in
            for prefix in ["", "a", "é", "seven b", "\\n", "a longer prefix than sixteen bytes"] {
                let bytes = [0x22] + Array(prefix.utf8) + sequence + [0x22]
                #expect(throws: JSONError.self) { try JSONParser.parse(bytes, into: arena) }
                let key = [0x7B] + bytes + Array(":1}".utf8)
                #expect(throws: JSONError.self) { try JSONParser.parse(key, into: arena) }
            }
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func deepNesting(open: String) {
        let bytes = Array(String(repeating: open, count: 1_000_000).utf8)
        withArena { arena in
            #expect { try JSONParser.parse(bytes, into: arena) } throws: { ($0 as? JSONError)?.code == .limit }
        }
    }

    @Test func nestingUpToTheLimit() throws {
        try withArena { arena in
            let depth = JSONParser.defaultDepth
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let value = try read(text, arena)
            #expect(value.jsonText() == text)
            #expect(value.deepCopy(into: arena).hash == value.hash)
            #expect(RegoValue(value).json() == text)
            #expect(throws: JSONError.self) { try read("[\(text)]", arena) }
        }
    }

    @Test func memoryLimit() {
        let arena = Arena(chunkSize: 1024, byteLimit: 100_000)
        defer { arena.destroy() }
        let wide = Array(("[" + String(repeating: "[],", count: 30_000) + "1]").utf8)
        #expect { try JSONParser.parse(wide, into: arena) } throws: { ($0 as? JSONError)?.code == .limit }
        arena.reset()
        #expect { try JSONParser.parse([UInt8](repeating: 0x20, count: 200_000), into: arena) } throws: {
            ($0 as? JSONError)?.code == .limit
        }
    }

    @Test(arguments: [8, 9, 200, 40_000])
    func largeObjectsWithDuplicates(size: Int) throws {
        try withArena { arena in
            let members = (0..<size).map { "\"k\($0)\":\($0)" } + (0..<(size + 1) / 2).map { "\"k\($0 * 2)\":-1" }
            let value = try read("{" + members.joined(separator: ",") + "}", arena)
            #expect(value.length == size)
            #expect((0..<size).allSatisfy { value.lookup(.string("k\($0)", in: arena)).asInteger == ($0 % 2 == 0 ? -1 : Int64($0)) })
        }
    }

    @Test func stringsOfEveryLength() throws {
        try withArena { arena in
            for length in 0...70 {
                for special in ["", "\\n", "é", "\\u00e9", "\u{1F600}"] {
                    let body = String(repeating: "x", count: length)
                    let text = body + special + body
                    let value = try read("[\"\(text)\",1]", arena).elements[0]
                    let plain = text.replacing("\\n", with: "\n").replacing("\\u00e9", with: "é")
                    #expect(value.swiftString == plain)
                    #expect(Value.equal(value, .string(plain, in: arena)))
                    #expect(value.isASCII == plain.utf8.allSatisfy { $0 < 0x80 })
                }
            }
        }
    }

    @Test func randomValuesSurviveTheText() throws {
        var random = TestRandom(17)
        try withArena { arena in
            for _ in 0..<200 {
                let value = try read(randomValue(&random, depth: 4).json(), arena)
                #expect(Value.equal(try read(value.jsonText(), arena), value))
                #expect(Value.equal(try read(value.jsonText(style: .pretty), arena), value))
                try #expect(RegoValue(json: value.jsonText()) == RegoValue(value))
            }
        }
    }

    @Test func pretty() throws {
        try withArena { arena in
            let value = try read(#"{"b":[1,{"c":[]}],"a":{},"d":"x"}"#, arena)
            #expect(
                value.jsonText(style: .pretty) == """
                    {
                      "a": {},
                      "b": [
                        1,
                        {
                          "c": []
                        }
                      ],
                      "d": "x"
                    }
                    """)
        }
    }

    @Test func escapingForHTML() throws {
        try withArena { arena in
            let value = try read(#"{"<a>&":"</script>"}"#, arena)
            #expect(value.jsonText(style: JSONStyle(escapesHTML: true)) == #"{"\u003ca\u003e\u0026":"\u003c/script\u003e"}"#)
        }
    }

    /// A key's text is escaped even where strings are not: OPA's answer, whose keys Go's encoder writes before anything else.
    @Test func keysThatBecomeTextAreEscaped() throws {
        try withArena { arena in
            let object = ObjectBuilder(in: arena)
            object.set(try read(#"["<"]"#, arena), try read(#""<""#, arena))
            #expect(object.finish().jsonText() == #"{"[\"\\u003c\"]":"<"}"#)
        }
    }

    /// Keys are sorted by the texts they become, as a Go map of strings is.
    @Test func keysThatAreNoStrings() throws {
        try withArena { arena in
            let object = ObjectBuilder(in: arena)
            object.set(.integer(10 as Int), .integer(1 as Int))
            object.set(.integer(9 as Int), .integer(2 as Int))
            object.set(.true, .integer(3 as Int))
            object.set(.null, .integer(4 as Int))
            object.set(try read(#"["a",1]"#, arena), .integer(5 as Int))
            object.set(try readSet("[2,1]", arena), .integer(6 as Int))
            object.set(.string("9", in: arena), .integer(7 as Int))
            #expect(object.finish().jsonText() == #"{"10":1,"9":7,"[\"a\",1]":5,"[1,2]":6,"null":4,"true":3}"#)
        }
    }

    @Test(arguments: [
        ("null", "null"), (#"{"b":[1,"x"],"a":{}}"#, #"{"a": {}, "b": [1, "x"]}"#), ("[]", "[]"), ("{}", "{}"),
        (#""a\"\\\n\u0007\u000b\u001b\u007f<é\u00a0\u200b\ud83d\ude00""#, #""a\"\\\n\a\v\x1b\x7f<é\u00a0\u200b😀""#), ("1.50", "1.50"),
    ])
    func regoText(text: String, expected: String) throws {
        try withArena { try #expect(read(text, $0).regoText == expected) }
    }

    @Test func regoTextOfSets() throws {
        try withArena { arena in
            try #expect(readSet("[]", arena).regoText == "set()")
            try #expect(readSet(#"["b",1,["a"]]"#, arena).regoText == #"{1, "b", ["a"]}"#)
        }
    }
}
