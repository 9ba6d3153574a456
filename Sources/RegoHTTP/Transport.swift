internal import CCurl
@_spi(Engine) internal import RegoRuntime
internal import Synchronization

/// Sends one request over libcurl, without following redirects.
struct Transport {
    /// Bytes of an answer's body after decompression; OPA has no bound, but memory has.
    static let bodyLimit = 64 << 20
    /// Bytes of an answer's head.
    static let headLimit = 1 << 20
    /// How often a waiting transfer asks whether the evaluation goes on, in milliseconds.
    private static let interval: Int32 = 20

    /// Transfers that no thread is using, with their open connections.
    private static let idle = Mutex<[Handle]>([])
    private static let idleLimit = 16

    /// A transfer on its way between threads.
    private struct Handle: @unchecked Sendable {
        // @unchecked: whoever takes it out of `idle` is the only one that uses it.
        let pointer: OpaquePointer
    }

    let context: BuiltinContext

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - deadline: when the request's time is up, in nanoseconds of `CLOCK_MONOTONIC`; 0 for never.
    func send(_ request: HTTPRequest, deadline: UInt64) throws(HTTPFault) -> HTTPAnswer {
        if let problem = ward_curl_load() { throw .request("http.send needs libcurl: \(String(cString: problem))") }
        try check(request)
        let isKept = request.socket == nil && !request.security.isCustom
        guard let transfer = (isKept ? Self.idle.withLock { $0.popLast()?.pointer } : nil) ?? ward_curl_new() else {
            throw .request("out of memory")
        }
        defer {
            ward_curl_reset(transfer)
            let handle = Handle(pointer: transfer)
            let isTaken =
                isKept
                && Self.idle.withLock { idle in
                    guard idle.count < Self.idleLimit else { return false }
                    idle.append(handle)
                    return true
                }
            if !isTaken { ward_curl_free(transfer) }
        }
        var options = TransferOptions(transfer)
        try options.apply(request)
        let receiver = Receiver(context: context, deadline: deadline, decodes: options.decodes)
        let code = request.body.withUnsafeBufferPointer { body in
            if let start = body.baseAddress, !body.isEmpty { _ = ward_curl_set_body(transfer, start, body.count) }
            return Self.perform(transfer, receiver)
        }
        if code == Int32(WARD_CURL_OK.rawValue), receiver.isComplete { return receiver.answer }
        throw failure(code, transfer, request, receiver)
    }

    private static func perform(_ transfer: OpaquePointer, _ receiver: Receiver) -> Int32 {
        var sink = ward_curl_sink(
            context: Unmanaged.passUnretained(receiver).toOpaque(),
            header: { context, bytes, count in Receiver.from(context).takeHeader(UnsafeRawBufferPointer(start: bytes, count: count)) },
            body: { context, bytes, count in Receiver.from(context).takeBody(UnsafeRawBufferPointer(start: bytes, count: count)) },
            goes_on: { context in Receiver.from(context).goesOn() },
            interval: interval)
        return withExtendedLifetime(receiver) { ward_curl_perform(transfer, &sink, 0) }
    }

    /// Refuses what must not be sent: other protocols, and fields that would forge further ones.
    private func check(_ request: HTTPRequest) throws(HTTPFault) {
        guard request.url.scheme == "http" || request.url.scheme == "https" else {
            throw request.fault("unsupported protocol scheme \(HTTPText.quoted(request.url.scheme))")
        }
        guard !request.url.host.isEmpty else { throw request.fault("http: no Host in request URL") }
        for (name, value) in request.headers {
            guard HTTPHeaders.isToken(name) else {
                throw request.fault("net/http: invalid header field name \(HTTPText.quoted(name))")
            }
            guard HTTPHeaders.isValue(value) else {
                throw request.fault("net/http: invalid header field value for \(HTTPText.quoted(name))")
            }
        }
        if let host = request.host, !HTTPHeaders.isValue(host) || host.utf8.contains(0x20) {
            throw request.fault("http: invalid Host header")
        }
    }

    // MARK: Failures

    private func failure(
        _ code: Int32, _ transfer: OpaquePointer, _ request: HTTPRequest, _ receiver: Receiver
    ) -> HTTPFault {
        if context.isInterrupted { return .interrupted }
        switch receiver.ending {
        case .timeout:
            // What happens after the head has come is no longer the request's failure.
            if receiver.hasHead {
                return .request("context deadline exceeded (Client.Timeout or context cancellation while reading body)")
            }
            return request.fault("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", isTimeout: true)
        case .tooLarge: return .request("the response has more than \(Self.bodyLimit) bytes")
        case .headTooLarge: return request.fault("net/http: server response headers exceeded \(Self.headLimit) bytes; aborted")
        case nil: break
        }
        let problem = problem(code, transfer, request)
        if receiver.hasHead, code != Int32(WARD_CURL_SSL_CONNECT_ERROR.rawValue) { return .request(problem) }
        return request.fault(problem)
    }

