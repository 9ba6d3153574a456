internal import CCurl
@_spi(Engine) internal import RegoRuntime

/// Tells libcurl what a request is.
struct TransferOptions {
    private let transfer: OpaquePointer
    /// Whether compressed answers were asked for and are decoded on the way.
    private(set) var decodes = false

    init(_ transfer: OpaquePointer) { self.transfer = transfer }

    private func set(_ option: ward_curl_option, _ text: String?) throws(HTTPFault) {
        guard ward_curl_set_text(transfer, option, text) else { throw .request("libcurl refuses option \(option.rawValue)") }
    }

    private func set(_ option: ward_curl_option, _ value: Int) throws(HTTPFault) {
        guard ward_curl_set_number(transfer, option, value) else { throw .request("libcurl refuses option \(option.rawValue)") }
    }

    private func set(_ option: ward_curl_option, pem bytes: [UInt8]) throws(HTTPFault) {
        guard ward_curl_set_blob(transfer, option, bytes, bytes.count) else {
            throw .request("libcurl refuses option \(option.rawValue): version 7.77 or later with OpenSSL is needed")
        }
    }

    private func add(header line: String) throws(HTTPFault) {
        guard ward_curl_add_header(transfer, line) else { throw .request("out of memory") }
    }

    mutating func apply(_ request: HTTPRequest) throws(HTTPFault) {
        try set(WARD_CURL_NOSIGNAL, 1)
        // A look-up under way is left to its end when the transfer is given up; older versions wait for it.
        _ = ward_curl_set_number(transfer, WARD_CURL_QUICK_EXIT, 1)
        try set(WARD_CURL_PROTOCOLS, Int(WARD_CURL_PROTOCOLS_HTTP_AND_HTTPS.rawValue))
        try set(WARD_CURL_FOLLOWLOCATION, 0)
        try set(WARD_CURL_NETRC, 0)
        try set(WARD_CURL_PATH_AS_IS, 1)
        try set(WARD_CURL_SUPPRESS_CONNECT_HEADERS, 1)
        try set(WARD_CURL_HTTP_VERSION, Int(WARD_CURL_HTTP_2_OVER_TLS.rawValue))
        if let socket = request.socket { try set(WARD_CURL_UNIX_SOCKET_PATH, socket) }
        // An empty text keeps libcurl from looking into the environment itself.
        try set(WARD_CURL_PROXY, request.socket == nil ? try ProxySettings.proxy(for: request.url) ?? "" : "")
        try set(WARD_CURL_NOPROXY, "")
        try applyMethod(request)
        try applyHeaders(request)
        try applySecurity(request)
    }

    private func applyMethod(_ request: HTTPRequest) throws(HTTPFault) {
        switch request.method {
        case "HEAD": try set(WARD_CURL_NOBODY, 1)
        case "GET" where request.body.isEmpty: try set(WARD_CURL_HTTPGET, 1)
        case "POST", "PUT", "PATCH":
            // Without a body these have `Content-Length: 0`.
            try set(WARD_CURL_POST, 1)
            if request.body.isEmpty, !ward_curl_set_body(transfer, "", 0) { throw .request("libcurl refuses an empty body") }
        default:
            if request.body.isEmpty { try set(WARD_CURL_HTTPGET, 1) } else { try set(WARD_CURL_POST, 1) }
        }
        if request.method != "HEAD" { try set(WARD_CURL_CUSTOMREQUEST, request.method) }
    }

    private mutating func applyHeaders(_ request: HTTPRequest) throws(HTTPFault) {
        var headers = request.headers
        if headers["Authorization"] == nil, let authorization = request.url.authorization { headers["Authorization"] = authorization }
        if headers["User-Agent"] == nil { headers["User-Agent"] = "Ward" }
        // The transport asks for compression where the policy says nothing about encodings or ranges.
        if headers["Accept-Encoding"] == nil, headers["Range"] == nil, request.method != "HEAD" {
            decodes = true
            try set(WARD_CURL_ACCEPT_ENCODING, "gzip")
        }
        // Set by the transport from the body.
        headers["Content-Length"] = nil
        headers["Transfer-Encoding"] = nil
        for (name, value) in headers { try add(header: value.isEmpty ? "\(name);" : "\(name): \(value)") }
        // What libcurl would add of its own.
        for name in ["Accept", "Content-Type", "Expect"] where headers[name] == nil { try add(header: "\(name):") }
    }

    private func applySecurity(_ request: HTTPRequest) throws(HTTPFault) {
        let security = request.security
        var url = request.url
        var host = request.host
        if url.scheme == "https", let name = security.serverName, name != url.host {
            // The URL's host is what libcurl names and verifies; the connection goes to the real one.
            let port = url.effectivePort
            guard !name.utf8.contains(UInt8(ascii: ":")), !name.utf8.contains(UInt8(ascii: "/")) else {
                throw request.fault("tls: failed to verify certificate: x509: certificate is not valid for \(name)")
            }
            guard ward_curl_connect_to(transfer, "\(name):\(port):\(url.writtenHost):\(port)") else { throw .request("out of memory") }
            host = host ?? url.authority
            url.host = name
        }
        try set(WARD_CURL_URL, url.text)
        if let host { try add(header: "Host: \(host)") }
        try set(WARD_CURL_SSLVERSION, Int(WARD_CURL_TLS_1_2.rawValue))
        guard url.scheme == "https" else { return }
        try set(WARD_CURL_SSL_VERIFYPEER, security.skipsVerification ? 0 : 1)
        try set(WARD_CURL_SSL_VERIFYHOST, security.skipsVerification ? 0 : 2)
        // Nothing but what is named here is trusted.
        try set(WARD_CURL_CAPATH, nil)
        if let authorities = security.authorities {
            try set(WARD_CURL_CAINFO, nil)
            try set(WARD_CURL_CAINFO_BLOB, pem: authorities)
        } else if let path = SystemAuthorities.path {
            try set(WARD_CURL_CAINFO, path)
        } else {
            try set(WARD_CURL_CAPATH, ProcessEnvironment["SSL_CERT_DIR"] ?? "/etc/ssl/certs")
        }
        if let (certificate, key) = security.identity {
            try set(WARD_CURL_SSLCERT_BLOB, pem: certificate)
            try set(WARD_CURL_SSLKEY_BLOB, pem: key)
            // A key with a passphrase must fail, not ask for it on the terminal.
            try set(WARD_CURL_KEYPASSWD, "")
        }
    }
}
