import DecisionLog
import Gatekeeper
import Rego
import RegoSyntax

/// What an admission request is answered with.
struct AdmissionAnswer: Sendable {
    var body: [UInt8]
    /// The body was a review; otherwise the answer is an error of HTTP too.
    var isReview: Bool
    /// The decision is in the log; otherwise the answer is an error of HTTP too.
    var isLogged: Bool
}

extension PolicyService {
    /// Answers an AdmissionReview and logs the decision. Never allows what it could not read, evaluate or log.
    func admit(_ body: [UInt8], _ admission: ServerConfiguration.Admission, peer: Peer, received: ContinuousClock.Instant) async
        -> AdmissionAnswer
    {
        let snapshot = snapshots.current
        let path = DocumentPath(admission.deny)
        var record = DecisionRecord(
            kind: .admission, path: path.description, status: .error, revision: snapshot.revision,
            caller: DecisionCaller(subject: peer.certificate?.subject, address: peer.address))
        let verdict: AdmissionVerdict
        var answer = AdmissionAnswer(body: [], isReview: true, isLogged: true)
        let uid: String
        var apiVersion = "admission.k8s.io/v1"
        do {
            let review = try AdmissionReview(body: body)
            (uid, apiVersion) = (review.uid, review.apiVersion)
            record.input = body
            verdict = await evaluate(review, admission, snapshot)
            record.status = verdict.outcome.status
        } catch {
            uid = error.uid ?? ""
            verdict = AdmissionVerdict(outcome: .error, messages: ["not an AdmissionReview that can be answered: \(error.description)"])
            record.error = verdict.message
            answer.isReview = false
        }
        record.result =
            JSON.members(
                ("allowed", .bool(verdict.isAllowed)), ("warnings", verdict.warnings.isEmpty ? nil : .strings(verdict.warnings))
            ).compact
        record.reasons = verdict.messages
        record.latency = (ContinuousClock.now - received).nanoseconds
        do {
            try await decisions.append(record)
            answer.body = AdmissionReview.response(verdict, uid: uid, apiVersion: apiVersion)
        } catch {
            let refusal = AdmissionVerdict(outcome: .error, messages: ["the decision could not be logged"])
            answer.isLogged = false
            answer.body = AdmissionReview.response(refusal, uid: uid, apiVersion: apiVersion)
        }
        return answer
    }

    private func evaluate(
        _ review: AdmissionReview, _ admission: ServerConfiguration.Admission, _ snapshot: Snapshot
    ) async -> AdmissionVerdict {
        let start = ContinuousClock.now
        defer { metrics.evaluation[DocumentPath(admission.deny).description].record(.now - start) }
        do {
            let deny = try snapshot.prepared(DocumentPath(admission.deny)).query
            let warn = try snapshot.prepared(DocumentPath(admission.warn)).query
            let evaluator = AdmissionEvaluator(deny: deny, warn: warn, limits: limits)
            return await BlockingEvaluations.run(mayBlock: deny.canBlock || warn.canBlock) { evaluator.evaluate(review) }
        } catch {
            return AdmissionVerdict(outcome: .error, messages: ["the policy could not be prepared"])
        }
    }
}

extension AdmissionVerdict.Outcome {
    fileprivate var status: DecisionStatus {
        switch self {
        case .allowed: .allowed
        case .denied: .denied
        case .undefined: .undefined
        case .error: .error
        }
    }
}
