import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Documents and calls whose results are kept, and references that are followed once: nobody may notice.
@Suite("Kept results") struct KeptResultTests {
    private func query(_ rules: String, data: RegoValue = .object([:])) throws -> PreparedQuery {
        let policy = try Policy(modules: [.init(name: "test.rego", text: "package test\n" + rules)], data: data, options: Policy.Options())
        return try policy.prepare(path: ["test", "p"])
    }

    private func ask(_ query: PreparedQuery, _ json: String, limits: EvaluationLimits = EvaluationLimits()) throws -> String? {
        try query.evaluate(.value(RegoValue(json: json)), limits: limits).value?.json()
    }

    private static let data: RegoValue = ["users": ["ann": ["a", "b"], "bob": ["b"]], "flags": [["on": true], ["on": false]]]

    @Test func documentsOfBaseDataAreTheSameInEachEvaluation() throws {
        let query = try query(
            """
            members[team] contains user if { some user, teams in data.users; some team in teams }
            labels := {sprintf("%s-%d", [team, count(users)]): {"n": [1.50, users]} | some team, users in members}
            none if { some x in data.users; x == "nobody" }
            p := [members[input.team], labels, object.get(input, "extra", 0)] if not none
            """, data: Self.data)
        let labels = #"{"a-1":{"n":[1.50,["ann"]]},"b-2":{"n":[1.50,["ann","bob"]]}}"#
        for _ in 0..<3 {
            #expect(try ask(query, #"{"team": "a"}"#) == #"[["ann"],\#(labels),0]"#)
            #expect(try ask(query, #"{"team": "b", "extra": "x"}"#) == #"[["ann","bob"],\#(labels),"x"]"#)
        }
    }

