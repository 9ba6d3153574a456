/// Everything that `ward serve` is told: one YAML file, with flags laid over it.
///
/// Each property's initial value is the documented default.
package struct ServerConfiguration: Sendable, Equatable {
    /// Where Ward listens, and what it answers there.
    package var listeners: [ListenerConfiguration] = [ListenerConfiguration()]
    package var limits = Limits()
    package var timeouts = Timeouts()
    package var policy = PolicySources()
    package var evaluation = Evaluation()
    package var log = Log()
    /// Who bearer tokens are believed from; the gate needs it.
    package var identity: Identity?
    /// The gate before inference. Without it, `/v2` answers 404.
    package var gate: Gate?
    /// What answers `/v1/admit`. Without it, `/v1/admit` answers 404.
    package var admission: Admission?
    /// The decision that `POST /` asks for, below `data`.
    package var defaultDecision = ["system", "main"]

    package init() {}

    /// Bounds on what a client may send.
    package struct Limits: Sendable, Equatable {
        /// Bytes of a request's body.
        package var body = 8 << 20
        /// Bytes of all header fields of a request together, and of its target.
        package var header = 16 << 10
        /// Open connections of one listener; further ones wait in the kernel's backlog.
        package var connections = 1024
        /// Prepared queries kept for `/v1/data`, beside those that the configuration names.
        package var preparedQueries = 256
        /// Allowed images that may wait for the inference worker; further ones are answered 503.
        package var pendingInferences = 64
    }

    /// How long Ward waits for a client.
    package struct Timeouts: Sendable, Equatable {
        /// From the connection's start to the end of the first request's header, the TLS handshake included.
        package var header = Duration.seconds(10)
        /// From the end of the header to the end of the body.
        package var read = Duration.seconds(30)
        /// Until the client has taken the whole answer.
        package var write = Duration.seconds(30)
        /// Between two requests of a connection.
        package var idle = Duration.seconds(60)
        /// What requests under way have left to finish when Ward is told to stop.
        package var shutdown = Duration.seconds(10)
        /// How long one image's inference may take, its wait in the queue included.
        package var inference = Duration.seconds(5)
    }

    /// The policies and base data that decide.
    package struct PolicySources: Sendable, Equatable {
        /// Rego, JSON and YAML files, or folders of them.
        package var paths: [String] = []
        /// Modules without `import rego.v1` are read as Rego v0.
        package var isV0 = false
        /// OPA's strict mode.
        package var isStrict = false
    }

    /// Bounds on one evaluation; reaching one refuses the request.
    package struct Evaluation: Sendable, Equatable {
        package var time = Duration.seconds(1)
        /// Steps of the machine; `nil` for the engine's own default.
        package var instructions: UInt64?
        /// Bytes of working memory; `nil` for the engine's own default.
        package var memory: Int?
    }

    /// The decision log.
    package struct Log: Sendable, Equatable {
        /// The SQLite file.
        package var path = "decisions.sqlite"
        /// JSON pointers to values that are masked in addition to Ward's own list: `/input/user/name`; `*` stands for any member.
        package var mask: [String] = []
    }

    /// How callers are recognised.
    package struct Identity: Sendable, Equatable {
        /// The JWKS file with the keys that tokens may be signed by.
        package var keys = ""
        /// What `iss` must say; `nil` accepts any issuer whose key is in the file.
        package var issuer: String?
        /// What `aud` must contain.
        package var audience: String?
        /// How far the clocks may differ for `exp` and `nbf`.
        package var leeway = Duration.zero
        /// Where the verified token names the caller's roles: a string or an array of strings.
        package var roleClaim = ["roles"]
        /// Further claims that become `input.user.claims`.
        package var claims: [String] = []
    }

    /// The gate before inference: which policy opens it, to which stores and models.
    package struct Gate: Sendable, Equatable {
        /// The document that must be `true`.
        package var allow = ["medical", "allow"]
        /// The document whose strings tell a refused caller why.
        package var reasons = ["medical", "reasons"]
        /// The document that says whether a caller may learn what is wrong with an image. Without it, Ward asks `allow` about
        /// an image as the caller may see one: local, and of each of `disclosureModalities` in turn.
        package var disclose: [String]?
        package var disclosureModalities = ["CT", "MR"]
        /// What `input.action` says.
        package var action = "inference"
        /// Image stores: name and root folder.
        package var stores: [Store] = []
        /// The folder of models.
        package var models = "models"
        /// What runs the models.
        package var engine = Engine.automatic
        /// The folder of OpenVINO's libraries; `nil` looks in the usual places.
        package var openVINO: String?
        /// Threads of the inference worker.
        package var threads = 2

        package enum Engine: String, Sendable, CaseIterable {
            /// OpenVINO where it is installed, else the built-in kernel.
            case automatic = "auto"
            case openVINO = "openvino"
            case builtIn = "builtin"
        }

        package struct Store: Sendable, Equatable {
            package var name: String
            package var root: String
            /// Files on overlayfs count as local: for containers whose layers are known to lie on a local disk.
            package var trustsOverlay: Bool

            package init(name: String, root: String, trustsOverlay: Bool = false) {
                self.name = name
                self.root = root
                self.trustsOverlay = trustsOverlay
            }
        }
    }

    /// What answers admission reviews.
    package struct Admission: Sendable, Equatable {
        /// The set of messages that deny.
        package var deny = ["kubernetes", "admission", "deny"]
        /// The set of messages that warn.
        package var warn = ["kubernetes", "admission", "warn"]
    }
}

/// One address that Ward listens on.
package struct ListenerConfiguration: Sendable, Equatable {
    package enum Transport: Sendable, Equatable {
        /// Plain HTTP. Anything but a loopback address needs `allow_insecure: true`.
        case http(host: String, port: Int)
        case unix(path: String, mode: UInt32)
        case https(host: String, port: Int, TLS)
    }

    package struct TLS: Sendable, Equatable {
        /// PEM file: the server's certificate, then the intermediate ones.
        package var certificate: String
        /// PEM file.
        package var key: String
        /// PEM file of the authorities that client certificates are checked against; `nil` asks for none.
        package var clientAuthorities: String?
        /// A connection without a client certificate is refused.
        package var requiresClientCertificate: Bool
        /// 1.3 instead of 1.2 as the lowest version.
        package var requiresTLS13: Bool
    }

    /// Groups of routes, so that an address can be given to one kind of client.
    package enum Service: String, Sendable, CaseIterable {
        case data, inference, admission, health, metrics
    }

    package var transport: Transport
    package var services: Set<Service>

    package init(transport: Transport = .http(host: "127.0.0.1", port: 8181), services: Set<Service> = Set(Service.allCases)) {
        self.transport = transport
        self.services = services
    }
}
