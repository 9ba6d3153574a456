internal import RegoBuiltins
@_spi(Engine) internal import RegoRuntime

/// Where a request goes.
struct TargetURL: Sendable {
    /// Why a text is no URL, in Go's words.
    struct Fault: Error {
        var message: String
    }

    var scheme: String
    /// As written, `name:password`; `nil` without one.
    var user: String?
    /// Without the brackets of IPv6.
    var host: String
    var port: String
    /// With the escapes that a request needs.
    var path: String
    /// As written, without the question mark; `nil` without one.
    var query: String?
    /// As errors show it: without the password.
    var shown: String

    init(_ text: String) throws(Fault) {
        let parts: URIParts
        do throws(URIParts.Fault) {
            parts = try URIParts(Array(text.utf8))
        } catch {
            throw Fault(message: "parse \(HTTPText.quoted(text)): \(error.message)")
        }
        scheme = String(decoding: parts.scheme, as: UTF8.self)
        user = parts.user.map { String(decoding: $0, as: UTF8.self) }
        host = String(decoding: parts.host, as: UTF8.self)
        port = String(decoding: parts.port, as: UTF8.self)
        path = String(decoding: parts.escapedPath, as: UTF8.self)
        let withoutFragment = text.utf8.prefix { $0 != UInt8(ascii: "#") }
        query = withoutFragment.contains(UInt8(ascii: "?")) ? String(decoding: parts.query, as: UTF8.self) : nil
        shown = text
        if let user, let mark = user.utf8.firstIndex(of: UInt8(ascii: ":")), let range = TargetURL.range(of: user, in: text) {
            shown.replaceSubrange(range, with: user[..<mark] + ":***")
        }
    }

    /// Where the user's name and password stand.
    private static func range(of user: String, in text: String) -> Range<String.Index>? {
        var start = text.utf8.startIndex
        while start < text.utf8.endIndex {
            if text.utf8[start...].starts(with: user.utf8) {
                let end = text.utf8.index(start, offsetBy: user.utf8.count)
                if end < text.utf8.endIndex, text.utf8[end] == UInt8(ascii: "@") { return start..<end }
            }
            start = text.utf8.index(after: start)
        }
        return nil
    }

    /// The host as it is written in a URL.
    var writtenHost: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }

    /// Host and, if it is given, port.
    var authority: String { port.isEmpty ? writtenHost : "\(writtenHost):\(port)" }

    /// The port that is connected to.
    var effectivePort: String { !port.isEmpty ? port : scheme == "https" ? "443" : "80" }

    /// What stands after the authority.
    var pathAndQuery: String {
        let query = query.map { "?" + TargetURL.escapingSpaces($0) } ?? ""
        return (path.isEmpty ? "/" : path) + query
    }

    /// The URL without user and fragment.
    var text: String { "\(scheme)://\(authority)\(pathAndQuery)" }

    private static func escapingSpaces(_ text: String) -> String {
        guard text.utf8.contains(0x20) else { return text }
        return text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: "%20")
    }

    /// The value of `Authorization` that the URL's user stands for.
    var authorization: String? {
        guard let user else { return nil }
        let mark = user.utf8.firstIndex(of: UInt8(ascii: ":"))
        let name = URIParts.unescape(Array(user[..<(mark ?? user.endIndex)].utf8)) ?? []
        let password = mark.flatMap { URIParts.unescape(Array(user.utf8[user.utf8.index(after: $0)...])) } ?? []
        return "Basic " + TargetURL.base64(name + [UInt8(ascii: ":")] + password)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = UInt32(0)
            for index in 0..<3 { bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0) }
            for index in 0..<4 {
                let digit = digits[Int(bits >> (18 - 6 * UInt32(index)) & 63)]
                text.append(index <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The URL that a `Location` names from here (RFC 3986, section 5.2).
    func resolving(_ reference: String) throws(Fault) -> TargetURL {
        let parts: URIParts
        do throws(URIParts.Fault) {
            parts = try URIParts(Array(reference.utf8))
        } catch {
            throw Fault(message: "failed to parse Location header \(HTTPText.quoted(reference)): \(error.message)")
        }
        if !parts.scheme.isEmpty { return try TargetURL(reference) }
        if reference.utf8.starts(with: "//".utf8) { return try TargetURL("\(scheme):\(reference)") }
        var target = self
        let written = reference.utf8.prefix { $0 != UInt8(ascii: "#") }
        let hasQuery = written.contains(UInt8(ascii: "?"))
        let newPath = String(decoding: parts.escapedPath, as: UTF8.self)
        if newPath.isEmpty {
            if hasQuery { target.query = String(decoding: parts.query, as: UTF8.self) }
        } else {
            target.query = hasQuery ? String(decoding: parts.query, as: UTF8.self) : nil
            if newPath.utf8.first == UInt8(ascii: "/") {
                target.path = TargetURL.withoutDots(newPath)
            } else {
                let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "/"
                target.path = TargetURL.withoutDots(folder + newPath)
            }
        }
        target.shown = target.user == nil ? target.text : "\(scheme)://\(maskedUser)@\(authority)\(target.pathAndQuery)"
        return target
    }

    private var maskedUser: String {
        guard let user, let mark = user.utf8.firstIndex(of: UInt8(ascii: ":")) else { return user ?? "" }
        return user[..<mark] + ":***"
    }

    /// The path with `.` and `..` followed.
    private static func withoutDots(_ path: String) -> String {
        var kept: [Substring.UTF8View] = []
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in zip(segments.indices, segments) {
            let isLast = index == segments.indices.last
            if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
                if segment.count == 2, !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append(Substring("").utf8) }
            } else {
                kept.append(segment)
            }
        }
        return "/" + kept.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
