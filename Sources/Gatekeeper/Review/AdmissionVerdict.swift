/// What is answered to an admission review.
package struct AdmissionVerdict: Sendable, Equatable {
    /// Where a verdict comes from.
    package enum Outcome: String, Sendable {
        case allowed, denied
        /// The policy has no `deny`: refused.
        case undefined
        /// The policy could not be evaluated, or gave something that is not a set of messages: refused.
        case error
    }

    package let outcome: Outcome
    /// The messages that deny, sorted; for an error, what went wrong.
    package let messages: [String]
    /// What `kubectl` shows as warnings, sorted.
    package let warnings: [String]

    package var isAllowed: Bool { outcome == .allowed }

    /// HTTP's code for `status.code`.
    package var code: Int {
        switch outcome {
        case .allowed: 200
        case .denied, .undefined: 403
        case .error: 500
        }
    }

    /// Kubernetes' `metav1.StatusReason` for `status.reason`.
    package var reason: String { outcome == .error ? "InternalError" : "Forbidden" }

    /// The messages as one text for `status.message`.
    package var message: String { messages.joined(separator: ", ") }

    package init(outcome: Outcome, messages: [String] = [], warnings: [String] = []) {
        self.outcome = outcome
        self.messages = messages
        self.warnings = warnings
    }

    /// Kubernetes drops warnings beyond 4096 bytes in all and cuts single ones at 256 code points or so; Ward keeps them in that size.
    static func trimmed(_ warnings: [String]) -> [String] {
        var left = 4096
        var result: [String] = []
        for warning in warnings {
            let short = String(String.UnicodeScalarView(warning.unicodeScalars.prefix(256)))
            left -= short.utf8.count
            if left < 0 { break }
            result.append(short)
        }
        return result
    }
}
