import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOSSL
import Synchronization

/// Hummingbird's HTTP/1.1 connection with Ward's limits, over TLS where the listener has it.
struct ListenerChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let base: HTTP1Channel
    private let tls: TLSContext?

    init(
        endpoint: HTTPEndpoint, tls: TLSContext?, limits: ServerConfiguration.Limits, timeouts: ServerConfiguration.Timeouts,
        metrics: ServerMetrics
    ) {
        self.tls = tls
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(timeouts: timeouts, metrics: metrics)])
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: limits.header, maxHeaderListSize: limits.header, maxHeaderFieldCount: 100)
        base = HTTP1Channel(
            responder: { request, writer, channel in try await endpoint.respond(request, writer, channel) }, configuration: configuration)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        if let tls {
            do {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.current))
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// The TLS settings of a listener; replaced whole when certificates are read again.
final class TLSContext: Sendable {
    private let configuration: ListenerConfiguration.TLS
    private let context: Mutex<NIOSSLContext>

    init(_ configuration: ListenerConfiguration.TLS) throws {
        self.configuration = configuration
        context = Mutex(try Self.make(configuration))
    }

    var current: NIOSSLContext { context.withLock { $0 } }

    /// Reads the files again; new connections use them.
    func reload() throws {
        let fresh = try Self.make(configuration)
        context.withLock { $0 = fresh }
    }

    private static func make(_ files: ListenerConfiguration.TLS) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
            tls.minimumTLSVersion = files.requiresTLS13 ? .tlsv13 : .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            if let authorities = files.clientAuthorities {
                tls.trustRoots = .file(authorities)
                tls.certificateVerification = files.requiresClientCertificate ? .noHostnameVerification : .optionalVerification
            }
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw StartError("cannot use the certificate \(files.certificate) with the key \(files.key): \(error)")
        }
    }
}
