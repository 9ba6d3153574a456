import HTTPTypes

/// Who is at the other end of a connection, as far as the connection itself shows it.
package struct Peer: Sendable, Equatable {
    package enum Transport: String, Sendable {
        case http, unix, https
    }

    package var transport: Transport
    /// `address:port`, or `unix:`.
    package var address: String
    /// The client certificate's names, when one was presented and verified.
    package var certificate: ClientCertificate?
}

/// What Ward takes from a verified client certificate.
package struct ClientCertificate: Sendable, Equatable {
    /// The distinguished name of RFC 4514, or the common name alone.
    package var subject: String
    package var alternativeNames: [String]
}

/// A request, read whole.
struct ServerRequest: Sendable {
    var method: HTTPRequest.Method
    var target: RequestTarget
    var headers: HTTPFields
    var body: [UInt8]
    var peer: Peer
    var received: ContinuousClock.Instant
}

/// A request's path and query, decoded.
struct RequestTarget: Sendable, Equatable {
    /// The path's segments, percent-decoded; empty ones are left out.
    var segments: [String]
    /// The query's parameters in their order, percent-decoded.
    var parameters: [(name: String, value: String)]

    /// Why a target is refused.
    struct Malformed: Error, Equatable {
        var message: String
    }

    init(path: String, query: String?) throws(Malformed) {
        segments = []
        for raw in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard let segment = percentDecoded(raw, plusIsSpace: false) else {
                throw Malformed(message: "the path is not well-formed percent-encoded UTF-8")
            }
            // What a proxy in front may have read as another path is nobody's document.
            guard segment != ".", segment != ".." else { throw Malformed(message: "the path must not contain '.' or '..' segments") }
            segments.append(segment)
        }
        parameters = []
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0], plusIsSpace: true),
                let value = percentDecoded(parts.count > 1 ? parts[1] : "".utf8[...], plusIsSpace: true)
            else { throw Malformed(message: "the query is not well-formed percent-encoded UTF-8") }
            parameters.append((name, value))
        }
    }

    /// The first value of a parameter.
    func value(_ name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    /// OPA's reading of a boolean parameter: true when it is there, empty or `true`.
    func flag(_ name: String) -> Bool {
        value(name).map { $0.isEmpty || $0 == "true" } ?? false
    }

    static func == (left: RequestTarget, right: RequestTarget) -> Bool {
        left.segments == right.segments && left.parameters.elementsEqual(right.parameters, by: ==)
    }
}

/// Decodes percent escapes; `nil` for a broken escape, bytes that are not UTF-8, and NUL.
func percentDecoded(_ text: Substring.UTF8View, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text[...]
    while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else { return nil }
            bytes.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
        default: bytes.append(byte)
        }
    }
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
}

private func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
