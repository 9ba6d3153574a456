extension ConfigurationReader {
    /// One entry of `listeners`: `http`, `unix` or `https` and what goes with it.
    func listener(_ section: ConfigurationSection) -> ListenerConfiguration? {
        let kinds = ["http", "unix", "https"].filter { section.contains($0) }
        let http = section.string("http")
        let unix = section.string("unix")
        let https = section.string("https")
        defer { section.finish() }
        let services = services(section)
        guard kinds.count == 1 else {
            section.report("\(section.path) must have exactly one of http, unix and https", at: kinds.first ?? "")
            return nil
        }
        var transport: ListenerConfiguration.Transport?
        if let http {
            transport = plain(http, section)
        } else if let unix {
            transport = socket(unix, section)
        } else if let https {
            transport = encrypted(https, section)
        }
        return transport.map { ListenerConfiguration(transport: $0, services: services) }
    }

    private func services(_ section: ConfigurationSection) -> Set<ListenerConfiguration.Service> {
        guard let names = section.strings("services") else { return Set(ListenerConfiguration.Service.allCases) }
        let all = ListenerConfiguration.Service.allCases.map(\.rawValue)
        return Set(
            names.compactMap { name in
                if let service = ListenerConfiguration.Service(rawValue: name) { return service }
                let hint = nearest(to: name, among: all).map { "did you mean '\($0)'?" } ?? "valid are \(all.joined(separator: ", "))"
                section.report("\(section.dotted("services")): unknown service '\(name)'; \(hint)", at: "services")
                return nil
            })
    }

    private func plain(_ address: String, _ section: ConfigurationSection) -> ListenerConfiguration.Transport? {
        let allowInsecure = section.bool("allow_insecure") ?? false
        guard let (host, port) = hostAndPort(address, section, "http") else { return nil }
        if !allowInsecure, !isLoopback(host) {
            section.report(
                "\(section.dotted("http")): plain HTTP on \(host) would send tokens and image facts in the clear; "
                    + "use https, a loopback address, or set allow_insecure: true", at: "http")
        }
        return .http(host: host, port: port)
    }

    private func socket(_ path: String, _ section: ConfigurationSection) -> ListenerConfiguration.Transport? {
        let mode = section.parsed("mode", "permission bits in octal such as \"0660\"", parseMode) ?? 0o600
        let resolvedPath = resolved(path, section, "unix")
        // sockaddr_un has room for 108 bytes with the terminator.
        guard !path.isEmpty, resolvedPath.utf8.count < 108 else {
            section.report("\(section.dotted("unix")): the path of a Unix socket has 1 to 107 bytes", at: "unix")
            return nil
        }
        return .unix(path: resolvedPath, mode: mode)
    }

    private func encrypted(_ address: String, _ section: ConfigurationSection) -> ListenerConfiguration.Transport? {
        let certificate = existing(section, "certificate")
        let key = existing(section, "key")
        let authorities = existing(section, "client_authorities")
        let requiresClient = section.parsed("client_certificates", "required or optional") { text -> Bool? in
            text == "required" ? true : text == "optional" ? false : nil
        }
        let requires13 = section.parsed("minimum_tls", "\"1.2\" or \"1.3\"") { $0 == "1.3" ? true : $0 == "1.2" ? false : nil } ?? false
        if requiresClient != nil, authorities == nil {
            section.report("\(section.dotted("client_certificates")) needs client_authorities", at: "client_certificates")
        }
        for (name, value) in [("certificate", certificate), ("key", key)] where value == nil && !section.contains(name) {
            section.report("\(section.path) needs \(name): a PEM file", at: "https")
        }
        guard let (host, port) = hostAndPort(address, section, "https"), let certificate, let key else { return nil }
        return .https(
            host: host, port: port,
            ListenerConfiguration.TLS(
                certificate: certificate, key: key, clientAuthorities: authorities,
                requiresClientCertificate: authorities != nil && requiresClient ?? true, requiresTLS13: requires13))
    }

    /// `127.0.0.1:8181`, `[::1]:8181`, `localhost:0`, `:8181` (all addresses).
    private func hostAndPort(_ text: String, _ section: ConfigurationSection, _ key: String) -> (String, Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = parseWhole(text[text.index(after: colon)...]), port <= 65_535 else {
            section.report("\(section.dotted(key)): '\(text)' is not an address such as 127.0.0.1:8181 or [::1]:8181", at: key)
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            section.report("\(section.dotted(key)): write the IPv6 address in brackets: [\(host)]:\(port)", at: key)
            return nil
        }
        return (host.isEmpty ? "0.0.0.0" : host, port)
    }
}

/// Whether an address can be reached from this machine alone.
///
/// Only literal addresses and the name `localhost` count: what another name resolves to is not known here.
func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { parseWhole($0).map { $0 <= 255 } ?? false }
}
