import Rego
import TestSupport
import Testing

/// Makes rules of all kinds that refer to each other, to the input and to base data.
private struct RandomRules {
    var random: XorShift
    private var names = 0

    init(seed: UInt64) { random = XorShift(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1) }

    mutating func number(_ limit: Int) -> Int { Int(random.next() >> 33) % limit }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[number(choices.count)] }

    private mutating func name() -> String {
        names += 1
        return "v\(names)"
    }

    /// A condition that may refer to the rules below a level, and to a variable.
    private mutating func condition(_ level: Int, _ variable: String?) -> String {
        let (k, j, v) = (number(3), number(max(level, 1)), name())
        var choices = [
            "input.a == \(k)", "input.b > \(k)", "not input.c", "not input.a == \(k)", "\(v) := input.a; \(v) != \(k)",
            "some \(v) in input.xs; \(v) == \(k)", "count([\(v) | some \(v) in input.xs; \(v) > \(k)]) == \(number(3))",
            "every \(v) in input.xs { \(v) >= \(k) }", "data.base[input.a] == \(k)", "input.xs[_] == input.b", "\(k) in input.xs",
            "{\(v) | some \(v) in input.xs} == {0, \(k)}", "[1, input.a] == [1, \(k)]", "true", "not input.xs[\(k)]",
            "sum([\(v) | some \(v) in input.xs; \(v) != input.a]) < 3",
        ]
        if let variable {
            choices += ["\(variable) == \(k)", "\(variable) > input.b", "\(variable) in input.xs", "not \(variable) == input.a"]
            if level > 0 { choices += ["s\(j)[\(variable)]", "not f\(j)(\(variable))", "o\(j)[\(variable)] > \(k)"] }
        }
        if level > 0 {
            choices += [
                "r\(j)", "not r\(j)", "r\(j) == false", "s\(j)[input.a]", "s\(j)[\(k)]", "not s\(j)[input.b]", "f\(j)(input.a)",
                "f\(j)(input.b) == \(k)", "not f\(j)(input.a)", "o\(j)[input.a] == \(k)", "\(v) := s\(j)[_]; \(v) == input.b",
                "r\(j) with input.a as \(k)", "not r\(j) with input.a as \(k)", "f\(j)(\(k)) with input.b as 1", "count(s\(j)) == \(k)",
                "e\(j) == \(k)", "e\(j)", "not e\(j)", "every \(v) in input.xs { f\(j)(\(v)) }", "o\(j)[\(v)] == input.b; \(v) > 0",
                "s\(j)[\(k)] with data.base as [2, 1, 0]",
            ]
        }
        return pick(choices)
    }

    private mutating func body(_ level: Int, _ variable: String? = nil) -> String {
        (0...number(3)).map { _ in condition(level, variable) }.joined(separator: "; ")
    }

    private mutating func value(_ variable: String? = nil) -> String {
        pick(["\(number(3))", "input.a", "input.b", "true"] + (variable.map { [$0, "\($0) + 1"] } ?? []))
    }

    mutating func module(levels: Int) -> String {
        var text = "package p\n"
        for level in 0..<levels {
            if number(2) == 0 { text += "default r\(level) := false\n" }
            for _ in 0...number(2) { text += "r\(level) if { \(body(level)) }\n" }
            for _ in 0...number(2) {
                let v = name()
                text += "s\(level) contains \(v) if { \(v) := \(pick([value(), "input.xs[_]"])); \(body(level, v)) }\n"
            }
            text += "f\(level)(x) := \(value("x")) if { \(body(level, "x")) }\n"
            if number(3) == 0 { text += "f\(level)(\(number(3))) := \(value())\n" }
            text += "o\(level)[k] := \(value("k")) if { k := \(pick([value(), "input.xs[_]"])); \(body(level, "k")) }\n"
            text += "e\(level) := \(value()) if { \(body(level)) } else := \(value()) if { \(body(level)) }\n"
        }
        return text
    }

    mutating func query(level: Int) -> String {
        pick([
            "data.p.r\(level) = x", "data.p.s\(level) = x", "data.p.o\(level) = x", "data.p.f\(level)(input.b) = x", "data.p.s\(level)[x]",
            "data.p.o\(level)[y] = x", "data.p.e\(level) = x", "x = 1; data.p.r\(level)", "x = 2; not data.p.r\(level)",
            "x = 3; not data.p.s\(level)[input.a]", "data.p.f\(level)(1) = x", "x = [v | some v in data.p.s\(level)]",
        ])
    }

    mutating func input() -> [RegoValue: RegoValue] {
        var input: [RegoValue: RegoValue] = [:]
        if number(5) > 0 { input["a"] = .number(RegoNumber(number(3))) }
        if number(5) > 0 { input["b"] = .number(RegoNumber(number(3))) }
        if number(3) > 0 { input["c"] = .boolean(number(2) == 0) }
        if number(6) > 0 { input["xs"] = .array((0..<number(4)).map { _ in .number(RegoNumber(number(3))) }) }
        return input
    }

    mutating func options() -> PartialOptions {
        var options = PartialOptions()
        switch number(6) {
        case 0: options.unknowns = ["input.a"]
        case 1: options.unknowns = ["input.b", "input.xs"]
        case 2: options.shallowInlining = true
        case 3: options.disabledInlining = ["data.p.r0", "data.p.s1"]
        case 4: options.unknowns = ["input", "data.base"]
        default: break
        }
        return options
    }
}

