internal import RegoBuiltins
@_spi(Engine) internal import RegoRuntime

extension SendParameters {
    private static let texts = [
        "method", "raw_body", "tls_ca_cert", "tls_ca_cert_env_variable", "tls_ca_cert_file", "tls_client_cert",
        "tls_client_cert_env_variable", "tls_client_cert_file", "tls_client_key", "tls_client_key_env_variable", "tls_client_key_file",
        "tls_server_name", "url",
    ]

    /// A text without quotes at its ends; `nil` without one.
    func text(_ name: String) -> String? { self[name]?.string.map(HTTPText.trimmingQuotes) }

    /// A flag as Go's `ParseBool` reads it from a term: `true`, `false`, `1` or `0`.
    private func flag(_ name: String) throws(HTTPFault) -> Bool? {
        guard let value = self[name] else { return nil }
        if let boolean = value.boolean { return boolean }
        if value.integer == 0 || value.integer == 1 { return value.integer == 1 }
        throw .request("strconv.ParseBool: parsing \(HTTPText.quoted(value.description)): invalid syntax")
    }

    /// The request that the parameters describe.
    ///
    /// - Parameter context: knows the hosts that may be reached.
    func request(for context: BuiltinContext) throws(HTTPFault) -> HTTPRequest {
        // In the order of the names, as OPA finds what is wrong.
        let body = self["body"].map(Self.json)
        let isRedirecting = try flag("enable_redirect") ?? false
        let fields = try headers()
        for name in Self.texts where self[name] != nil && text(name) == nil {
            throw .request("\"\(name)\" must be a string")
        }
        let limit = try timeout()
        let isInsecure = try flag("tls_insecure_skip_verify") ?? false
        let usesSystemAuthorities = try flag("tls_use_system_certs") ?? false
        var written = text("url") ?? ""
        try AllowedHosts.check(written, context)
        let socket = try Self.takeSocket(&written)
        let method = (text("method") ?? "").uppercased()
        let security = try security(
            isInsecure: isInsecure, usesSystemAuthorities: usesSystemAuthorities, host: fields["Host"]?.string)
        let url: TargetURL
        do throws(TargetURL.Fault) {
            url = try TargetURL(written)
        } catch {
            throw .request(error.message)
        }
        guard method.isEmpty || HTTPHeaders.isToken(method) else {
            throw .request("net/http: invalid method \(HTTPText.quoted(method))")
        }
        var request = HTTPRequest(method: method.isEmpty ? "GET" : method, url: url, timeout: limit)
        request.body = text("raw_body").map { Array($0.utf8) } ?? body ?? []
        request.followsRedirects = isRedirecting
        request.socket = socket
        request.security = security
        for (name, value) in fields {
            guard let text = value.string else { throw .request("invalid type for headers value \(value)") }
            if name == "Host" { request.host = text } else { request.headers[name] = text }
        }
        return request
    }

    /// The given fields by canonical name.
    private func headers() throws(HTTPFault) -> [String: RegoValue] {
        guard let value = self["headers"] else { return [:] }
        guard let members = value.object else { throw .request("invalid type for headers key") }
        var fields: [String: RegoValue] = [:]
        let arena = Arena()
        defer { arena.destroy() }
        for (name, value) in members {
            let text = name.string ?? name.makeValue(in: arena).jsonText()
            fields[HTTPHeaders.canonical(text)] = value
        }
        return fields
    }

    /// A body as Go's encoder writes it.
    private static func json(_ value: RegoValue) -> [UInt8] {
        let arena = Arena()
        defer { arena.destroy() }
        var buffer = OutputBuffer()
        value.makeValue(in: arena).writeJSON(into: &buffer, style: JSONStyle(escapesHTML: true))
        return buffer.array
    }

    /// Takes the socket out of `unix://localhost/path?socket=%2Frun%2Fx.sock`, which becomes a URL of HTTP.
    private static func takeSocket(_ text: inout String) throws(HTTPFault) -> String? {
        guard let parts = try? URIParts(Array(text.utf8)), parts.scheme.elementsEqual("unix".utf8), !parts.query.isEmpty else { return nil }
        var socket: String?
        var others: [Substring.UTF8View] = []
        let query = String(decoding: parts.query, as: UTF8.self)
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            if pair.starts(with: "socket=".utf8) {
                let escaped = pair.dropFirst(7).map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
                if socket == nil { socket = URIParts.unescape(escaped).map { String(decoding: $0, as: UTF8.self) } }
            } else {
                others.append(pair)
            }
        }
        let path = socket ?? ""
        guard !path.utf8.contains(0) else { throw .request("the socket's path has a NUL byte") }
        let rest = others.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "&")
        let host = String(decoding: parts.host, as: UTF8.self)
        text = "http://\(host)\(String(decoding: parts.escapedPath, as: UTF8.self))" + (rest.isEmpty ? "" : "?" + rest)
        return path
    }
}

/// The hosts that a capabilities file lets builtins reach.
enum AllowedHosts {
    /// Whether a URL's host may be reached.
    static func check(_ url: String, _ context: BuiltinContext) throws(HTTPFault) {
        guard context.allowedHosts != nil else { return }
        let host: String
        do throws(TargetURL.Fault) {
            host = try TargetURL(url).host
        } catch {
            throw .request(error.message)
        }
        guard context.mayReach(host: host) else { throw .request("unallowed host: \(host)") }
    }
}
