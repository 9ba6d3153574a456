/// What the modes of the engine begin with.
enum EngineText {
    static let json: [[UInt8]] = [
        #"{"a": [1, -0, 1.0, 1e8, 0.10, 123456789012345678901234567890, 5e-324, 1e999999999, -1.5E-7], "b": {"": null, "a": true}}"#,
        #"["", "\u0041\ud83d\ude00\ud800\"\\\/\b\f\n\r\t", "é日本", {"a": 1, "a": 2, "b": [[[[]]]]}, false]"#,
        #"{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "10": 10}"#,
        // Objects of so many members stay open for those of other documents.
        "{\"users\": {\((0..<90).map { "\"u\($0)\": {\"n\": \($0), \"é\": [{}, {\"x\": \($0)}]}" }.joined(separator: ", "))}, \"a\": {}}",
        "{\((0..<70).map { "\"k\($0)\": {\"a\": {\"b\": {}}}" }.joined(separator: ","))}",
    ].map { Array($0.utf8) }

    static let jsonWords = [
        "[", "]", "{", "}", ",", ":", "\"", "\\u", "\\ud83d", "\\ude00", "null", "true", "false", "-", "0", "1e", "E+", ".0", "00", "-0",
        "1e99999999999999999999", "9223372036854775807", "9223372036854775808", "18446744073709551616", "0.1", "\u{FEFF}", "\0", "\u{E9}",
        "[[[[[[[[", "{\"a\":", "1e-7", "0000000000",
    ]

    static let modules: [[UInt8]] = [
        "package a\n\np[x] contains y if { some x, y in input }\n\np.q.r[s] := 1 if s := \"t\"\n\nf(x) := f(x - 1) if x > 0\n",
        "package a\n\nimport data.b as c\n\nq := c.d[_] with data.b as {\"d\": [1]} with input.x as count([2])\n\nu := v if { v == w }\n",
        "package a\n\na := b\nb := c\nc := {k: v | v := input[k]} if every z in [1] { z > 0 }\n\ns := $\"x{input.a}y\"\n",
    ].map { Array($0.utf8) }

    /// Choices of a generator: bytes without meaning.
    static let noise: [[UInt8]] = (1...12).map { seed in
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        return (0..<160).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    static let noiseWords = ["\0", "\u{1}", "\u{2}", "\u{3}", "\u{8}", "\u{A}", "\u{D}", "\u{40}", "\u{7F}"]
}
