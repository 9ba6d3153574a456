package import Rego

/// Asks a policy's `deny` and `warn` sets about admission reviews.
///
/// Refuses whenever the answer is not a plain "nothing denies": an undefined `deny`, an evaluation error, a limit, a value that is not a
/// set or array.
package struct AdmissionEvaluator: Sendable {
    private let deny: PreparedQuery
    private let warn: PreparedQuery
    private let limits: EvaluationLimits

    /// - Parameters:
    ///   - deny: the set of messages that deny: strings, or objects with a string `msg`.
    ///   - warn: the set of messages that warn; may be undefined.
    package init(deny: PreparedQuery, warn: PreparedQuery, limits: EvaluationLimits) {
        self.deny = deny
        self.warn = warn
        self.limits = limits
    }

    package func evaluate(_ review: AdmissionReview) -> AdmissionVerdict {
        let input = Input.json(review.body)
        let warnings: [String]
        do {
            warnings = AdmissionVerdict.trimmed(try messages(warn, input) ?? [])
        } catch {
            // A broken warning denies nothing, but nobody should wait for it in vain either.
            warnings = ["the policy's warnings could not be evaluated"]
        }
        do {
            guard let denials = try messages(deny, input) else {
                return AdmissionVerdict(outcome: .undefined, messages: ["no policy decides about this review"], warnings: warnings)
            }
            return AdmissionVerdict(outcome: denials.isEmpty ? .allowed : .denied, messages: denials, warnings: warnings)
        } catch {
            return AdmissionVerdict(outcome: .error, messages: ["the policy could not be evaluated: \(error.message)"], warnings: warnings)
        }
    }

    private struct Failure: Error {
        let message: String
    }

    /// The messages of a set, sorted; `nil` when it is undefined.
    private func messages(_ query: PreparedQuery, _ input: Input) throws(Failure) -> [String]? {
        let result: [UInt8]?
        do {
            result = try query.evaluateJSON(input, limits: limits)
        } catch {
            throw Failure(message: "\(error.code.description): \(error.message)")
        }
        guard let bytes = result else { return nil }
        guard let list = try? JSONSlice(text: bytes), let elements = list.elements else {
            throw Failure(message: "expected a set of messages")
        }
        let texts = elements.map { element in
            element.string ?? element.members?.first { $0.name == "msg" }?.value.string ?? String(decoding: element.raw, as: UTF8.self)
        }
        return texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
