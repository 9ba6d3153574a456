import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FuzzMode {
    /// The modes of what lies behind the parser: JSON, the compiler, the machine and the builtins.
    static let engine = [
        FuzzMode(name: "json", seeds: EngineText.json, dictionary: EngineText.jsonWords, check: checkJSON),
        FuzzMode(name: "compiler", seeds: RegoText.seeds + EngineText.modules, dictionary: RegoText.words, check: checkCompiler),
        FuzzMode(name: "evaluation", seeds: EngineText.noise, dictionary: EngineText.noiseWords, check: checkEvaluation),
        FuzzMode(name: "builtins", seeds: EngineText.noise, dictionary: EngineText.jsonWords, check: checkBuiltins),
    ]

    /// Small enough that no input takes long.
    private static let limits = EvaluationLimits(instructions: 100_000, memory: 16 << 20, depth: 500, strictBuiltinErrors: true)

    /// What is read can be written, and what is written reads as the same value with the same text; an object's parts make the object.
    private static func checkJSON(_ bytes: [UInt8]) -> String? {
        let arena = Arena(byteLimit: 64 << 20)
        defer { arena.destroy() }
        guard let value = try? JSONParser.parse(bytes, into: arena) else { return nil }
        let text = value.jsonText()
        guard let again = try? JSONParser.parse(Array(text.utf8), into: arena) else {
            return "wrote what it cannot read: \(text.prefix(200))"
        }
        guard Value.equal(value, again), Value.compare(value, again) == 0, value.hash == again.hash else {
            return "reads another value from \(text.prefix(200))"
        }
        guard again.jsonText() == text else { return "writes another text than \(text.prefix(200))" }
        let pretty = value.jsonText(style: .pretty)
        guard let third = try? JSONParser.parse(Array(pretty.utf8), into: arena), Value.equal(third, value) else {
            return "indents to another value: \(pretty.prefix(200))"
        }
        let owned = RegoValue(value)
        guard owned.json() == text else { return "changes on the way out: \(owned.json().prefix(200))" }
        guard Value.equal(value.deepCopy(into: arena), value) else { return "a copy differs" }
        var documents = SplitDocuments(owned, cutBy: bytes)
        return documents.check()
    }

    /// There is a policy or an error, in either dialect; what compiled can be asked.
    private static func checkCompiler(_ bytes: [UInt8]) -> String? {
        for (version, isStrict) in [(RegoVersion.v1, false), (.v1, true), (.v0, false)] {
            do {
                let options = Policy.Options(version: version, isStrict: isStrict)
                let policy = try Policy(modules: [.init(name: "fuzz.rego", bytes: bytes)], options: options)
                _ = try policy.prepare(query: "data").evaluate(.json(Array(#"{"a": 1}"#.utf8)), limits: limits)
            } catch let failure as CompilationFailure {
                if failure.diagnostics.isEmpty { return "refused without an error" }
            } catch is EvaluationError {
                continue
            } catch {
                return "an error of another kind: \(error)"
            }
        }
        return nil
    }

    /// A module made of the bytes compiles or not, and evaluates to the same answer twice, within its limits.
    private static func checkEvaluation(_ bytes: [UInt8]) -> String? {
        var generator = ModuleGenerator(bytes)
        let module = generator.module()
        let input = generator.json()
        do {
            let policy = try Policy(modules: [.init(name: "fuzz.rego", text: module)], data: RegoValue(json: generator.json()))
            let query = try policy.prepare(query: "data.p")
            let first = answer(query, input)
            let second = answer(query, input)
            // Memory is counted to the byte, but the pool's machine of the second run may have kept some.
            if first != second, !first.hasPrefix("eval_memory"), !second.hasPrefix("eval_memory") {
                return "two answers: \(first.prefix(300)) and \(second.prefix(300)), from \(module)"
            }
        } catch let failure as CompilationFailure {
            if failure.diagnostics.isEmpty { return "refused without an error: \(module)" }
        } catch {
            return "an error of another kind: \(error)"
        }
        return nil
    }

    private static func answer(_ query: PreparedQuery, _ input: String) -> String {
        do {
            let value = try query.evaluate(.json(Array(input.utf8)), limits: limits).value
            return value?.json() ?? "undefined"
        } catch {
            return "\(error.code): \(error.message)"
        }
    }

    /// A builtin given values made of the bytes has a result that can be written and read, or an error.
    private static func checkBuiltins(_ bytes: [UInt8]) -> String? {
        var generator = ModuleGenerator(bytes)
        let builtins = EngineBuiltins.all
        let builtin = builtins[generator.pick(builtins.count)]
        let operands = (0..<builtin.arity).map { _ in generator.json() }
        guard let query = EngineBuiltins.query(of: builtin) else { return nil }
        do {
            let answer = try query.evaluate(.json(Array("[\(operands.joined(separator: ","))]".utf8)), limits: limits)
            guard let value = answer.value else { return nil }
            let text = value.json()
            guard let again = try? RegoValue(json: text) else {
                return "\(builtin.name)(\(operands)) wrote what cannot be read: \(text.prefix(200))"
            }
            return again.json() == text ? nil : "\(builtin.name)(\(operands)) writes another text than \(text.prefix(200))"
        } catch {
            return error.message.isEmpty ? "an error without text" : nil
        }
    }
}
