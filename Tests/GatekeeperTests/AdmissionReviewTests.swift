import Gatekeeper
import Rego
import Testing

@Suite struct AdmissionReviewTests {
    static let pod = #"""
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"705ab4f5","kind":{"group":"","version":"v1","kind":"Pod"},
        "resource":{"group":"","version":"v1","resource":"pods"},"name":"p","namespace":"imaging","operation":"CREATE",
        "userInfo":{"username":"alice","groups":["system:authenticated"]},"object":{"kind":"Pod","spec":{"hostNetwork":true}},"oldObject":null}}
        """#

    @Test func readsAReview() throws {
        let review = try AdmissionReview(body: Array(Self.pod.utf8))
        #expect(review.uid == "705ab4f5")
        #expect(review.kind == "v1/Pod")
        #expect(review.operation == "CREATE")
        #expect(review.namespace == "imaging")
        #expect(review.username == "alice")
    }

    @Test(arguments: [
        ("", "request", "not JSON"), ("[]", "", "an array"), ("{}", "", "empty"), (#"{"request":{}}"#, "", "no uid"),
        (pod.replacing("705ab4f5", with: ""), "", "empty uid"), (pod.replacing("\"uid\":", with: "\"uid\":1,\"u\":"), "", "uid no string"),
        (pod.replacing("\"uid\":", with: "\"uid\":\"other\",\"uid\":"), "", "two uids"),
        (pod.replacing("admission.k8s.io/v1", with: "admission.k8s.io/v2"), "", "unknown version"),
        (pod.replacing("\"AdmissionReview\"", with: "\"Pod\""), "", "another kind"),
        (pod.replacing("\"operation\":\"CREATE\"", with: "\"operation\":1"), "", "operation no string"),
        (pod.replacing("\"userInfo\":{", with: "\"userInfo\":[{"), "", "broken"), (String(pod.dropLast(3)), "", "truncated"),
    ])
    func refuses(_ body: String, _: String, _ what: String) {
        #expect(throws: AdmissionReview.Malformed.self, "\(what)") { try AdmissionReview(body: Array(body.utf8)) }
    }

    @Test func answersWithItsUID() throws {
        let review = try AdmissionReview(body: Array(Self.pod.utf8))
        let allowed = review.response(AdmissionVerdict(outcome: .allowed))
        #expect(
            String(decoding: allowed, as: UTF8.self)
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"705ab4f5","allowed":true,"#
                + "\"status\":{\"metadata\":{},\"code\":200}}}\n")
        let denied = review.response(AdmissionVerdict(outcome: .denied, messages: ["a", "b"], warnings: ["w"]))
        #expect(
            String(decoding: denied, as: UTF8.self)
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"705ab4f5","allowed":false,"#
                + #""status":{"metadata":{},"status":"Failure","message":"a, b","reason":"Forbidden","code":403},"warnings":["w"]}}"# + "\n"
        )
    }

    struct PolicyCase: CustomTestStringConvertible, Sendable {
        var name: String
        var rules: String
        var outcome: AdmissionVerdict.Outcome
        var messages: [String] = []
        var warnings: [String] = []
        var testDescription: String { name }
    }

    @Test(arguments: [
        PolicyCase(name: "nothing denies", rules: "deny contains \"x\" if input.request.operation == \"DELETE\"", outcome: .allowed),
        PolicyCase(
            name: "messages are sorted", rules: "deny contains \"b\"\ndeny contains \"a\" if input.request.object.spec.hostNetwork",
            outcome: .denied, messages: ["a", "b"]),
        PolicyCase(name: "objects with msg", rules: "deny contains {\"msg\": \"m\", \"details\": {}}", outcome: .denied, messages: ["m"]),
        PolicyCase(name: "other elements deny too", rules: "deny contains 7", outcome: .denied, messages: ["7"]),
        PolicyCase(
            name: "warnings allow", rules: "deny contains \"x\" if false\nwarn contains \"careful\"", outcome: .allowed,
            warnings: ["careful"]),
        PolicyCase(
            name: "undefined refuses", rules: "other := 1", outcome: .undefined, messages: ["no policy decides about this review"]),
        PolicyCase(
            name: "a boolean is no set", rules: "deny := false", outcome: .error,
            messages: ["the policy could not be evaluated: expected a set of messages"]),
        PolicyCase(
            name: "an object is no set", rules: "deny := {\"a\": 1}", outcome: .error,
            messages: ["the policy could not be evaluated: expected a set of messages"]),
    ])
    func evaluates(_ policyCase: PolicyCase) throws {
        let verdict = try Self.verdict(policyCase.rules)
        #expect(verdict.outcome == policyCase.outcome)
        #expect(verdict.messages == policyCase.messages)
        #expect(verdict.warnings == policyCase.warnings)
    }

    @Test func errorsRefuse() throws {
        let verdict = try Self.verdict("deny := {1} if true\ndeny := {2} if input.request.uid")
        #expect(verdict.outcome == .error)
        #expect(!verdict.isAllowed)
        #expect(verdict.code == 500)
    }

    @Test func limitsRefuse() throws {
        var limits = EvaluationLimits()
        limits.instructions = 1000
        let rules = "deny contains \"x\" if { some i in numbers.range(1, 1000); some j in numbers.range(1, 1000); i + j == 0 }"
        let verdict = try Self.verdict(rules, limits: limits)
        #expect(verdict.outcome == .error)
    }

    private static func verdict(_ rules: String, limits: EvaluationLimits = EvaluationLimits()) throws -> AdmissionVerdict {
        let policy = try Policy(modules: [.init(name: "p.rego", text: "package admission\n\n\(rules)\n")])
        let evaluator = AdmissionEvaluator(
            deny: try policy.prepare(path: ["admission", "deny"]), warn: try policy.prepare(path: ["admission", "warn"]), limits: limits)
        return evaluator.evaluate(try AdmissionReview(body: Array(pod.utf8)))
    }
}
