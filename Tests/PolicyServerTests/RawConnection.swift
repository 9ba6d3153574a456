import NIOCore
import NIOPosix
import NIOSSL
import PolicyServer

/// A connection on which a test decides about every byte.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: AsyncThrowingStream<[UInt8], any Error>

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// An answer as it came.
    struct Answer: Sendable, CustomStringConvertible {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: String

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
        var description: String { "\(status) \(headers) \(body)" }
    }

    static func open(_ address: BoundAddress, tls: TLSConfiguration? = nil) async throws -> RawConnection {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if let context {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                }
                try channel.pipeline.syncOperations.addHandler(Collector(continuation))
            }
        }
        let channel =
            address.kind == .unix
            ? try await bootstrap.connect(unixDomainSocketPath: address.host).get()
            : try await bootstrap.connect(host: address.host, port: address.port).get()
        return RawConnection(channel, stream)
    }

    private init(_ channel: any Channel, _ received: AsyncThrowingStream<[UInt8], any Error>) {
        self.channel = channel
        self.received = received
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Everything until the server closes.
    func readAll() async throws -> String {
        var bytes: [UInt8] = []
        for try await part in received { bytes += part }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The next answer, its body by `Content-Length`; interim answers are skipped.
    func answer(hasBody: Bool = true) async throws -> Answer {
        var bytes: [UInt8] = []
        for try await part in received {
            bytes += part
            while let (answer, rest) = try Self.parse(bytes, hasBody: hasBody) {
                if answer.status >= 200 { return answer }
                bytes = rest
            }
        }
        throw Failure(description: "the connection ended: \(String(decoding: bytes, as: UTF8.self))")
    }

    func close() {
        channel.close(promise: nil)
    }

    private static func parse(_ bytes: [UInt8], hasBody: Bool) throws -> (Answer, [UInt8])? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(description: "no status line")
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: String(parts[0]), value: String(parts.count > 1 ? parts[1].drop { $0 == " " } : ""))
        }
        let length =
            status < 200 || !hasBody ? 0 : headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard bytes.count >= end.upperBound + length else { return nil }
        let body = String(decoding: bytes[end.upperBound..<end.upperBound + length], as: UTF8.self)
        return (Answer(status: status, headers: headers, body: body), Array(bytes[(end.upperBound + length)...]))
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

        init(_ continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            continuation.finish(throwing: error)
            context.close(promise: nil)
        }
    }
}
