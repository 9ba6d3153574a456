import Testing

@Suite("Builtins on numbers and collections")
struct NumberBuiltinTests {
    @Test(
        "Arithmetic",
        arguments: [
            ("plus(1, 2)", "3"), ("minus(1, 2)", "-1"), ("mul(3, 4)", "12"), ("div(1, 4)", "0.25"), ("rem(7, 4)", "3"),
            ("7 % 0", "rem: modulo by zero"),
            ("1 / 0", "div: divide by zero"), ("minus({1, 2}, {2})", "[1]"), ("abs(-3)", "3"), ("ceil(1.1)", "2"), ("floor(-1.1)", "-2"),
            ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("numbers.range(3, 1)", "[3,2,1]"), ("numbers.range_step(0, 7, 3)", "[0,3,6]"),
            ("numbers.range_step(0, 7, 0)", "numbers.range_step: numbers.range_step: step must be a positive integer"),
            ("count(numbers.range(1, 1000000000000))", "numbers.range: the result does not fit the memory limit"),
            ("9223372036854775807 + 1", "9223372036854775808"),
        ])
    func arithmetic(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Numbers are written as their source wrote them, results as big.Float writes them",
        arguments: [
            ("1.0", "1.0"), ("1e8", "1e8"), ("[1E2, -0, 0.10]", "[1E2,-0,0.10]"), ("1.0 + 1", "2"), ("1e8 * 1", "100000000"),
            ("1234567.5 - 0", "1.2345675e+06"), ("0.00001 + 0", "1e-05"), ("0 / -5", "-0"), ("1.0 == 1", "true"), ("1.5 == 1.50", "true"),
            (#"json.marshal({"a": 1.0, 2.50: 1e3})"#, #""{\"2.50\":1e3,\"a\":1.0}""#), ("{1, 1.0, 1e0}", "[1]"), ("{1.0, 1}", "[1.0]"),
            ("max([1, 1.0])", "1.0"), ("product([0, -1])", "-0"), ("0 * -1", "0"), ("min([1, 1.0])", "1.0"), ("sum([1.0])", "1"),
            ("[[1, 2, 3]][_][json.unmarshal(\"1.0\")]", "undefined"),
            ("{2.0: 7}[2]", "7"), (#"format_int(15, 16.0)"#, "format_int: operand 2 must be one of {2, 8, 10, 16}"),
            ("format_int(-2.9, 10)", #""-2""#), ("format_int(999999999999999999999, 10)", #""1000000000000000000000""#),
            ("array.slice([1], 0.0, 1)", "array.slice: operand 2 must be integer number but got floating-point number"),
            ("numbers.range(1.0, 2)", "[1,2]"), ("bits.and(3.0, 2)", "2"), ("bits.and(18446744073709551617, -1)", "18446744073709551616"),
            ("999999999999999999999 + 0", "1000000000000000000000"), ("18446744073709551616 + 1", "18446744073709551616"),
            (#"sprintf("%v %d %s", [1.0, 100.0, 1e8])"#, #""1 %!d(float64=100) %!s(float64=1e+08)""#),
            (#"sprintf("%v", [[1.0, 1e8]])"#, #""[1.0, 1e8]""#), (#"sprintf("%d %x", [1e20 * 1, 255])"#, #""100000000000000000000 ff""#),
            (#"sprintf("%d %v %s", [-0, -0.0, 1e400])"#, #""0 -0 1e400""#),
            (#"sprintf("%5.1f|%e", [2.50, 1e3])"#, #""  2.5|1.000000e+03""#),
            (#"yaml.unmarshal("a: [1.0, 1e-7, 1e21, 12]")"#, #"{"a":[1,1e-7,1e+21,12]}"#),
        ])
    func spelling(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Bits and units",
        arguments: [
            ("bits.and(12, 10)", "8"), ("bits.or(12, 10)", "14"), ("bits.xor(12, 10)", "6"), ("bits.negate(5)", "-6"),
            ("bits.lsh(1, 70)", "1180591620717411303424"),
            ("bits.rsh(-8, 1)", "-4"), ("bits.rsh(-9223372036854775809, 10)", "-9007199254740993"), ("bits.rsh(8, 1000000000000)", "0"),
            ("bits.lsh(1, 1000000000000)", "bits.lsh: number out of range"),
            (#"units.parse("10Ki")"#, "10240"), (#"units.parse("100m")"#, "0.1000000000"),
            (#"units.parse("4294967296m")"#, "4294967.2960000001"),
            (#"units.parse("1000m")"#, "1.0000000000"), (#"units.parse("1.5M")"#, "1500000"),
            (#"units.parse("1e3")"#, "1000"),
            (#"units.parse("1e-9223372036854775808")"#, "units.parse: units.parse: could not parse amount to a number"),
            (#"units.parse("3E")"#, "3000000000000000000"), (#"units.parse_bytes("1KB")"#, "1000"),
            (#"units.parse_bytes("1.5MiB")"#, "1572864"), (#"units.parse_bytes("0.1")"#, "0"),
            (#"units.parse("10x")"#, "units.parse: units.parse: unit x not recognized"),
            (#"units.parse("")"#, "units.parse: units.parse: no amount provided"),
            (#"units.parse("1 M")"#, "units.parse: units.parse: spaces not allowed in resource strings"),
        ])
    func bitsAndUnits(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Aggregates",
        arguments: [
            (#"count("日本")"#, "2"), ("count([1, 2])", "2"), ("sum([1, 2.5])", "3.5"), ("sum({1, 2})", "3"), ("product([2, 3])", "6"),
            ("sum([])", "0"),
            ("max([1, 3, 2])", "3"), ("min({4, 5})", "4"), ("max([])", "undefined"), ("sort([3, 1, 2])", "[1,2,3]"),
            ("sort({3, 1})", "[1,3]"),
        ])
    func aggregates(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Arrays and sets",
        arguments: [
            ("array.concat([1], [2])", "[1,2]"), ("array.slice([1, 2, 3], 1, 9)", "[2,3]"), ("array.slice([1, 2], -1, 1)", "[1]"),
            ("array.slice([1, 2], 2, 1)", "[]"), ("array.reverse([1, 2])", "[2,1]"), ("array.flatten([1, [2, [3]], [4]])", "[1,2,[3],4]"),
            ("{1, 2} & {2, 3}", "[2]"), ("{1} | {2}", "[1,2]"), ("intersection({{1, 2}, {2, 3}})", "[2]"), ("union({{1}, {2}})", "[1,2]"),
            ("intersection(set())", "[]"), ("1 in {1, 2}", "true"), (#""a", 1 in {"a": 1}"#, "true"),
        ])
    func collections(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Objects",
        arguments: [
            (#"object.get({"a": 1}, "a", 2)"#, "1"), (#"object.get({"a": {"b": [5]}}, ["a", "b", 0], 2)"#, "5"),
            (#"object.get({}, "a", 2)"#, "2"),
            (#"object.get({"a": 1}, [], 2)"#, #"{"a":1}"#), (#"object.keys({"a": 1, "b": 2})"#, #"["a","b"]"#),
            (#"object.filter({"a": 1, "b": 2}, ["a"])"#, #"{"a":1}"#), (#"object.remove({"a": 1, "b": 2}, {"a"})"#, #"{"b":2}"#),
            (#"object.union({"a": {"b": 1}}, {"a": {"c": 2}})"#, #"{"a":{"b":1,"c":2}}"#),
            (#"object.union_n([{"a": 1}, {"a": 2}])"#, #"{"a":2}"#),
            (#"object.subset({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}})"#, "true"), ("object.subset([1, 2, 3], [2, 3])", "true"),
            ("object.subset([1, 2, 3], [1, 3])", "false"), ("object.subset([1, 2, 3], {3, 1})", "true"),
            (#"json.filter({"a": {"b": 1, "c": 2}, "d": 3}, ["a/b"])"#, #"{"a":{"b":1}}"#),
            (#"json.filter({"a": [1, 2]}, ["a/1"])"#, #"{"a":[2]}"#),
            (#"json.remove({"a": {"b": 1, "c": 2}}, ["a/b"])"#, #"{"a":{"c":2}}"#),
            (#"json.remove({"a/b": 1, "c": 2}, ["a~1b"])"#, #"{"c":2}"#),
            (#"json.patch({"a": 1}, [{"op": "add", "path": "/b", "value": 2}])"#, #"{"a":1,"b":2}"#),
            (#"json.patch({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}, {"op": "remove", "path": "/a/0"}])"#, #"{"a":[2]}"#),
            (#"json.patch({"a": 1}, [{"op": "move", "from": "/a", "path": "/b"}])"#, #"{"b":1}"#),
            (#"json.patch({"a": {1}}, [{"op": "add", "path": "/a/2", "value": "2"}])"#, #"{"a":[1,"2"]}"#),
        ])
    func objects(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Graphs and versions",
        arguments: [
            (#"graph.reachable({"a": ["b"], "b": ["a", "x"]}, ["a"])"#, #"["a","b"]"#),
            (#"graph.reachable_paths({"a": ["b"], "b": ["a"]}, ["a"])"#, #"[["a","b"]]"#),
            (#"[p | walk({"a": [1]}, [p, 1])]"#, #"[["a",0]]"#),
            (#"semver.compare("1.2.3-rc.1", "1.2.3")"#, "-1"), (#"semver.compare("1.10.0", "1.9.0+b")"#, "1"),
            (#"semver.is_valid("1.2")"#, "false"),
            (#"semver.is_valid("v1.2.3")"#, "false"),
            (#"[semver.is_valid(x) | some x in ["01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b"]]"#, "[true,true,true,false]"),
            (#"[semver.compare("1.2.3-02", "1.2.3-1"), semver.compare("1.2.3-01.b", "1.2.3-1.a")]"#, "[1,1]"),
            ("bits.and(-9223372036854775808, -12345678901234567890)", "-18446744073709551616"),
            ("bits.or(-9223372036854775809, 12345678901234567890)", "-1"),
            ("bits.xor(-18446744073709551616, 12345678901234567890)", "-6101065172474983726"),
            ("bits.and(-12345678901234567890, 255)", "46"),
            ("product([18446744073709551616, 4, 7, 37])", "19110826860363095474000"),
            (#"semver.compare("1", "1.0.0")"#, #"semver.compare: operand 1: string "1" is not a valid SemVer"#),
        ])
    func graphs(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }
}
