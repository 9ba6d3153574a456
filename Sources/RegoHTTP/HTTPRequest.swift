/// What is sent, and how.
struct HTTPRequest {
    var method = "GET"
    var url: TargetURL
    /// One value a canonical name.
    var headers: [String: String] = [:]
    /// What `Host` says instead of the URL's host.
    var host: String?
    var body: [UInt8] = []
    /// The Unix domain socket to connect to instead of the URL's host.
    var socket: String?
    var security = TransportSecurity()
    /// For one attempt with its redirects, in nanoseconds; 0 or less for no limit.
    var timeout: Int64
    var followsRedirects = false
    /// Attempts after the first one.
    var retries = 0

    /// The method as Go's errors show it, `Get`.
    var operation: String { method.prefix(1) + method.dropFirst().lowercased() }

    func fault(_ problem: String, isTimeout: Bool = false) -> HTTPFault {
        .network(NetworkFault(operation: operation, url: url.shown, problem: problem, isTimeout: isTimeout))
    }
}

/// How the other side is recognised, and this one is.
struct TransportSecurity: Sendable {
    /// Takes any certificate.
    var skipsVerification = false
    /// The name that the certificate must have; `nil` for the URL's host.
    var serverName: String?
    /// Certificate and key, as PEM.
    var identity: (certificate: [UInt8], key: [UInt8])?
    /// The certificates of the authorities that are trusted, as PEM; `nil` for the system's.
    var authorities: [UInt8]?
    /// Whether the request says anything about TLS; its connections are not kept then.
    var isCustom = false
}

/// What came back.
struct HTTPAnswer: Sendable {
    /// Code and reason, `200 OK`.
    var status: String
    var code: Int
    var headers = HTTPHeaders()
    var body: [UInt8] = []
}
