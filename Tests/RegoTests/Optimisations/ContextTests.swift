import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// `with` copies what it changes once, and leaves the results valid that it does not concern.
@Suite("Contexts") struct ContextTests {
    static let cases = [
        RuleCase(
            name: "modifiers one after another",
            rules:
                #"p := v if { v := input with input.a as 1 with input.b.c as 2 with input.b.d as 3 with input.b as {"e": 4} with input.b.f as 5 }"#,
            want: #"{"a":1,"b":{"e":4,"f":5},"x":{"y":{"z":1}}}"#),
        RuleCase(
            name: "the whole, then parts", rules: #"p := v if { v := input with input as {"q": 1} with input.r.s as 2 }"#,
            want: #"{"q":1,"r":{"s":2}}"#),
        RuleCase(name: "parts, then the whole", rules: #"p := v if { v := input with input.r.s as 2 with input as [1] }"#, want: "[1]"),
        RuleCase(
            name: "what is no object gives way", rules: #"p := v if { v := input with input.a.b as 1 with input.x.y as 2 }"#,
            want: #"{"a":{"b":1},"x":{"y":2}}"#),
        RuleCase(
            name: "below a value of its own", rules: #"p := v if { v := input with input.a as 7 with input.a.b.c as 8 }"#,
            want: #"{"a":{"b":{"c":8}},"x":{"y":{"z":1}}}"#),
        RuleCase(name: "two at one place", rules: "p := v if { v := input.a with input.a as 1 with input.a as 2 }", want: "2"),
        RuleCase(
            name: "the original stays", rules: "q := v if { v := input with input.x.y.z as 2 with input.x.y.w as 3 }\np := [q.x, input.x]",
            want: #"[{"y":{"w":3,"z":2}},{"y":{"z":1}}]"#),
        RuleCase(
            name: "values are those of outside",
            rules: "p := v if { v := [input.a, input.b] with input.a as input.x.y.z with input.b as input.a }", want: "[1,0]"),
        RuleCase(
            name: "base documents",
            rules: "p := v if { v := data.base with data.base.m.n as 1 with data.base.o as 2 with data.base.list as [] }",
            want: #"{"list":[],"m":{"k":1,"n":1},"o":2}"#),
        RuleCase(
            name: "in a loop",
            rules: "q := input.a + input.x.y.z\np := [v | some n in [1, 2, 3]; v := q with input.a as n with input.x.y.z as 10 * n]",
            want: "[11,22,33]"),
        RuleCase(
            name: "contexts within each other",
            rules: """
                a := input.a
                b := data.base.o
                c := [a, b]
                d := v if { v := c with input.a as 5 }
                e := v if { v := [c, d] with data.base.o as 6 }
                f := v if { v := [d, e, c] with input.a as 7 }
                p := [c, d, e, f, c] if { b == 3 }
                """,
            want: "[[0,3],[5,3],[[0,6],[5,6]],[[5,3],[[7,6],[5,6]],[7,3]],[0,3]]"),
        RuleCase(
            name: "above and below what a rule reads",
            rules: """
                z := input.x.y.z
                p := [z, v, w, u, t] if {
                    v := z with input.x.y as {"z": 2}
                    w := z with input.x.y.z.deeper as 3
                    u := z with input.x.other as 4
                    t := z with input as {"x": {"y": {"z": 5}}}
                }
                """, want: #"[1,2,{"deeper":3},1,5]"#),
        RuleCase(
            name: "a rule hidden from the rules that ask for it alone",
            rules: """
                low := input.a
                mid := low + 1
                other := data.base.o
                p := [x, mid, other] if { x := [mid, other] with data.test.low as 10 }
                """, want: #"[[11,3],1,3]"#),
        RuleCase(
            name: "functions replaced for the rules that call them alone",
            rules: """
                f(x) := x + 1
                g(x) := x + 100
                a := f(1)
                b := data.base.o
                p := [x, y, z, a] if {
                    x := [a, b] with f as g
                    y := [a, b] with f as 9
                    z := [v | some n in [7, 8]; v := [a, b] with f as n]
                }
                """, want: "[[101,3],[9,3],[[7,3],[8,3]],2]"),
        RuleCase(
            name: "a stand-in asks for what is hidden",
            rules: """
                low := 1
                f(x) := x
                g(x) := x + low
                a := f(1)
                p := [a, x] if { x := a with f as g with data.test.low as 5 }
                """, want: "[1,6]"),
    ]

    @Test(arguments: cases) func means(_ test: RuleCase) throws {
        let policy = try Policy(
            modules: [.init(name: "test.rego", text: "package test\n" + test.rules)],
            data: ["base": ["m": ["k": 1], "o": 3, "list": [1, 2]]], options: Policy.Options())
        let query = try policy.prepare(path: ["test", "p"])
        for _ in 0..<2 {
            #expect(try query.evaluate(.value(["a": 0, "x": ["y": ["z": 1]]])).value?.json() == test.want)
        }
    }

    private static func wide(_ count: Int) -> RegoValue {
        ["wide": .object(Dictionary(uniqueKeysWithValues: (0..<count).map { (.string("k\($0)"), .number(RegoNumber($0))) }))]
    }

    /// Bytes, not time: an object is copied once, however many of its entries are replaced or added.
    @Test(arguments: ["k", "new"]) func manyModifiersCopyOnce(_ key: String) {
        func bytes(_ modifiers: Int) -> Int {
            let with = (0..<modifiers).map { "with input.wide.\(key)\($0) as \($0)" }.joined(separator: " ")
            return least(1...1 << 24) { limit in
                (try? evaluate("p := n if { n := count(input.wide) \(with) }", input: Self.wide(2000), limits: .init(memory: limit))) != nil
            }
        }
        let (one, forty) = (bytes(1), bytes(40))
        #expect(one < 1 << 20 && forty < one * 2, "one modifier needs \(one) bytes, forty need \(forty)")
    }

    /// Steps: rules that read nothing of what is replaced are evaluated once.
    @Test(arguments: [
        "with input.a as n", "with data.base.a as n", "with input.a as n with data.base.b as 1", "with stub as n", "with stub as other",
        "with data.test.hidden as n",
    ]) func resultsOfOtherRulesStayValid(_ modifiers: String) {
        let rules = """
            stub(x) := x
            other(x) := [x]
            hidden := 1
            expensive := [x | some x in input.wide; x > 5; not input.none[x]]
            decision if { count(expensive) > 10; stub(hidden) != input.a }
            p := [n | some n in numbers.range(1, input.count); decision \(modifiers)]
            """
        func steps(_ count: Int) -> Int {
            var input = Self.wide(1000).object ?? [:]
            input["count"] = .number(RegoNumber(count))
            input["a"] = 0
            let value = RegoValue.object(input)
            return least(1...1 << 20) { (try? evaluate(rules, input: value, limits: .init(instructions: UInt64($0)))) != nil }
        }
        let (few, many) = (steps(10), steps(20))
        #expect(few > 1000 && many - few < 100, "10 contexts take \(few) steps, 20 take \(many)")
    }

    @Test func whatPrintsPrintsInEachContext() throws {
        let policy = try Policy(
            modules: [
                .init(
                    name: "test.rego",
                    text: "package test\nq if { print(\"q\") }\np := [n | some n in [1, 2, 3]; q with input.a as n]")
            ], options: Policy.Options(keepsPrintCalls: true))
        let query = try policy.prepare(path: ["test", "p"])
        let lines = PrintedLines()
        #expect(try query.evaluate(.value([:]), print: { lines.all.append($0) }).value?.json() == "[1,2,3]")
        #expect(lines.all == ["q", "q", "q"])
    }
}
