import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Programs written to take all memory, all time or all stack: each ends soon, with a value or a clear error.
///
/// Times are the thread's own, and bounds generous: what these programs would take without limits is minutes or gigabytes.
@Suite("Hostile evaluations") struct HostileEvaluationTests {
    struct Program: CustomTestStringConvertible, Sendable {
        let name: String
        let rules: String
        var testDescription: String { name }

        init(_ name: String, _ rules: String) {
            self.name = name
            self.rules = rules
        }
    }

    private static let limits = EvaluationLimits(memory: 64 << 20, time: .milliseconds(100))
    private static let endings: Set<EvaluationError.Code> = [
        .deadline, .memoryLimit, .depthLimit, .builtin, .type, .conflict, .cancelled,
    ]

    private func check(_ program: Program, limits: EvaluationLimits = Self.limits) throws {
        let query = try Policy(modules: [
            .init(name: "m.rego", text: "package t\n" + program.rules + "\n")
        ]).prepare(path: ["t", "p"])
        let outcome = onSmallStack { () -> (code: EvaluationError.Code?, seconds: Double) in
            let start = threadSeconds()
            do throws(EvaluationError) {
                _ = try query.evaluate(limits: limits)
                return (nil, threadSeconds() - start)
            } catch {
                return (error.code, threadSeconds() - start)
            }
        }
        let (code, seconds) = try #require(outcome)
        if let code { #expect(Self.endings.contains(code)) }
        #if DEBUG
            #expect(seconds < 20)
        #else
            #expect(seconds < 3)
        #endif
    }

    // MARK: Values that share parts

    private static let doubling =
        "d0 := {\"a\": 1}\ne0 := {\"a\": 1}\n"
        + (1...40).map { "d\($0) := [d\($0 - 1), d\($0 - 1)]\ne\($0) := [e\($0 - 1), e\($0 - 1)]\n" }
        .joined()

    @Test(arguments: [
        Program("answer", "p := d40"), Program("equality", "p if d40 == e40"),
        Program("order", "p if d40 < e40"),
        Program("members", "p := count({d40, e40})"), Program("keys", "p := {d40: 1, e40: 2}"),
        Program("JSON", "p := count(json.marshal(d40))"),
        Program("YAML", "p := count(yaml.marshal(d40))"),
        Program("text", #"p := count(sprintf("%v", [d40]))"#),
        Program("walk", "p := count([1 | walk(d40)])"),
        Program("object.union", #"p := object.union({"a": d40}, {"a": e40})"#),
        Program("template string", #"p := count($"{d40}")"#),
        Program("sort", "p := sort([d40, e40, d39])"),
        Program("schema", #"p := json.match_schema({"a": d40}, {"enum": [{"a": e40}]})"#),
        Program("json.remove", #"p := json.remove({"a": d40}, ["a/0"])"#),
        Program(
            "json.patch", #"p := json.patch({"a": d40}, [{"op": "test", "path": "a", "value": e40}])"#),
        Program("object.subset", #"p := object.subset({"a": d40}, {"a": e40})"#),
        Program(
            "token",
            #"p := io.jwt.encode_sign({"alg": "HS256"}, {"a": d40}, {"kty": "oct", "k": "AAAA"})"#),
        Program("conflict", "q := d40\nq := e40\np := count(q)"), Program("in", "p if d40 in [e40]"),
        Program("max", "p := max([d40, e40])"),
        Program("intersection", "p := {d40} & {e40}"),
        Program("with", "q := input.x\np if { q == e40 with input.x as d40 }"),
    ])
    func sharedParts(_ program: Program) throws {
        try check(Program(program.name, Self.doubling + program.rules))
    }

    /// Without any time limit, too.
    @Test func anAnswerWithoutEndIsAMemoryError() throws {
        let query = try Policy(modules: [.init(name: "m.rego", text: "package t\n" + Self.doubling)])
            .prepare(path: ["t", "d40"])
        #expect(
            #expect(throws: EvaluationError.self) { try query.evaluate(limits: .init(memory: 1 << 20)) }?
                .code == .memoryLimit)
        #expect(
            #expect(throws: EvaluationError.self) {
                try query.evaluateJSON(limits: .init(memory: 1 << 20))
            }?.code == .memoryLimit)
    }

    // MARK: Values that are deep

    private static let deep: String = {
        let rules = (1...2000).map {
            "g\($0) := [g\($0 - 1)]\nh\($0) := [h\($0 - 1)]\no\($0) := {\"a\": o\($0 - 1)}\n"
        }.joined()
        return "g0 := 1\nh0 := 1\no0 := {}\n" + rules
    }()

    @Test(arguments: [
        "p := g2000", "p if g2000 == h2000", "p if g2000 < h2000", "p := {g2000, h2000}",
        "p := json.marshal(g2000)",
        "p := yaml.marshal(g2000)", #"p := sprintf("%v", [g2000])"#, "p := count([1 | walk(g2000)])",
        "p := object.union(o2000, o2000)",
        #"p := object.union(o2000, json.remove(o2000, ["b"]))"#, "p := object.subset(o2000, o1999)",
        ##"p := json.match_schema({"a": g2000}, {"properties": {"a": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"items": {"$ref": "#/definitions/x"}}}})"##,
        #"p := json.remove(o2000, [["a" | some i in numbers.range(1, 1999)]])"#,
        #"p := json.filter(o2000, [["a" | some i in numbers.range(1, 1999)]])"#,
        #"p := json.patch(o2000, [{"op": "add", "path": ["a" | some i in numbers.range(1, 1999)], "value": 1}])"#,
    ])
    func depth(_ rule: String) throws {
        try check(Program(rule, Self.deep + rule))
    }

    @Test func depthAtTheLimitAndOnePastIt() throws {
        let policy = try Policy(modules: [.init(name: "m.rego", text: "package t\n" + Self.deep)])
        let limit = Int(ValueWalk.depthLimit)
        #expect(try policy.prepare(path: ["t", "g\(limit)"]).evaluate().value != nil)
        let error = #expect(throws: EvaluationError.self) {
            try policy.prepare(path: ["t", "g\(limit + 1)"]).evaluate()
        }
        #expect(error?.code == .memoryLimit)
        #expect(error?.message == "evaluation stopped: values are nested deeper than \(limit)")
    }

    @Test(arguments: ["json.filter", "json.remove"])
    func pathsWithoutEnd(_ builtin: String) throws {
        try check(Program(builtin, "p := \(builtin)({\"a\": 1}, [numbers.range(1, 1000000)])"))
        try check(
            Program(
                builtin,
                "p := \(builtin)({\"a\": 1}, [concat(\"/\", [\"a\" | some i in numbers.range(1, 300000)])])"
            ))
    }

    // MARK: Builtins that take long

    private static let large = """
        ns := numbers.range(1, 50000)
        ss := [sprintf("k%d", [i]) | some i in ns]
        s := concat("", ["aaaaaaaaaa" | some i in ns])
        b := to_number(concat("", ["9" | some i in numbers.range(1, 15000)]))

        """

    static let slow: [Program] = [
        Program("product", "p := product([b | some i in ns])"),
        Program("big numbers", "p := count([x | some i in ns; some j in ns; x := b * b])"),
        Program("bits.lsh", "p := count([x | some i in ns; some j in ns; x := bits.lsh(1, 65536)])"),
        Program("bits.lsh far", "p := bits.lsh(1, 1000000000000)"),
        Program("exponent", #"p := to_number("1e1000000000") + 1"#),
        Program(
            "exponents compared", #"p := {json.unmarshal("1e1000000000"), json.unmarshal("1e999999999")}"#
        ),
        Program("units.parse", #"p := units.parse("1e999999999")"#),
        Program("format_int", #"p := format_int(json.unmarshal("1e1000000000"), 10)"#),
        Program("numbers.range", "p := numbers.range(1, 1000000000000)"),
        Program(
            "numbers.range again", "p := count([1 | some i in ns; count(numbers.range(1, 100000)) > 1])"),
        Program("regex.find_n", #"p := count(regex.find_n("a*b|a", s, -1))"#),
        Program("regex.find_n, large", #"p := count(regex.find_n("(x+x+)+y|a{1,500}b", s, -1))"#),
        Program("regex.match again", #"p := count([1 | some i in ns; regex.match("a*b", s)])"#),
        Program(
            "regex groups", #"p := count(regex.find_all_string_submatch_n("((a*)(a*)(a*))*b|a", s, -1))"#),
        Program("regex.replace", #"p := count(regex.replace(s, "a", concat("", [s, s])))"#),
        Program("regex.split", #"p := count(regex.split("a*b|a", s))"#),
        Program(
            "regex Unicode", #"p := regex.match(`(\pL|\pN){1,300}x`, concat("", ["é" | some i in ns]))"#),
        Program(
            "regex.template_match", #"p := regex.template_match("{(x+x+)+y|a{1,500}b}", s, "{", "}")"#),
        Program(
            "regex.globs_match",
            """
            g := concat("", ["a*" | some i in numbers.range(1, 3000)])
            h := concat("", ["a+" | some i in numbers.range(1, 3000)])
            p := regex.globs_match(concat("", [g, "b"]), concat("", [h, "c"]))
            """),
        Program(
            "glob.match",
            #"p := glob.match(concat("", ["{{{{" | some i in numbers.range(1, 10000)]), [], "a")"#),
        Program("glob.match, tree", #"p := glob.match(concat("", ["{*a*,*b*}x*" | some i in numbers.range(1, 20)]), [], s)"#),
        Program("glob.match, deep", #"p := glob.match(concat("", ["{a,*b}*" | some i in numbers.range(1, 60)]), ["."], s)"#),
        Program("glob.match, long", #"p := glob.match(concat("", ["?" | some i in numbers.range(1, 9000)]), ["."], s)"#),
        Program(
            "strings.replace_n",
            """
            x := substring(s, 0, 50000)
            p := strings.replace_n({y: "b" | some i in numbers.range(1, 1000); y := concat("", [substring(x, 0, i * 20), "c"])}, x)
            """),
        Program(
            "strings.any_prefix_match",
            #"p := strings.any_prefix_match(ss, [x | some k in ss; x := concat("", [k, "z"])])"#),
        Program(
            "strings.any_suffix_match",
            #"p := strings.any_suffix_match(ss, [x | some k in ss; x := concat("", ["z", k])])"#),
        Program("sprintf width", #"p := count(sprintf("%1000000000d", [1]))"#),
        Program("sprintf again", #"p := count(sprintf(concat("", ["%[1]v" | some i in ns]), [ns]))"#),
        Program(
            "concat",
            (1...60).reduce("x0 := s\n") { $0 + "x\($1) := concat(\"\", [x\($1 - 1), x\($1 - 1)])\n" }
                + "p := count(x60)"),
        Program(
            "array.concat",
            (1...60).reduce("x0 := ns\n") { $0 + "x\($1) := array.concat(x\($1 - 1), x\($1 - 1))\n" }
                + "p := count(x60)"),
        Program(
            "hex.encode",
            "p := count(hex.encode(hex.encode(hex.encode(hex.encode(hex.encode(hex.encode(hex.encode(s))))))))"
        ),
        Program("urlquery.encode_object", "p := urlquery.encode_object({k: s | some k in ss})"),
        Program(
            "urlquery.decode_object",
            #"p := count(urlquery.decode_object(concat("&", ["a=b" | some i in ns])))"#),
        Program(
            "json.marshal_with_options",
            #"p := json.marshal_with_options(ns, {"pretty": true, "indent": s, "prefix": s})"#),
        Program(
            "json.patch", #"p := json.patch(ns, [{"op": "add", "path": "0", "value": i} | some i in ns])"#
        ),
        Program("json.filter", "p := count(json.filter({k: 1 | some k in ss}, ss))"),
        Program(
            "json.remove", #"p := json.remove({"a": ns}, [x | some i in ns; x := sprintf("a/%d", [i])])"#),
        Program("object.union_n", "p := count(object.union_n([{k: 1} | some k in ss]))"),
        Program(
            "object.subset",
            "p := object.subset([1 | some i in ns], array.concat([1 | some i in numbers.range(1, 25000)], [0]))"
        ),
        Program(
            "equality of objects",
            "o := {k: 1 | some k in ss}\nq := {k: 1 | some k in array.reverse(ss)}\np if { some i in ns; o == q; false }"
        ),
        Program("walk", "p := count([1 | some i in ns; walk([ns, ns], [a, b])])"),
        Program(
            "with",
            "o := {k: 1 | some k in ss}\nq := input.zz\np := count([1 | some i in ns; q == i with input as o with input.zz as i])"
        ),
        Program(
            "graph.reachable",
            "g := {k: ss | some k in array.slice(ss, 0, 1000)}\np := count(graph.reachable(g, ss))"),
        Program("net.cidr_expand", #"p := count(net.cidr_expand("0.0.0.0/0"))"#),
        Program(
            "net.cidr_contains_matches",
            """
            x := [y | some i in numbers.range(0, 255); some j in numbers.range(0, 49); y := sprintf("10.%d.%d.0/24", [i, j])]
            p := count(net.cidr_contains_matches(x, x))
            """),
        Program(
            "schema patterns",
            ##"p := json.match_schema({k: 1 | some k in ss}, {"patternProperties": {x: {} | some i in numbers.range(1, 300); x := sprintf("^k.*%d$", [i])}})"##
        ),
        Program(
            "schema dependencies",
            #"p := json.match_schema({k: 1 | some k in ss}, {"dependencies": {k: ss | some k in array.slice(ss, 0, 500)}})"#
        ),
        Program("digests", #"p := count([1 | some i in ns; crypto.hmac.sha512(s, s) != ""])"#),
        Program("tokens", #"p := count([1 | some i in ns; io.jwt.verify_hs256("a.b.c", s)])"#),
        Program("search", "p if { some a in ns; some b in ns; some c in ns; a + b + c == 0 }"),
        Program(
            "YAML aliases",
            """
            x := "a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\n"
            y := "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]"
            p := yaml.unmarshal(concat("", [x, y]))
            """),
    ]

    @Test(arguments: slow) func builtins(_ program: Program) throws {
        try check(Program(program.name, Self.large + program.rules))
    }

    /// A cancellation ends them at the same places.
    @Test func cancellationEndsBuiltins() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        for program in Self.slow {
            try check(
                Program(program.name, Self.large + program.rules),
                limits: .init(memory: 64 << 20, cancellation: cancellation))
        }
    }
}