@Suite("What partial evaluation leaves means the same")
struct PartialPropertyTests {
    private static let data: RegoValue = ["base": [0, 1, 2]]

    /// The values of `x` in a query's solutions; `nil` if the evaluation ends with an error.
    private func values(_ policy: Policy, _ query: String, _ input: RegoValue) throws -> Set<RegoValue>? {
        let prepared = try policy.prepare(query: query)
        guard let answer = try? prepared.evaluate(.value(input)) else { return nil }
        return Set(answer.solutions.map { $0.bindings.first { $0.name == "x" }?.value ?? .null })
    }

    @Test("The queries and rules that are left, asked about the real input, answer as the whole policy does", arguments: 1...240)
    func keepsMeaning(_ seed: Int) throws {
        var rules = RandomRules(seed: UInt64(seed))
        let text = rules.module(levels: 3)
        let module = Policy.Module(name: "p.rego", text: text)
        // Some bodies contradict themselves so that their types do not fit.
        guard let policy = try? Policy(modules: [module], data: Self.data) else { return }
        for _ in 0..<4 {
            let (query, options, known) = (rules.query(level: rules.number(3)), rules.options(), rules.input())
            let answer: PartialAnswer
            do {
                answer = try policy.partial(query: query, input: .value(.object(known)), options: options)
            } catch let error as EvaluationError {
                #expect(error.code == .unsupported || error.code == .conflict, "\(error)\n\(query)\n\(text)")
                continue
            }
            let whole = try Policy(modules: [module] + answer.support, data: Self.data)
            for _ in 0..<3 {
                var input = rules.input()
                for name: RegoValue in ["a", "b", "c", "xs"] where !options.unknowns.contains("input") {
                    guard !options.unknowns.contains("input.\(name.string ?? "")") else { continue }
                    input[name] = known[name]
                }
                guard let want = try values(policy, query, .object(input)) else { continue }
                var have: Set<RegoValue> = []
                for text in answer.queries { have.formUnion(try values(whole, text.isEmpty ? "true" : text, .object(input)) ?? [.null]) }
                let support = answer.support.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "\n")
                #expect(
                    have == want,
                    "\(query) \(options) \(RegoValue.object(known)) \(RegoValue.object(input))\n\(text)\n\(answer.queries)\n\(support)")
            }
        }
    }
}