    private func problem(_ code: Int32, _ transfer: OpaquePointer, _ request: HTTPRequest) -> String {
        let told = String(cString: ward_curl_problem(transfer, code))
        let host = request.url.host
        switch UInt32(bitPattern: code) {
        case WARD_CURL_COULDNT_RESOLVE_HOST.rawValue: return "dial tcp: lookup \(host): no such host"
        case WARD_CURL_COULDNT_CONNECT.rawValue:
            let number = Int32(truncatingIfNeeded: ward_curl_number(transfer, WARD_CURL_INFO_OS_ERRNO))
            let reason = number != 0 ? "connect: \(LocalFile.message(number))" : told
            if let socket = request.socket { return "dial unix \(socket): \(reason)" }
            let address = String(cString: ward_curl_text(transfer, WARD_CURL_INFO_PRIMARY_IP))
            let port = ward_curl_number(transfer, WARD_CURL_INFO_PRIMARY_PORT)
            // Not told of a connection that never was.
            if address.isEmpty { return "dial tcp \(request.url.writtenHost):\(request.url.effectivePort): \(reason)" }
            return "dial tcp \(address.contains(":") ? "[\(address)]" : address):\(port): \(reason)"
        case WARD_CURL_PEER_FAILED_VERIFICATION.rawValue:
            return "tls: failed to verify certificate: x509: \(verification(transfer, request, told))"
        case WARD_CURL_SSL_CONNECT_ERROR.rawValue where told.contains("wrong version number"):
            return "http: server gave HTTP response to HTTPS client"
        case WARD_CURL_SSL_CONNECT_ERROR.rawValue where told.contains("SSL_ERROR_SYSCALL"): return "EOF"
        case WARD_CURL_GOT_NOTHING.rawValue: return "EOF"
        case WARD_CURL_PARTIAL_FILE.rawValue: return "unexpected EOF"
        case WARD_CURL_WEIRD_REPLY.rawValue: return "net/http: HTTP/1.x transport connection broken: malformed HTTP response"
        default: return told.isEmpty ? "the transfer failed (libcurl error \(code))" : told
        }
    }

    /// Why a certificate was refused, from OpenSSL's number for it.
    private func verification(_ transfer: OpaquePointer, _ request: HTTPRequest, _ told: String) -> String {
        let name = request.security.serverName ?? request.url.host
        if told.contains("does not match") || told.contains("target host name") { return "certificate is not valid for \(name)" }
        switch ward_curl_number(transfer, WARD_CURL_INFO_SSL_VERIFYRESULT) {
        case 0: return "certificate is not valid for \(name)"
        case 9, 10: return "certificate has expired or is not yet valid"
        case 2, 18, 19, 20, 21: return "certificate signed by unknown authority"
        default: return told
        }
    }
}

/// Collects an answer and watches the clock.
private final class Receiver {
    enum Ending { case timeout, tooLarge, headTooLarge }

    private let context: BuiltinContext
    private let deadline: UInt64
    private let decodes: Bool
    private var headBytes = 0
    private(set) var answer = HTTPAnswer(status: "", code: 0)
    /// Whether the answer's head is complete.
    private(set) var hasHead = false
    private(set) var ending: Ending?

    init(context: BuiltinContext, deadline: UInt64, decodes: Bool) {
        self.context = context
        self.deadline = deadline
        self.decodes = decodes
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> Receiver {
        guard let pointer else { preconditionFailure("libcurl lost the receiver") }
        return Unmanaged<Receiver>.fromOpaque(pointer).takeUnretainedValue()
    }

    var isComplete: Bool { hasHead }

    func goesOn() -> Bool {
        if context.isInterrupted { return false }
        if deadline != 0, Machine.monotonicNanoseconds() >= deadline {
            ending = .timeout
            return false
        }
        return true
    }

    func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= Transport.headLimit else {
            ending = .headTooLarge
            return false
        }
        // What follows the body are trailers.
        if hasHead { return true }
        var line = bytes[...]
        while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
        if line.starts(with: "HTTP/".utf8) {
            startHead(String(decoding: line, as: UTF8.self))
        } else if line.isEmpty {
            // Interim answers (1xx) have a head of their own.
            if answer.code >= 200 || answer.code == 101 { finishHead() }
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            var value = line[(colon + 1)...]
            while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
            while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
            answer.headers.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        return true
    }

    private func startHead(_ line: String) {
        let rest = line.utf8.drop { $0 != 0x20 }.drop { $0 == 0x20 }
        let code = Int(String(decoding: rest.prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)) ?? 0
        var status = String(decoding: rest, as: UTF8.self)
        // HTTP/2 has no reasons.
        if line.utf8.starts(with: "HTTP/2".utf8) || line.utf8.starts(with: "HTTP/3".utf8) { status = "\(code) \(HTTPText.reason(code))" }
        answer = HTTPAnswer(status: status, code: code)
    }

    /// Takes away what the transport has dealt with, as Go's does.
    private func finishHead() {
        hasHead = true
        answer.headers.remove("Transfer-Encoding")
        answer.headers.remove("Trailer")
        if decodes, answer.headers["Content-Encoding"].lowercased() == "gzip" {
            answer.headers.remove("Content-Encoding")
            answer.headers.remove("Content-Length")
        }
        if answer.headers["Pragma"] == "no-cache", answer.headers.values["Cache-Control"] == nil {
            answer.headers.add("Cache-Control", "no-cache")
        }
    }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard answer.body.count + bytes.count <= Transport.bodyLimit else {
            ending = .tooLarge
            return false
        }
        answer.body += bytes
        return true
    }
}
