/// A Kubernetes AdmissionReview as it came in (`admission.k8s.io/v1`, KEP-2896's schema): what Ward itself reads of it.
///
/// Policies see the whole review as `input`.
package struct AdmissionReview: Sendable {
    /// The review's text; what `input` is made of.
    package let body: [UInt8]
    /// What the answer must repeat.
    package let apiVersion: String
    package let uid: String
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    package let operation: String
    /// The object's kind, with its group and version where there is a group: `v1/Pod`, `apps/v1/Deployment`.
    package let kind: String
    package let namespace: String?
    package let name: String?
    /// The user whose request the API server asks about.
    package let username: String?

    /// Why a body is not a review that can be answered.
    package struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
        /// The review's uid, as far as it could be read.
        package let uid: String?
    }

    /// API versions that the API server may ask in; both have one form.
    package static let apiVersions = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]

    /// Reads a review.
    package init(body: [UInt8]) throws(Malformed) {
        var uid: String?
        do throws(MalformedJSON) {
            let review = try JSONSlice(text: body).object("the body")
            let request = try Self.required("request", in: review).object("request")
            uid = request["uid"]?.string
            guard let known = uid, !known.isEmpty, known.utf8.count <= 256 else {
                throw MalformedJSON(message: "request.uid must be a string of 1 to 256 bytes", offset: 0)
            }
            let version = try Self.required("apiVersion", in: review).string ?? ""
            guard Self.apiVersions.contains(version) else {
                throw MalformedJSON(message: "apiVersion must be \(Self.apiVersions.joined(separator: " or "))", offset: 0)
            }
            guard try Self.required("kind", in: review).string == "AdmissionReview" else {
                throw MalformedJSON(message: "kind must be AdmissionReview", offset: 0)
            }
            let kind = try Self.required("kind", in: request, of: "request.").object("request.kind")
            let group = kind["group"]?.string ?? ""
            let parts = [group, kind["version"]?.string ?? "", try Self.required("kind", in: kind, of: "request.kind.").string ?? ""]
            self.kind = parts.filter { !$0.isEmpty }.joined(separator: "/")
            guard let operation = try Self.required("operation", in: request, of: "request.").string else {
                throw MalformedJSON(message: "request.operation must be a string", offset: 0)
            }
            self.operation = operation
            self.body = body
            apiVersion = version
            self.uid = known
            namespace = request["namespace"]?.string
            name = request["name"]?.string
            username = try request["userInfo"]?.object("request.userInfo")["username"]?.string
        } catch {
            throw Malformed(description: error.offset > 0 ? error.description : error.message, uid: uid)
        }
    }

    private static func required(_ name: String, in object: [String: JSONSlice], of parent: String = "") throws(MalformedJSON) -> JSONSlice
    {
        guard let value = object[name] else { throw MalformedJSON(message: "\(parent)\(name) is missing", offset: 0) }
        return value
    }
}

extension AdmissionReview {
    /// The AdmissionReview that answers this one, as JSON with a final line break.
    package func response(_ verdict: AdmissionVerdict) -> [UInt8] {
        Self.response(verdict, uid: uid, apiVersion: apiVersion)
    }

    /// An answer to a review that could not be read: never an allowance.
    package static func response(_ verdict: AdmissionVerdict, uid: String, apiVersion: String) -> [UInt8] {
        let status = JSON.members(
            ("metadata", .object([])), ("status", verdict.isAllowed ? nil : .string("Failure")),
            ("message", verdict.message.isEmpty ? nil : .string(verdict.message)),
            ("reason", verdict.isAllowed ? nil : .string(verdict.reason)), ("code", .integer(Int64(verdict.code))))
        let response = JSON.members(
            ("uid", .string(uid)), ("allowed", .bool(verdict.isAllowed)), ("status", status),
            ("warnings", verdict.warnings.isEmpty ? nil : .strings(verdict.warnings)))
        let review = JSON.members(("kind", .string("AdmissionReview")), ("apiVersion", .string(apiVersion)), ("response", response))
        return review.compact + [UInt8(ascii: "\n")]
    }
}
