import Rego
import Synchronization
import Testing

/// Builtins of the program that embeds the engine.
@Suite struct OwnBuiltinTests {
    static let twice = Builtin("own.twice", arguments: ["number"], result: "number") { arguments, _ in
        guard let number = arguments[0].integer else { throw BuiltinError("not an integer") }
        return .number(RegoNumber(number * 2))
    }

    static func value(
        _ body: String, _ builtins: [Builtin], limits: EvaluationLimits = EvaluationLimits(), version: RegoVersion = .v1
    ) throws -> RegoValue? {
        let module = Policy.Module(name: "p.rego", text: "package p\n" + body)
        let policy = try Policy(modules: [module], options: .init(version: version, builtins: builtins))
        return try policy.prepare(path: ["p", "x"]).evaluate(limits: limits).value
    }

    @Test func answersInRulesQueriesAndComprehensions() throws {
        #expect(try Self.value("x := own.twice(21)", [Self.twice]) == 42)
        #expect(try Self.value("x := [y | some n in [1, 2]; own.twice(n, y)]", [Self.twice]) == [2, 4])
        let policy = try Policy(modules: [], options: .init(builtins: [Self.twice]))
        #expect(try policy.prepare(query: "own.twice(4)").evaluate().value == 8)
    }

    @Test func undefinedIsNoError() throws {
        let nothing = Builtin("own.nothing", arguments: []) { _, _ in nil }
        #expect(try Self.value("x if own.nothing()", [nothing], limits: EvaluationLimits(strictBuiltinErrors: true)) == nil)
        #expect(try Self.value("x if not own.nothing()", [nothing]) == true)
    }

