import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// What stands between a connection and the routes: limits, the body read whole, the answer written, both measured.
struct HTTPEndpoint: Sendable {
    let routes: Routes
    let transport: Peer.Transport
    let verifiesClients: Bool
    let limits: ServerConfiguration.Limits
    let metrics: ServerMetrics
    let logger: Logger

    /// Thrown after an answer that no further request may follow on the connection.
    private struct ConnectionEnds: Error {}

    private enum BodyOutcome {
        case whole([UInt8])
        case tooLarge
    }

    func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let received = ContinuousClock.now
        metrics.inFlight.add(1)
        defer { metrics.inFlight.add(-1) }
        if expectsContinue(request), declaredLength(request).map({ $0 <= limits.body }) ?? true {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var closes = false
        let (handler, answer): (String, ServerAnswer)
        switch try await readBody(request) {
        case .tooLarge:
            closes = true
            (handler, answer) = ("catchall", APIError(.contentTooLarge, code: "invalid_parameter", "request body too large").answer)
        case .whole(let body):
            (handler, answer) = await route(request, body, channel, received)
        }
        try await write(answer, to: writer, isHead: request.method == .head, closes: closes)
        metrics.requests["\(answer.status.code)", handler, knownMethod(request.method)].record(.now - received)
        if closes {
            try await drain(request)
            throw ConnectionEnds()
        }
    }

    private func route(
        _ request: Request, _ body: [UInt8], _ channel: any Channel, _ received: ContinuousClock.Instant
    ) async -> (String, ServerAnswer) {
        guard request.uri.string.utf8.count <= limits.header else {
            return ("catchall", APIError(.uriTooLong, code: "invalid_parameter", "request target too long").answer)
        }
        do {
            let target = try RequestTarget(path: request.uri.path, query: request.uri.query)
            let method: HTTPRequest.Method = request.method == .head ? .get : request.method
            let whole = ServerRequest(
                method: method, target: target, headers: request.headers, body: body, peer: await peer(of: channel), received: received)
            return await routes.answer(whole)
        } catch {
            return ("catchall", APIError.invalidParameter(error.message).answer)
        }
    }

    private func write(_ answer: ServerAnswer, to writer: consuming ResponseWriter, isHead: Bool, closes: Bool) async throws {
        var headers = answer.headers
        headers[.contentLength] = "\(answer.body.count)"
        if closes { headers[.connection] = "close" }
        let body = isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        try await writer.write(response: HTTPResponse(status: answer.status, headerFields: headers), body: body)
    }

    private func readBody(_ request: Request) async throws -> BodyOutcome {
        if let length = declaredLength(request), length > limits.body { return .tooLarge }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limits.body else { return .tooLarge }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return .whole(bytes)
    }

    /// Takes some more of a refused body, so that the client reads the answer instead of a reset connection.
    private func drain(_ request: Request) async throws {
        guard !expectsContinue(request) else { return }
        var left = 4 << 20
        for try await part in request.body {
            left -= part.readableBytes
            if left < 0 { return }
        }
    }

    private func declaredLength(_ request: Request) -> Int? {
        request.headers[.contentLength].flatMap { parseWhole($0) }
    }

    private func expectsContinue(_ request: Request) -> Bool {
        request.headers[.expect].map { $0.lowercased() == "100-continue" } ?? false
    }

    private func peer(of channel: any Channel) async -> Peer {
        var peer = Peer(transport: transport, address: "unix:", certificate: nil)
        if transport != .unix, let remote = channel.remoteAddress {
            peer.address = Self.text(of: remote)
        }
        if verifiesClients, let certificate = try? await channel.nioSSL_peerCertificate().get() {
            peer.certificate = ClientCertificate(certificate)
        }
        return peer
    }

    static func text(of address: SocketAddress) -> String {
        let host = address.ipAddress ?? "?"
        return host.contains(":") ? "[\(host)]:\(address.port ?? 0)" : "\(host):\(address.port ?? 0)"
    }

    /// Methods are label values: what a client invents counts as `other`.
    private func knownMethod(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .post, .put, .patch, .delete, .head, .options: method.rawValue.lowercased()
        default: "other"
        }
    }
}