    @Test func otherBaseDocumentsGiveOtherDocuments() throws {
        let query = try query(
            """
            names := {user | some user, _ in data.users}
            p := [names, other, names, count(names)] if {
                input.x
                other := names with data.users as {"eve": []}
            }
            """, data: Self.data)
        for _ in 0..<3 { #expect(try ask(query, #"{"x": 1}"#) == #"[["ann","bob"],["eve"],["ann","bob"],2]"#) }
    }

    /// An error that only makes a document undefined ends another evaluation.
    @Test func errorsAreNotForgotten() throws {
        let query = try query(
            """
            broken := [y | some x in data.flags; y := to_number(sprintf("%v", [x]))]
            p := [count(broken), input.x]
            """, data: Self.data)
        #expect(try ask(query, #"{"x": 1}"#) == "[0,1]")
        #expect(throws: EvaluationError.self) { try ask(query, #"{"x": 1}"#, limits: .init(strictBuiltinErrors: true)) }
        #expect(try ask(query, #"{"x": 2}"#) == "[0,2]")
    }

    @Test func whatDependsOnTheTimeOrOnChanceIsFoundAnew() throws {
        let query = try query("ids := {uuid.rfc4122(sprintf(\"%d\", [i])) | some i in [1, 2]}\np := [ids, time.now_ns()] if input.x")
        let answers = try Set((0..<4).map { _ in try ask(query, #"{"x": 1}"#) })
        #expect(answers.count == 4)
    }

    @Test func documentsTooLargeToBeKeptAreFoundAnew() throws {
        let query = try query("all := [[i, i] | some i in numbers.range(1, 40000)]\np := count(all) + input.x")
        for x in 1...3 { #expect(try ask(query, #"{"x": \#(x)}"#) == "\(40000 + x)") }
    }

    @Test func callsWithTheSameArgumentsInOtherContextsAreOtherCalls() throws {
        let query = try query(
            """
            allowed(user, team) if { some t in input.teams[user]; t == team }
            total(xs) := sum([x | some x in xs; x > input.least])
            first(xs) := y if { some i, y in xs; i == 0; y > 1 }
            p := [[u | some u in ["ann", "bob"]; allowed(u, "a")], [u | some u in ["ann", "bob"]; allowed(u, "a")], other, sums, lows, firsts] if {
                other := [u | some u in ["ann", "bob"]; allowed(u, "a") with input.teams as {"bob": ["a"]}]
                sums := [total(xs) | some xs in [input.xs, input.ys, input.xs]]
                lows := [total(xs) | some xs in [input.xs, input.ys]] with input.least as 0
                firsts := [first(xs) | some xs in [input.xs, input.ys, input.xs, input.ys]]
            }
            """)
        let input = #"{"teams": {"ann": ["b", "a"]}, "xs": [1, 2, 3], "ys": [4, 5], "least": 1}"#
        for _ in 0..<2 { #expect(try ask(query, input) == #"[["ann"],["ann"],["bob"],[5,9,5],[6,9],[4,4]]"#) }
    }

    @Test func functionsThatAreCalledInVainManyTimesStillAnswer() throws {
        let query = try query(
            "f(x) := count([y | some y in [1, 2]; y < x])\np := sum([f(x + z) | some x in numbers.range(1, 500); some z in input])")
        #expect(try ask(query, "[0, 1]") == "1996")
    }

    @Test func referencesMeanWhatTheyMeanWhereTheyStand() throws {
        let query = try query(
            """
            p := [input.a.b, c, d, input.a.b, [x | some o in input.list; o.k > 1; x := o.k], n] if {
                input.a.b == 1
                c := input.a.b with input.a.b as 2
                d := [input.a.b, input.a.c] with input.a as {"b": 3, "c": 4}
                not input.a.c
                n := {k: v | some k, o in input.list; v := [o.k, o.k, input.a.b]}
            }
            """)
        #expect(
            try ask(query, #"{"a": {"b": 1}, "list": [{"k": 1}, {"k": 2}, {"k": 3}]}"#)
                == #"[1,2,[3,4],1,[2,3],{"0":[1,1,1],"1":[2,2,1],"2":[3,3,1]}]"#)
    }

    /// A document whose name is known at run time alone is looked for among rules, then among base documents.
    @Test func documentsFoundOnDifferentWays() throws {
        let policy = try Policy(
            modules: [
                .init(name: "lib.rego", text: "package lib.a\nv := 1"),
                .init(name: "test.rego", text: "package test\np := [data.lib[input.x].v, data.lib[input.y].v, data.lib[input.x].v]"),
            ], data: ["lib": ["b": ["v": 2]]], options: Policy.Options())
        let query = try policy.prepare(path: ["test", "p"])
        #expect(try ask(query, #"{"x": "a", "y": "b"}"#) == "[1,2,1]")
        #expect(try ask(query, #"{"x": "b", "y": "a"}"#) == "[2,1,2]")
    }

    /// Strings are sorted by their first bytes; equal ones by all.
    @Test func manyKeysAreInOrder() throws {
        let query = try query(
            #"p := [[k | some k, _ in o], [m | some m in s]] if { o := {sprintf("%s%s", [a, b]): 1 | some a in input; some b in input}; s := object.keys(o) }"#
        )
        let parts = ["", "a", "abcdefgh", "abcdefghi", "é", "z\u{0}"]
        let keys = Set(parts.flatMap { a in parts.map { a + $0 } }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let list = RegoValue.array(keys.map { .string($0) }).json()
        #expect(try ask(query, RegoValue.array(parts.map { .string($0) }).json()) == "[\(list),\(list)]")
    }

    @Test(arguments: [
        (#"[upper("azAZ@[`{09 abcdefgh"), lower("azAZ@[`{09 ABCDEFGH")]"#, #"["AZAZ@[`{09 ABCDEFGH","azaz@[`{09 abcdefgh"]"#),
        (#"[lower(""), upper("ABC"), lower("ÄB")]"#, #"["","ABC","äb"]"#),
        (
            #"[split("a,b,,c", ","), split("", ","), split(",", ","), split("a", ","), split("é,b", ",")]"#,
            #"[["a","b","","c"],[""],["",""],["a"],["é","b"]]"#
        ),
        (
            #"[trim("--a-b-", "-"), trim("---", "-"), trim("abc", ""), trim_left("xxa", "x"), trim_right("axx", "yx")]"#,
            #"["a-b","","abc","a","a"]"#
        ),
        (
            #"[sprintf("%d|%v|%s", [-10, 9223372036854775807, "sixteen bytes: é"]), sprintf("%d", [-9223372036854775808]), sprintf("%", [])]"#,
            #"["-10|9223372036854775807|sixteen bytes: é","-9223372036854775808","%!(NOVERB)"]"#
        ),
        (
            #"[sprintf("100%%", []), sprintf("%v%v", [1]), sprintf("a", [1]), sprintf("%d%s", [0, ""])]"#,
            #"["100%","1%!v(MISSING)","a%!(EXTRA int=1)","0"]"#
        ),
        (
            #"[contains("", ""), contains("ab", "b"), contains("aaaaab", "aab"), contains("abc", "abcd"), startswith("ab", ""), endswith("ab", "b")]"#,
            "[true,true,true,false,true,true]"
        ),
        (#"[count("é"), count("ab"), count([1]), count({}), count({1, 2})]"#, "[1,2,1,0,2]"),
        (#"object.union({"a": 1, "b": {"c": 1}}, {"b": {"d": 2}, "e": 3})"#, #"{"a":1,"b":{"c":1,"d":2},"e":3}"#),
    ])
    func builtins(term: String, expected: String) throws {
        #expect(try ask(query("p := x if { input; x := \(term) }"), "1") == expected)
    }
}
