import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Shorter ways that the machine and builtins take for common operands: they must come to what the long ways come to.
@Suite("Fast paths") struct FastPathTests {
    static let cases = [
        RuleCase(name: "sum of integers", rules: "p := sum([1, 2, -3, 9007199254740993])", want: "9007199254740993"),
        RuleCase(name: "sum beyond 64 bits", rules: "p := sum([9223372036854775807, 1, 1])", want: "9223372036854775809"),
        RuleCase(name: "sum of mixed numbers", rules: "p := sum([1, 0.5, 2])", want: "3.5"),
        RuleCase(name: "sum of a set", rules: "p := sum({3, 1, 2})", want: "6"),
        RuleCase(name: "sum of nothing", rules: "p := sum([])", want: "0"),
        RuleCase(
            name: "ranges", rules: "p := [numbers.range(3, 1), numbers.range(-1, 1), numbers.range(2, 2)]", want: "[[3,2,1],[-1,0,1],[2]]"),
        RuleCase(
            name: "ranges at the end of 64 bits", rules: "p := numbers.range(9223372036854775806, 9223372036854775808)",
            want: "[9223372036854775806,9223372036854775807,9223372036854775808]"),
        RuleCase(
            name: "objects of known keys", rules: #"p := [o | some x in [1, 2]; o := {"b": x, "a": {"c": x, "": null}}]"#,
            want: #"[{"a":{"":null,"c":1},"b":1},{"a":{"":null,"c":2},"b":2}]"#),
        RuleCase(
            name: "equality of objects of known keys",
            rules: #"p := [r | some v in [1, 2]; x := {"b": v, "a": 1}; some w in [1, 2]; y := {"a": 1, "b": w}; r := x == y]"#,
            want: "[true,false,false,true]"),
        RuleCase(
            name: "objects of known keys in sets and as keys",
            rules: #"p := count({o | some x in [1, 2, 1]; o := {"a": x, "b": 0}} | {{"b": 0, "a": 2}})"#, want: "2"),
        RuleCase(
            name: "verbs alone and with flags",
            rules: #"p := sprintf("%d %v %s %5d|%-4s|%v %d%% %v", [1, -9223372036854775808, "x", 7, "y", ["z"], 0, 1.50])"#,
            want: ##""1 -9223372036854775808 x     7|y   |[\"z\"] 0% 1.5""##),
        RuleCase(
            name: "missing and extra operands", rules: #"p := [sprintf("%d %s", [1]), sprintf("%v", ["a", 2])]"#,
            want: ##"["1 %!s(MISSING)","a%!(EXTRA int=2)"]"##),
        RuleCase(
            name: "verbs on other kinds", rules: #"p := [sprintf("%d", ["a"]), sprintf("%s", [1])]"#,
            want: ##"["%!d(string=a)","%!s(int=1)"]"##),
        RuleCase(
            name: "one pattern with different delimiters",
            rules:
                #"p := [[glob.match("a*c", [], x), glob.match("a*c", ["/"], x), glob.match("a*c", null, x)] | some x in ["a.c", "a/c", "abc"]]"#,
            want: "[[false,true,true],[true,false,true],[true,true,true]]"),
        RuleCase(
            name: "patterns that are constants and others",
            rules:
                #"p := [[regex.match("^a+$", x), regex.match(y, x), regex.replace(x, "a", "b")] | some x in ["aa", "ab"]; some y in ["^a", "b$"]]"#,
            want: #"[[true,true,"bb"],[true,false,"bb"],[false,true,"bb"],[false,true,"bb"]]"#),
        RuleCase(name: "a constant that is no pattern", rules: #"p := [1 | some x in ["a", "b"]; regex.match("(", x)]"#, want: "[]"),
    ]

    @Test(arguments: cases) func means(_ test: RuleCase) throws {
        #expect(try evaluate(test.rules)?.json() == test.want)
    }

    /// What an evaluation has made is gone in the next one, whose machine keeps the memory.
    @Test func machinesKeepMemory() throws {
        let policy = try Policy(modules: [
            .init(name: "m.rego", text: "package test\np := [sprintf(\"%d-%d\", [x, input.n]) | some x in numbers.range(1, input.n)]")
        ])
        let query = try policy.prepare(path: ["test", "p"])
        for n in [3, 20_000, 5, 60_000, 1, 20_000] {
            let value = try query.evaluate(.value(["n": .number(RegoNumber(n))])).value
            #expect(value?.array?.count == n)
            #expect(value?.array?.last == .string("\(n)-\(n)"))
        }
    }
}
