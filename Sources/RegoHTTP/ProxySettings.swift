internal import Glibc
internal import RegoBuiltins
@_spi(Engine) internal import RegoRuntime

/// The proxy that the environment names for a URL, as Go's `ProxyFromEnvironment` finds it.
enum ProxySettings {
    /// The proxy's URL; `nil` for a direct connection.
    ///
    /// - Parameter environment: reads a variable.
    static func proxy(for url: TargetURL, environment: (String) -> String? = { ProcessEnvironment[$0] }) throws(HTTPFault) -> String? {
        let isSecure = url.scheme == "https"
        let names = isSecure ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"]
        guard let proxy = names.compactMap({ environment($0) }).first(where: { !$0.isEmpty }) else { return nil }
        // In a CGI program the variable may come from a request's header `Proxy`.
        if !isSecure, let method = environment("REQUEST_METHOD"), !method.isEmpty {
            throw .request("refusing to use HTTP_PROXY value in CGI environment; see golang.org/s/cgihttpproxy")
        }
        let exceptions = ["NO_PROXY", "no_proxy"].compactMap { environment($0) }.first { !$0.isEmpty } ?? ""
        guard !isExempt(host: url.host, port: url.effectivePort, exceptions) else { return nil }
        return proxy.utf8.contains(UInt8(ascii: ":")) && proxy.contains("://") ? proxy : "http://" + proxy
    }

    /// Whether a host is reached without the proxy: this machine, and what the exceptions name.
    static func isExempt(host: String, port: String, _ exceptions: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" { return true }
        let address = Address(name)
        if address?.isLoopback == true { return true }
        for entry in exceptions.split(whereSeparator: { $0 == "," }) {
            let text = entry.lowercased().trimmingSpaces
            if text.isEmpty { continue }
            if text == "*" { return true }
            if matches(text, name: name, port: port, address: address) { return true }
        }
        return false
    }

    private static func matches(_ entry: String, name: String, port: String, address: Address?) -> Bool {
        if let slash = entry.utf8.firstIndex(of: UInt8(ascii: "/")), let network = Address(String(entry[..<slash])),
            let bits = Int(entry[entry.utf8.index(after: slash)...])
        {
            return address.map { network.contains($0, bits: bits) } ?? false
        }
        var pattern = entry
        if let whole = Address(pattern) { return whole == address }
        if let colon = pattern.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let wanted = pattern[pattern.utf8.index(after: colon)...]
            if !wanted.isEmpty, wanted.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
                guard wanted == port else { return false }
                pattern = String(pattern[..<colon])
                if pattern.utf8.first == UInt8(ascii: "["), pattern.utf8.last == UInt8(ascii: "]") {
                    pattern = String(pattern.dropFirst().dropLast())
                }
                if let whole = Address(pattern) { return whole == address }
            }
        }
        if address != nil { return false }
        if pattern.utf8.starts(with: "*.".utf8) { pattern = String(pattern.dropFirst()) }
        // `.example.com` means what is below it, `example.com` also itself.
        if pattern.utf8.first == UInt8(ascii: ".") { return name.hasSuffix(pattern) }
        return name == pattern || name.hasSuffix("." + pattern)
    }

    /// An address of IPv4 or IPv6.
    struct Address: Equatable {
        let bytes: [UInt8]

        init?(_ text: String) {
            var v4 = in_addr()
            var v6 = in6_addr()
            if inet_pton(AF_INET, text, &v4) == 1 {
                bytes = withUnsafeBytes(of: &v4) { Array($0) }
            } else if inet_pton(AF_INET6, text, &v6) == 1 {
                bytes = withUnsafeBytes(of: &v6) { Array($0) }
            } else {
                return nil
            }
        }

        var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1] }

        func contains(_ other: Address, bits: Int) -> Bool {
            guard other.bytes.count == bytes.count, bits >= 0, bits <= bytes.count * 8 else { return false }
            for index in bytes.indices {
                let kept = min(max(bits - index * 8, 0), 8)
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> kept)
                guard bytes[index] & mask == other.bytes[index] & mask else { return false }
            }
            return true
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
