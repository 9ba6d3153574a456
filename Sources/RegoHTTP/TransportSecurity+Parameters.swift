internal import Glibc
internal import RegoCrypto
@_spi(Engine) internal import RegoRuntime

extension SendParameters {
    /// What the `tls_…` parameters and the header `Host` say about TLS.
    func security(isInsecure: Bool, usesSystemAuthorities: Bool, host: String?) throws(HTTPFault) -> TransportSecurity {
        var security = TransportSecurity()
        security.skipsVerification = isInsecure
        security.identity = try identity()
        security.authorities = try authorities(includingSystem: usesSystemAuthorities)
        security.serverName = [text("tls_server_name"), host].compactMap { $0 }.first { !$0.isEmpty }
        security.isCustom =
            isInsecure || usesSystemAuthorities || security.identity != nil || security.authorities != nil || security.serverName != nil
        return security
    }

    /// Certificate and key: given as text, by file, or by environment variable; the first of these is used, all are checked.
    private func identity() throws(HTTPFault) -> (certificate: [UInt8], key: [UInt8])? {
        var found: (certificate: [UInt8], key: [UInt8])?
        if let certificate = nonempty("tls_client_cert"), let key = nonempty("tls_client_key") {
            let pair = (certificate: Array(certificate.utf8), key: Array(key.utf8))
            try check(pair)
            found = pair
        }
        if let certificate = nonempty("tls_client_cert_file"), let key = nonempty("tls_client_key_file") {
            let pair = (certificate: try LocalFile.read(certificate), key: try LocalFile.read(key))
            try check(pair)
            found = found ?? pair
        }
        if let certificate = nonempty("tls_client_cert_env_variable"), let key = nonempty("tls_client_key_env_variable") {
            let pair = (certificate: Array((ProcessEnvironment[certificate] ?? "").utf8), key: Array((ProcessEnvironment[key] ?? "").utf8))
            do throws(HTTPFault) {
                try check(pair)
            } catch {
                guard case .request(let message) = error else { throw error }
                throw .request(
                    "cannot extract public/private key pair from envvars \(HTTPText.quoted(certificate)), \(HTTPText.quoted(key)): \(message)"
                )
            }
            found = found ?? pair
        }
        return found
    }

    private func nonempty(_ name: String) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }

    private func check(_ pair: (certificate: [UInt8], key: [UInt8])) throws(HTTPFault) {
        if let problem = KeyPair.problem(certificate: pair.certificate, key: pair.key) { throw .request(problem) }
    }

    /// The trusted certificates; `nil` for the system's alone.
    private func authorities(includingSystem: Bool) throws(HTTPFault) -> [UInt8]? {
        var given: [UInt8] = []
        if let text = nonempty("tls_ca_cert") {
            // Written with `\n` for line breaks where it came through a file of variables.
            let lines = Self.replacingEscapedLineBreaks(Array(text.utf8))
            guard KeyPair.hasCertificate(lines) else { throw .request("could not append certificates") }
            given += lines + [0x0A]
        }
        if let path = nonempty("tls_ca_cert_file") {
            let bytes = try LocalFile.read(path)
            guard KeyPair.hasCertificate(bytes) else {
                throw .request("could not append CA certificates from \(HTTPText.quoted(path))")
            }
            given += bytes + [0x0A]
        }
        if let name = nonempty("tls_ca_cert_env_variable") {
            let bytes = Array((ProcessEnvironment[name] ?? "").utf8)
            guard KeyPair.hasCertificate(bytes) else {
                throw .request("could not add CA certificates from envvar \(HTTPText.quoted(name)): could not append certificates")
            }
            given += bytes + [0x0A]
        }
        guard !given.isEmpty else { return nil }
        return includingSystem ? SystemAuthorities.bytes + given : given
    }

    private static func replacingEscapedLineBreaks(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\\"), index + 1 < text.count, text[index + 1] == UInt8(ascii: "n") {
                result.append(0x0A)
                index += 2
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}

/// Where the system keeps the certificates that it trusts.
enum SystemAuthorities {
    /// The file: what `SSL_CERT_FILE` names, or the place where distributions have it; `nil` without one.
    static var path: String? {
        if let path = ProcessEnvironment["SSL_CERT_FILE"], !path.isEmpty { return path }
        let places = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
        ]
        return places.first { access($0, R_OK) == 0 }
    }

    /// The certificates as PEM; empty without a file.
    static var bytes: [UInt8] { path.flatMap { try? LocalFile.read($0) } ?? [] }
}
