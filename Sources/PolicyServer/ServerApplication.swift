import Gatekeeper
import Glibc
package import Imaging
package import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// `ward serve`: listeners around a `PolicyService`, until told to stop.
///
/// SIGTERM and SIGINT end it: no new connections, requests under way get `timeouts.shutdown` to finish, then the log is closed. SIGHUP
/// reads policies and certificates again; what cannot be read leaves the old ones in force.
package final class ServerApplication: Sendable {
    package let service: PolicyService
    private let configuration: ServerConfiguration
    private let listeners: [(configuration: ListenerConfiguration, tls: TLSContext?)]
    private let logger: Logger
    private let bound = Mutex<[BoundAddress?]>([])
    private let running = Mutex<ServiceGroup?>(nil)

    /// Loads policies, keys, certificates, stores and models, and opens the log.
    ///
    /// - Throws: `StartError`.
    package init(
        _ configuration: ServerConfiguration, version: String, modelAdmission: ModelAdmission = .childProcess(executable: "/proc/self/exe"),
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        listeners = try configuration.listeners.map { listener in
            guard case .https(_, _, let tls) = listener.transport else { return (listener, nil) }
            return (listener, try TLSContext(tls))
        }
        service = try await PolicyService(configuration, version: version, modelAdmission: modelAdmission, logger: logger)
    }

    /// Serves until a signal, the group's graceful shutdown or a cancelled task ends it.
    ///
    /// - Parameters:
    ///   - handlesSignals: whether SIGTERM, SIGINT and SIGHUP are this application's.
    ///   - onReady: called once with the addresses, in the configuration's order, when all listeners accept connections.
    /// - Throws: `StartError` when an address cannot be used.
    package func run(handlesSignals: Bool = true, onReady: @escaping @Sendable ([BoundAddress]) async -> Void) async throws {
        // Sockets and log files are nobody else's until a mode is set on them.
        umask(0o077)
        bound.withLock { $0 = Array(repeating: nil, count: listeners.count) }
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if handlesSignals { services.append(.init(service: ReloadService(application: self), successTerminationBehavior: .ignore)) }
        for index in listeners.indices {
            services.append(
                .init(
                    service: listener(index, onReady: onReady), successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup))
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: handlesSignals ? [.sigterm, .sigint] : [], logger: quiet)
        group.maximumGracefulShutdownDuration = configuration.timeouts.shutdown
        let serviceGroup = ServiceGroup(configuration: group)
        running.withLock { $0 = serviceGroup }
        do {
            try await serviceGroup.run()
        } catch is CancellationError {
            // Requests that took longer than the grace were cut off; what they had decided is in the log.
            logger.warning("not all requests ended in time")
        } catch {
            await service.close()
            throw error
        }
        await service.close()
    }

    /// Ends `run` as SIGTERM does. Does not wait for it.
    package func shutDown() async {
        await running.withLock { $0 }?.triggerGracefulShutdown()
    }

    /// Reads policies and certificates again.
    package func reload() {
        service.reload()
        for listener in listeners {
            do {
                try listener.tls?.reload()
            } catch {
                logger.error("certificate not reloaded, the old one stays in use", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The frameworks' own messages, below warnings, are not the operator's.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private func listener(_ index: Int, onReady: @escaping @Sendable ([BoundAddress]) async -> Void) -> Listener {
        let (listener, tls) = listeners[index]
        var verifiesClients = false
        let transport: Peer.Transport
        switch listener.transport {
        case .http: transport = .http
        case .unix: transport = .unix
        case .https(_, _, let files):
            transport = .https
            verifiesClients = files.clientAuthorities != nil
        }
        let endpoint = HTTPEndpoint(
            routes: Routes(service: service, offered: listener.services), transport: transport, verifiesClients: verifiesClients,
            limits: configuration.limits, metrics: service.metrics, logger: logger)
        let channel = ListenerChannel(
            endpoint: endpoint, tls: tls, limits: configuration.limits, timeouts: configuration.timeouts, metrics: service.metrics)
        return Listener(configuration: listener, channel: channel, limits: configuration.limits, logger: quiet) { [self] address in
            let all = bound.withLock { addresses in
                addresses[index] = address
                return addresses.compactMap { $0 }
            }
            if all.count == listeners.count { await onReady(all) }
        }
    }
}

/// Reads policies again on SIGHUP.
private struct ReloadService: Service {
    let application: ServerApplication

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            application.reload()
        }
    }
}
