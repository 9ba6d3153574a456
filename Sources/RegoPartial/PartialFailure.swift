package import RegoSyntax

/// Why partial evaluation ended without an answer.
package struct PartialFailure: Error, Sendable {
    package enum Code: Sendable {
        case conflict, builtin, type, cancelled, instructionLimit, memoryLimit, depthLimit, deadline, `internal`, unsupported
    }

    package var code: Code
    package var message: String
    /// Where in the policy; `Span.none` where no place is to blame.
    package var span: Span

    init(_ code: Code, _ message: String, at span: Span = .none) {
        self.code = code
        self.message = message
        self.span = span
    }
}
