/// What was decided about: the entry of Ward that a request came in by.
package enum DecisionKind: String, Sendable, CaseIterable {
    /// A policy query over HTTP (`/v1/data/…`).
    case data
    /// A Kubernetes AdmissionReview.
    case admission
    /// An inference request at the sidecar's gate.
    case infer
}

/// How a decision came out; all but `allowed` mean that the caller was refused.
package enum DecisionStatus: String, Sendable, CaseIterable {
    /// The policy said yes, or a data query produced a result.
    case allowed
    /// The policy said no.
    case denied
    /// The policy said nothing.
    case undefined
    /// No decision could be made: a policy error, a limit, a broken request, a failed inference.
    case error
}

/// Who asked, as far as Ward itself established it.
package struct DecisionCaller: Sendable, Equatable {
    /// The verified subject of the token or certificate.
    package var subject: String?
    /// The verified role.
    package var role: String?
    /// The peer's address, `host:port` or `unix:`.
    package var address: String?

    /// Creates a caller from its verified parts; `nil` for what is not known.
    package init(subject: String? = nil, role: String? = nil, address: String? = nil) {
        self.subject = subject
        self.role = role
        self.address = address
    }
}

/// The model that an inference decision was about.
package struct DecisionModel: Sendable, Equatable {
    /// The model's name.
    package var name: String
    /// The lower-case hexadecimal SHA-256 of the model's file.
    package var sha256: String?

    /// Creates a reference to a model.
    package init(name: String, sha256: String? = nil) {
        self.name = name
        self.sha256 = sha256
    }
}

/// One decision on its way into the log. Nothing in it needs to be masked: `DecisionStore.append` masks every part before it is queued.
package struct DecisionRecord: Sendable {
    /// A UUIDv4 in text form, unique in the log.
    package var id: String
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    package var timestamp: Int64
    package var kind: DecisionKind
    /// The decision's path without a leading `data`, for instance `medical/allow`.
    package var path: String
    /// An ad-hoc query's text.
    package var query: String?
    /// The input document as UTF-8 JSON.
    package var input: [UInt8]?
    /// The result document as UTF-8 JSON; `nil` when undefined.
    package var result: [UInt8]?
    package var status: DecisionStatus
    /// Why the caller was refused, in sentences.
    package var reasons: [String]
    /// The revision of the policies in force.
    package var revision: String?
    package var caller: DecisionCaller
    /// Nanoseconds from the request's arrival to its answer.
    package var latency: Int64?
    /// What went wrong, for people.
    package var error: String?
    /// The server's labels, as in OPA's event.
    package var labels: [String: String]
    package var model: DecisionModel?
    /// Values that must not reach the log wherever they turn up in this record, beyond those that its documents' masking finds: the bearer
    /// token, a patient's name from an image header. Never stored.
    package var secrets: [String]

    /// Creates a record; what is not given is absent from the log.
    package init(
        id: String = DecisionRecord.newID(), timestamp: Int64 = DecisionTime.now(), kind: DecisionKind, path: String, query: String? = nil,
        input: [UInt8]? = nil, result: [UInt8]? = nil, status: DecisionStatus, reasons: [String] = [], revision: String? = nil,
        caller: DecisionCaller = DecisionCaller(), latency: Int64? = nil, error: String? = nil, labels: [String: String] = [:],
        model: DecisionModel? = nil, secrets: [String] = []
    ) {
        self.id = id
        self.timestamp = timestamp
        self.kind = kind
        self.path = path
        self.query = query
        self.input = input
        self.result = result
        self.status = status
        self.reasons = reasons
        self.revision = revision
        self.caller = caller
        self.latency = latency
        self.error = error
        self.labels = labels
        self.model = model
        self.secrets = secrets
    }

    /// Makes a random decision id: a lower-case UUIDv4 (RFC 9562, section 5.4) from the system's generator.
    package static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = (generator.next() as UInt64) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = (generator.next() as UInt64) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Hexadecimal.digits
        return String(unsafeUninitializedCapacity: 36) { text in
            var at = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    text[at] = UInt8(ascii: "-")
                    at += 1
                }
                let word = nibble < 16 ? high : low
                text[at] = digits[Int(word >> UInt64((15 - nibble % 16) * 4) & 0xF)]
                at += 1
            }
            return at
        }
    }
}
