import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// Programs written to take the compiler's time or stack.
@Suite("Hostile programs") struct HostileProgramTests {
    /// Makes a program of a size.
    struct Shape: CustomTestStringConvertible, Sendable {
        let name: String
        let text: @Sendable (Int) -> String
        var testDescription: String { name }

        init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
            self.name = name
            self.text = text
        }

        /// A body of so many expressions between others.
        static func body(
            _ name: String, first: String = "", last: String = "",
            _ expression: @escaping @Sendable (Int, Int) -> String
        ) -> Shape {
            Shape(name) { size in "p if {\n" + first + HostileProgramTests.lines(size) { expression($0, size) } + last + "}\n"
            }
        }
    }

    fileprivate static func lines(_ count: Int, separator: String = "\n", _ line: (Int) -> String)
        -> String
    {
        (0..<count).map { line($0) + separator }.joined()
    }

    private static let shapes: [Shape] = [
        Shape("rules of one name") { size in lines(size) { "p contains \($0) if input.x == \($0)" } },
        Shape("rules with else") { size in lines(size) { "p\($0) := 1 if input.x == 1\nelse := 2" } },
        Shape("rules in a chain") { size in "r0 := 1\n" + lines(size) { "r\($0 + 1) := r\($0) + 1" } },
        Shape("rules in a chain backwards") { size in
            lines(size) { "r\(size - $0) := r\(size - $0 - 1) + 1" } + "r0 := 1\n"
        },
        Shape("functions") { size in "f0(x) := x\n" + lines(size) { "f\($0 + 1)(x) := f\($0)(x)" } },
        .body("dependent expressions", first: "x0 := 1\n") { index, _ in
            "x\(index + 1) := x\(index) + 1"
        },
        .body("dependent expressions backwards", last: "x0 = 1\n") { index, size in
            "x\(size - index) = x\(size - index - 1) + 1"
        },
        .body("unifications backwards", last: "x0 = 1\n") { index, size in
            "x\(size - index) = x\(size - index - 1)"
        },
        .body("references backwards", last: "x0 = input\n") { index, size in
            "x\(size - index) = x\(size - index - 1)[y\(index)]"
        },
        .body("comprehensions backwards", last: "x0 = [1]\n") { index, size in
            "x\(size - index) = [y | y = input.a[_]; y > x\(size - index - 1)[0]]"
        },
        .body("every") { index, _ in "x\(index) := input.y\nevery y in input.a { y == x\(index) }" },
        .body("negations", first: "x := input.y\n") { index, _ in "not input.x\(index) == x" },
        Shape("array") { size in "p := [" + lines(size, separator: ",") { "input.x\($0)" } + "1]\n" },
        Shape("array of variables") { size in
            "p if { [" + lines(size, separator: ",") { "x\($0)" } + "1] = input.a }\n"
        },
        Shape("object") { size in
            "p := {" + lines(size, separator: ",") { "\"k\($0)\": input.k\($0)" } + "\"z\": 1}\n"
        },
        Shape("set") { size in "p := {" + lines(size, separator: ",") { "{\"k\($0)\": \($0)}" } + "1}\n"
        },
        Shape("reference") { size in "p := input" + lines(size, separator: "") { ".a\($0)" } + "\n" },
        Shape("imports") { size in
            lines(size) { "import data.a\($0)" } + lines(size) { "p\($0) := a\($0)" }
        },
        Shape("with") { size in
            "p if { true " + lines(size, separator: " ") { "with input.x\($0) as \($0)" } + "}\n"
        },
        Shape("string") { size in "p := \"" + String(repeating: "abcdefgh", count: size * 10) + "\"\n"
        },
        Shape("comments") { size in lines(size) { "# comment \($0)" } + "p := 1\n" },
        Shape("annotation") { size in
            "# METADATA\n# custom:\n" + lines(size) { "#   k\($0): \($0)" } + "p := 1\n"
        },
        Shape("union types") { size in
            lines(size) { "p contains {\"k\($0)\": \($0)} if input.x == \($0)" }
                + "q if { some x in p; x.k0 == 1 }\n"
        },
        Shape("references into a union") { size in
            lines(size) { "p := {\"k\($0)\": \($0)} if input.x == \($0)" }
                + lines(size) { "q\($0) := p.k\($0)" }
        },
        Shape("doubling types") { size in
            "r0 := {\"a\": 1}\n" + lines(size) { "r\($0 + 1) := [r\($0), r\($0)]" }
        },
        Shape("cycle") { size in lines(size) { "r\($0) if r\(($0 + 1) % size)" } },
        Shape("errors") { size in lines(size) { "p\($0) := x\($0)" } },
    ]

    /// The lesser of two runs' seconds.
    private func compileSeconds(_ text: String) -> Double {
        (0..<2).map { _ in
            let start = threadSeconds()
            _ = try? Policy(modules: [.init(name: "m.rego", text: "package t\n" + text)])
            return threadSeconds() - start
        }.min() ?? 0
    }

    /// A program of four times the size takes four times as long, not sixteen.
    @Test(arguments: shapes) func `Time grows with a program's size`(shape: Shape) {
        let (small, large) = (compileSeconds(shape.text(500)), compileSeconds(shape.text(2000)))
        #expect(large < small * 10 + 0.1)
    }

    /// A body's plan looks ahead for filters of each iteration, but not through all of the body.
    @Test func `Time to plan iterations grows with their number`() throws {
        func seconds(_ count: Int) throws -> Double {
            let body = (0..<count).map { "some x\($0) in input.y\n" }.joined()
            let policy = try Policy(modules: [.init(name: "m.rego", text: "package t\np if {\n\(body)}\n")])
            let start = threadSeconds()
            _ = try policy.prepare(path: ["t", "p"])
            return threadSeconds() - start
        }
        let (small, large) = (try seconds(500), try seconds(2000))
        #expect(large < small * 10 + 0.1)
    }

    @Test func `Long paths are errors`() {
        let path = String(repeating: ".a", count: 100_000)
        for text in [
            "package t\(path)\np := 1", "package t\np\(path) := 1",
            "package t\np if { true with data.x\(path) as 1 }",
        ] {
            let failure = #expect(throws: CompilationFailure.self) {
                try Policy(modules: [.init(name: "m.rego", text: text)])
            }
            #expect(failure?.diagnostics.first?.message.contains("nested more than") == true)
        }
    }

    struct Nesting: CustomTestStringConvertible, Sendable {
        let start: String
        let middle: String
        let end: String
        /// Levels that are read.
        let levels: Int
        var testDescription: String { start }

        func text(_ depth: Int) -> String {
            "package t\np := " + String(repeating: start, count: depth) + middle + String(repeating: end, count: depth) + "\n"
        }
    }

    private static let nestings = [
        Nesting(start: "[", middle: "1", end: "]", levels: 1000), Nesting(start: "(", middle: "1", end: ")", levels: 1000),
        Nesting(start: "{1: ", middle: "1", end: "}", levels: 1000), Nesting(start: "{", middle: "1", end: "}", levels: 1000),
        Nesting(start: "count(", middle: "[]", end: ")", levels: 1000), Nesting(start: "input[", middle: "1", end: "]", levels: 1000),
        Nesting(start: "[x | x := ", middle: "1", end: "]", levels: 250),
        Nesting(start: "{x: 1 | x := ", middle: "1", end: "}", levels: 250),
        Nesting(start: "[1 | every y in ", middle: "[]", end: " { y }]", levels: 150),
        Nesting(start: "$\"{", middle: "1", end: "}\"", levels: 250), Nesting(start: "[x | not ", middle: "true", end: "]", levels: 250),
        Nesting(start: "1 + (2 * ", middle: "3", end: ")", levels: 500), Nesting(start: "1 + ", middle: "1", end: "", levels: 1000),
    ]

    private static func isReadable(_ text: String) -> Bool {
        Parser.parseModule(SourceFile(name: "m.rego", text: text), id: FileID(1)).0 != nil
    }

    /// What the parser lets through, every walk behind it survives: the compiler's, the formatter's, the evaluation's.
    @Test(arguments: nestings) func `Nesting at the parser's limit and past it`(nesting: Nesting) {
        let outcome = onSmallStack { () -> (deepest: Int, isSettled: Bool) in
            var (low, high) = (1, 5000)
            while low < high {
                let middle = (low + high + 1) / 2
                if Self.isReadable(nesting.text(middle)) { low = middle } else { high = middle - 1 }
            }
            return (low, [low, low + 1].allSatisfy { Self.isSettled(nesting.text($0), mayCompile: $0 == low) })
        }
        #expect(outcome?.isSettled == true)
        #expect(outcome.map { nesting.levels..<5000 ~= $0.deepest } == true, "\(String(describing: outcome))")
    }

    /// Formats, compiles, explains and evaluates a program, and asks the same of a query; false if what may not compile does.
    private static func isSettled(_ text: String, mayCompile: Bool) -> Bool {
        let expression = String(text.dropFirst("package t\np := ".count))
        _ = try? Formatter.format(SourceFile(name: "m.rego", text: text))
        do throws(CompilationFailure) {
            let policy = try Policy(modules: [.init(name: "m.rego", text: text)])
            guard mayCompile else { return false }
            let instruments = Instruments([.explanation, .variables], coverage: Coverage(of: policy))
            _ = try? policy.prepare(path: ["t", "p"], instrumented: true).evaluate(instruments: instruments)
            _ = instruments.explanation.text(variables: true)
            _ = instruments.coverage?.report()
            _ = try? policy.prepare(path: ["t", "p"]).evaluateJSON()
            _ = try? policy.prepare(query: expression).evaluate()
            let parsing = "rego.parse_module(\"m.rego\", input)"
            _ = try? policy.prepare(query: parsing).evaluate(.value(.string(text)))
        } catch {
            return !error.diagnostics.isEmpty
        }
        return true
    }
}
