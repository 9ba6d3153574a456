import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Rego
import ServiceLifecycle

/// An address that Ward listens on, as the kernel gave it.
package struct BoundAddress: Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case http, unix, https
    }

    package var kind: Kind
    /// The host, or the path of a Unix socket.
    package var host: String
    /// The port; 0 for a Unix socket.
    package var port: Int

    /// `http://127.0.0.1:8181`, `unix:/run/ward.sock`.
    package var description: String {
        switch kind {
        case .unix: "unix:\(host)"
        case .http, .https: "\(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}

/// One listening socket and its connections, as a service.
struct Listener: Service {
    let configuration: ListenerConfiguration
    let channel: ListenerChannel
    let limits: ServerConfiguration.Limits
    let logger: Logger
    let onBound: @Sendable (BoundAddress) async -> Void

    func run() async throws {
        let (kind, address) = bindAddress
        if case .unix(let path, _) = configuration.transport { try refuseLiveSocket(path) }
        let server = channel.server(
            configuration: HummingbirdCore.ServerConfiguration(
                address: address, serverName: nil, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
            onServerRunning: { channel in await bound(channel, kind) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        do {
            try await server.run()
        } catch let error as IOError {
            throw StartError("cannot listen on \(place): \(FileBytes.message(error.errnoCode))")
        } catch let error as SocketAddressError {
            throw StartError("cannot listen on \(place): \(error)")
        } catch let error as NIOConnectionError {
            throw StartError("cannot listen on \(place): \(error)")
        }
        if case .unix(let path, _) = configuration.transport { unlink(path) }
    }

    private var place: String {
        switch configuration.transport {
        case .http(let host, let port), .https(let host, let port, _): "\(host):\(port)"
        case .unix(let path, _): path
        }
    }

    private var bindAddress: (BoundAddress.Kind, BindAddress) {
        switch configuration.transport {
        case .http(let host, let port): (.http, .hostname(host, port: port))
        case .unix(let path, _): (.unix, .unixDomainSocket(path: path))
        case .https(let host, let port, _): (.https, .hostname(host, port: port))
        }
    }

    private func bound(_ channel: any Channel, _ kind: BoundAddress.Kind) async {
        switch configuration.transport {
        case .unix(let path, let mode):
            // The socket was made under the process' umask of 077: nobody else could connect before this line.
            if chmod(path, mode_t(mode)) != 0 {
                logger.error("cannot set the permissions of the socket", metadata: ["path": "\(path)"])
            }
            await onBound(BoundAddress(kind: kind, host: path, port: 0))
        case .http(let host, let port), .https(let host, let port, _):
            let local = channel.localAddress
            await onBound(BoundAddress(kind: kind, host: local?.ipAddress ?? host, port: local?.port ?? port))
        }
    }

    /// A socket file that somebody still answers on is not ours to replace.
    private func refuseLiveSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard let address = try? SocketAddress(unixDomainSocketPath: path) else { return }
        let isLive = address.withSockAddr { pointer, length in connect(descriptor, pointer, socklen_t(length)) == 0 }
        if isLive { throw StartError("cannot listen on \(path): another process answers there") }
    }
}