    @Test func anErrorIsUndefinedUnlessStrict() throws {
        #expect(try Self.value("default x := 7\nx := own.twice(1.5)", [Self.twice]) == 7)
        let error = #expect(throws: EvaluationError.self) {
            try Self.value("x := own.twice(1.5)", [Self.twice], limits: EvaluationLimits(strictBuiltinErrors: true))
        }
        #expect(error?.code == .builtin)
        #expect(error?.message == "own.twice: not an integer")
        #expect(error?.span?.row == 2)
    }

    @Test func anErrorMayInsist() throws {
        let halting = Builtin("own.halt", arguments: []) { _, _ in throw BuiltinError("the registry is down", endsEvaluation: true) }
        let error = #expect(throws: EvaluationError.self) { try Self.value("x := own.halt()", [halting]) }
        #expect(error?.message == "own.halt: the registry is down")
    }

    @Test func anyErrorHasItsDescription() throws {
        struct Strange: Error, CustomStringConvertible { let description = "strange" }
        let throwing = Builtin("own.strange", arguments: ["any"]) { _, _ in throw Strange() }
        let error = #expect(throws: EvaluationError.self) {
            try Self.value("x := own.strange(1)", [throwing], limits: EvaluationLimits(strictBuiltinErrors: true))
        }
        #expect(error?.message == "own.strange: strange")
    }

    @Test func canBeReplacedInTests() throws {
        #expect(try Self.value("x := y if y := own.twice(1) with own.twice as 5", [Self.twice]) == 5)
        #expect(try Self.value("f(n) := n + 100\nx := y if y := own.twice(1) with own.twice as f", [Self.twice]) == 101)
        #expect(try Self.value("x := y if y := abs(21) with abs as own.twice", [Self.twice]) == 42)
    }

    @Test func memoizedOnesAreCalledOnceAnEvaluation() throws {
        let calls = Mutex(0)
        let counting = Builtin("own.count", arguments: ["any"], isMemoized: true) { _, _ in
            calls.withLock { count in
                count += 1
                return .number(RegoNumber(count))
            }
        }
        let module = Policy.Module(name: "p.rego", text: "package p\nx := [y | some n in [1, 1, 2, 1]; y := own.count(n)]")
        let query = try Policy(modules: [module], options: .init(builtins: [counting])).prepare(path: ["p", "x"])
        #expect(try query.evaluate().value == [1, 1, 2, 1])
        #expect(try query.evaluate().value == [3, 3, 4, 3])
    }

    @Test func aDeeplyNestedResultIsRefused() throws {
        let deep = Builtin("own.deep", arguments: ["number"]) { arguments, _ in
            (0..<(arguments[0].integer ?? 0)).reduce(RegoValue.null) { value, _ in [value] }
        }
        #expect(try Self.value("x := count(own.deep(1000))", [deep]) == 1)
        let error = #expect(throws: EvaluationError.self) { try Self.value("x := own.deep(1001)", [deep]) }
        #expect(error?.code == .memoryLimit)
    }

    @Test func deadlineAndCancellationAreSeenAfterASlowCall() throws {
        let cancellation = Cancellation()
        let cancelling = Builtin("own.cancel", arguments: []) { _, call in
            cancellation.cancel()
            return .boolean(call.isCancelled)
        }
        let cancelled = #expect(throws: EvaluationError.self) {
            try Self.value("x := own.cancel()", [cancelling], limits: EvaluationLimits(cancellation: cancellation))
        }
        #expect(cancelled?.code == .cancelled)
        let waiting = Builtin("own.wait", arguments: []) { _, call in
            while call.timeLeft != .zero {}
            return true
        }
        let late = #expect(throws: EvaluationError.self) {
            try Self.value("x := own.wait()", [waiting], limits: EvaluationLimits(time: .milliseconds(5)))
        }
        #expect(late?.code == .deadline)
    }

    @Test func arityIsChecked() {
        #expect(throws: CompilationFailure.self) { try Self.value("x := own.twice(1, 2, 3)", [Self.twice]) }
        #expect(throws: CompilationFailure.self) { try Self.value("x := own.twice()", [Self.twice]) }
        #expect(throws: CompilationFailure.self) { try Self.value("x := own.thrice(1)", [Self.twice]) }
    }

    @Test func argumentTypesAreCheckedWhereTheyAreKnownLateOnly() throws {
        let module = Policy.Module(name: "p.rego", text: "package p\nx := own.twice(input)")
        let query = try Policy(modules: [module], options: .init(builtins: [Self.twice])).prepare(path: ["p", "x"])
        #expect(try query.evaluate(.value(4)).value == 8)
        #expect(try query.evaluate(.value("4")).value == nil)
        let error = #expect(throws: EvaluationError.self) {
            try query.evaluate(.value("4"), limits: EvaluationLimits(strictBuiltinErrors: true))
        }
        #expect(error?.code == .type)
        #expect(error?.message == "own.twice: operand 1 must be number but got string")
    }

    @Test func aResultOfAnotherTypeIsAnError() throws {
        let liar = Builtin("own.liar", arguments: [], result: "number") { _, _ in "no number" }
        let error = #expect(throws: EvaluationError.self) {
            try Self.value("x := own.liar()", [liar], limits: EvaluationLimits(strictBuiltinErrors: true))
        }
        #expect(error?.message == "own.liar: the result must be number but is string")
    }

    @Test(
        arguments: [
            ("any", "null"), ("array[any]", "[]"), ("array[number]", "[1, 2]"), ("array<string>", #"["a"]"#),
            ("array<string>[number]", #"["a", 1]"#),
            ("set[string]", #"{"a"}"#), ("object[string: number]", #"{"a": 1}"#), ("object<a: number>", #"{"a": 1}"#),
            ("object<a: number>[string: any]", #"{"a": 1, "b": null}"#), ("object<aB: number>", #"{"aB": 1}"#),
            ("any<string, null>", "null"),
        ] as [(ValueType, String)])
    func valuesOfAType(type: ValueType, value: String) throws {
        let check = Builtin("own.check", arguments: [type]) { _, _ in true }
        #expect(try Self.value("y := \(value)\nx := own.check(y)", [check]) == true)
    }

    @Test(
        arguments: [
            ("array[number]", #"["a"]"#), ("array<string>", #"["a", "b"]"#), ("array<string>", "[]"),
            ("array<string>[number]", #"["a", "b"]"#),
            ("set[string]", "[]"), ("object[string: number]", #"{"a": "b"}"#), ("object<a: number>", #"{"a": 1, "b": 1}"#),
            ("object<a: number>", "{}"), ("object<a: number>[string: string]", #"{"a": 1, "b": 1}"#), ("any<string, null>", "1"),
        ] as [(ValueType, String)])
    func valuesOfAnotherType(type: ValueType, value: String) throws {
        let check = Builtin("own.check", arguments: [type]) { _, _ in true }
        let module = Policy.Module(name: "p.rego", text: "package p\nx := own.check(input)")
        let query = try Policy(modules: [module], options: .init(builtins: [check])).prepare(path: ["p", "x"])
        #expect(try query.evaluate(.json(Array(value.utf8))).value == nil)
    }

    @Test(arguments: ["", "text", "array[", "any<>", "string "] as [ValueType]) func notationsThatAreNoTypes(type: ValueType) {
        let failure = #expect(throws: CompilationFailure.self) {
            try Policy(modules: [], options: .init(builtins: [Builtin("own.check", arguments: [type]) { _, _ in true }]))
        }
        #expect(failure?.diagnostics.first?.message == "builtin own.check cannot be declared: \"\(type)\" is not a type")
    }

    @Test(arguments: ["count", "a b", "", "a..b", ".a", "data.x", "input.x", "1a", "not", "ä"])
    func namesThatCannotBeDeclared(name: String) {
        let builtin = Builtin(name, arguments: []) { _, _ in true }
        #expect(throws: CompilationFailure.self) { try Policy(modules: [], options: .init(builtins: [builtin])) }
    }

    @Test func aNameIsDeclaredOnce() {
        #expect(throws: CompilationFailure.self) { try Policy(modules: [], options: .init(builtins: [Self.twice, Self.twice])) }
    }

    @Test func oneOfOPAsCanBeReplacedOnPurpose() throws {
        let clock = Builtin("time.now_ns", arguments: [], result: "number", replacesStandard: true) { _, _ in 1 }
        #expect(try Self.value("x := time.now_ns()", [clock]) == 1)
    }

    @Test func evaluationsOnManyThreadsShareOne() async throws {
        let policy = try Policy(
            modules: [Policy.Module(name: "p.rego", text: "package p\nx := own.twice(input)")], options: .init(builtins: [Self.twice]))
        let query = try policy.prepare(path: ["p", "x"])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask { try query.evaluate(.value(.number(RegoNumber(number)))).value == .number(RegoNumber(number * 2)) }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func aRuleDeclaredWithEmptyParenthesesMayBeCalled() throws {
        let body = "f() = out { not input.y; out = \"unspecified\" }\nf() = out { out = input.y }\nx = y { y := f() }"
        #expect(try Self.value(body, [], version: .v0) == "unspecified")
    }
}
