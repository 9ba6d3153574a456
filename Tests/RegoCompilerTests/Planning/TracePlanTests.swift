import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// Only a program that is planned with a trace contains anything of one.
@Suite("Trace instructions") struct TracePlanTests {
    private func opcodes(_ program: Program) -> [Opcode] { (0..<program.codeCount).map { unsafe program.code[$0].opcode } }

    private func plan(trace: TracePlan?) throws -> Program {
        let source = """
            package t
            import rego.v1
            p contains x if { some x in [1, 2]; not q(x); every y in [x] { y > 0 } }
            q(x) := true if x > 1 else := false
            default r := 1
            r := n if n := count([z | some z in data.t.p]) with input.a as 2
            """
        let resolved = try #require(ResolutionFixture([source]).program)
        let registry = BuiltinRegistry([[BuiltinDefinition("count", arity: 1) { _ in }]])
        let path = [Term(.string("t"))]
        return try ProgramPlanner.plan(path: path, in: resolved, builtins: registry, trace: trace)
    }

    @Test func areInInstrumentedProgramsAlone() throws {
        let plain = try plan(trace: nil)
        #expect(plain.trace == nil)
        #expect(!opcodes(plain).contains(.trace))
        let observed = try plan(trace: TracePlan())
        #expect(observed.trace?.nodes.isEmpty == false)
        #expect(opcodes(observed).contains(.trace))
    }
}
