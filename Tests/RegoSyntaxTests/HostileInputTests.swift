import Foundation
import RegoSyntax
import TestSupport
import Testing

@Suite struct HostileInputTests {
    /// Runs a block on a thread with the smallest stack that the parser promises to do with; unoptimised frames are larger.
    private func onSmallStack<Result: Sendable>(_ block: @escaping @Sendable () -> Result) -> Result {
        let box = Box<Result>()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            box.value = block()
            done.signal()
        }
        #if DEBUG
            thread.stackSize = 4 << 20
        #else
            thread.stackSize = 512 << 10
        #endif
        thread.start()
        done.wait()
        guard let value = box.value else { fatalError("the thread left no result") }
        return value
    }

    /// Handed over through the semaphore.
    private final class Box<Value>: @unchecked Sendable {
        var value: Value?
    }

    private static let nestings: [(String, String, String)] = [
        ("[", "1", "]"), ("(", "1", ")"), ("{1: ", "1", "}"), ("{", "1", "}"), ("f(", "1", ")"), ("a[", "1", "]"),
        ("[x | x := ", "1", "]"), ("{x: ", "1", " | true}"), ("{x | every y in ", "z", " { y }}"), ("$\"{", "1", "}\""),
        ("[x | x := {\"a\": f(a[(1 + ", "1", ")])}]"),
    ]

    @Test(arguments: nestings)
    func `Nesting as people write it is fine, more is an error`(start: String, middle: String, end: String) {
        let outcomes = onSmallStack {
            [10, 100_000].map { depth in
                let text = String(repeating: start, count: depth) + middle + String(repeating: end, count: depth)
                return queryOutcome(of: text)
            }
        }
        #expect(outcomes[0].count == 1)
        #expect(outcomes[0].first?.contains("unexpected") == false)
        #expect(outcomes[1].first?.contains("max parsing recursion depth exceeded") == true)
    }

    @Test(arguments: [
        "[", "(", "{", "{a:", "{a|", "[a|", "{a:b|", "f(", "a[", "-", "not ", "{a|[b,", "{a:b|{c:", "$\"{", "every x in ", "[a|[b|,",
    ])
    func `What is never closed is an error`(start: String) {
        let isRefused = onSmallStack {
            [1, 7, 40, 300, 20_000].allSatisfy { depth in
                Parser.parseQuery(SourceFile(name: "", text: String(repeating: start, count: depth)), id: FileID(0)).0 == nil
            }
        }
        #expect(isRefused)
    }

    @Test(arguments: ["1 + ", "1 in ", "f(1).", "a | "])
    func `Long chains end in an error rather than in a deep tree`(link: String) {
        let outcomes = onSmallStack {
            [100, 100_000].map { queryOutcome(of: String(repeating: link, count: $0) + "x") }
        }
        #expect(outcomes[0].count == 1)
        #expect(outcomes[1].first?.contains("max parsing recursion depth exceeded") == true)
    }

    @Test func `A chain of else may be long, but not endless`() {
        let outcomes = onSmallStack {
            [0, 1].map { surplus in
                let branches = String(repeating: "else := 2 if false\n", count: Parser.maximumBranches + surplus)
                let file = SourceFile(name: "m.rego", text: "package p\nq := 1 if false\n" + branches)
                let (module, found) = Parser.parseModule(file, id: FileID(1))
                if let module { _ = TermPrinter.text(of: module.rules[0]).utf8.count }
                let formatted = try? Formatter.format(file)
                return (module?.rules[0].elseRules.count, found.first?.message, formatted?.isEmpty)
            }
        }
        #expect(outcomes[0].0 == Parser.maximumBranches && outcomes[0].2 == false)
        #expect(outcomes[1].1 == "a rule has more than \(Parser.maximumBranches) else branches")
    }

    @Test func `Every prefix of a module ends in a module or an error`() {
        let bytes = Array(RegoSample.wholeLanguage.utf8)
        for end in 0...bytes.count {
            let (module, diagnostics) = Parser.parseModule(SourceFile(name: "", bytes: Array(bytes[..<end])), id: FileID(1))
            #expect((module == nil) == !diagnostics.isEmpty, "prefix of \(end) bytes")
        }
    }

    @Test(arguments: [RegoVersion.v0, .v1])
    func `Random damage ends in a module or an error`(version: RegoVersion) {
        let bytes = Array(RegoSample.wholeLanguage.utf8)
        let fragments = [
            "{", "}", "[", "]", "(", ")", "\"", "`", "$\"", "|", ",", ":", ":=", "in", "every ", "some ", "if", "\n", "\\u", "\0", ".",
        ]
        var random = XorShift(state: 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<3_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                switch UInt8.random(in: 0..<4, using: &random) {
                case 0: damaged[place] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.remove(at: place)
                case 2: damaged.insert(contentsOf: fragments[Int.random(in: 0..<fragments.count, using: &random)].utf8, at: place)
                default: damaged.removeSubrange(place..<min(place + 20, damaged.count))
                }
            }
            let (module, diagnostics) = Parser.parseModule(SourceFile(name: "", bytes: damaged), id: FileID(1), version: version)
            #expect((module == nil) == !diagnostics.isEmpty)
            if let module { for rule in module.rules { #expect(!TermPrinter.text(of: rule).isEmpty) } }
        }
    }

    /// Each level is read twice or more: time would grow exponentially if what was read were not remembered.
    @Test(arguments: ["[H&3[H,", "some [x|", "some x in [y|", "{a|{a:", "[a|[a&", "{a:b|{a:", "{x|every ", "f(a,b|c("])
    func `What is read again costs little time`(link: String) {
        for version in [RegoVersion.v0, .v1] {
            #expect(queryOutcome(of: String(repeating: link, count: 60), version: version).isEmpty == false)
        }
    }

    @Test func `A text too large is refused`() {
        let file = SourceFile(name: "", bytes: [UInt8](repeating: 0x20, count: Parser.maximumSize + 1))
        #expect(lines(of: Parser.parseModule(file, id: FileID(1)).1).first?.hasPrefix("1:1 source text has") == true)
        #expect(Parser.parseQuery(file, id: FileID(1)).0 == nil)
    }

    @Test func `Large modules cost linear time`() {
        let rules = (0..<20_000).map { "r\($0) := [x | some x in data.xs; x > \($0)] # \($0)" }.joined(separator: "\n")
        #expect(outcome(of: "package p\n" + rules).count == 20_000)
    }
}
