package import DecisionLog
import Gatekeeper
package import Imaging
package import Logging
import Rego
import RegoSyntax

/// What decides: the policies in force, the log, the identity check and the gate. Knows nothing of HTTP.
package final class PolicyService: Sendable {
    package let configuration: ServerConfiguration
    package let version: String
    package let metrics: ServerMetrics
    package let snapshots: SnapshotHolder
    package let store: DecisionStore
    let decisions: DecisionWriter
    let gate: Gate?
    let limits: EvaluationLimits
    private let logger: Logger

    /// Loads everything that the configuration names.
    ///
    /// - Parameter modelAdmission: how models are tried before this process loads them.
    /// - Throws: `StartError`.
    package init(
        _ configuration: ServerConfiguration, version: String, modelAdmission: ModelAdmission = .childProcess(executable: "/proc/self/exe"),
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.version = version
        self.logger = logger
        metrics = ServerMetrics(version: version)
        limits = EvaluationLimits(configuration.evaluation)
        snapshots = SnapshotHolder(try Self.snapshot(configuration, version: version))
        do {
            store = try DecisionStore(path: configuration.log.path, options: DecisionStore.Options(configuration.log))
        } catch {
            throw StartError("cannot open the decision log \(configuration.log.path): \(error)")
        }
        decisions = DecisionWriter(store: store, metrics: metrics, logger: logger)
        do {
            let authenticator = try configuration.identity.map { try Authenticator($0) }
            gate = try configuration.gate.map { [metrics] gate in
                try Gate(
                    gate, configuration: configuration, authenticator: authenticator, admission: modelAdmission, metrics: metrics,
                    logger: logger)
            }
        } catch {
            await store.close()
            throw error
        }
    }

    /// Compiles the policies and prepares the queries that the configuration names, so that no request waits for the compiler and a
    /// query that does not compile is noticed now.
    private static func snapshot(_ configuration: ServerConfiguration, version: String) throws -> Snapshot {
        let policy = try Self.policy(configuration.policy, version: version)
        let snapshot = Snapshot(policy: policy, limit: configuration.limits.preparedQueries + 8)
        do {
            for path in configuration.documents { _ = try snapshot.prepared(DocumentPath(path)) }
        } catch {
            throw StartError("the policies do not compile:\n\(error.description)")
        }
        return snapshot
    }

    /// Bytes of one file of policies or data.
    private static let fileLimit = 512 << 20

    /// Compiles the files and folders that the configuration names, without hidden ones (Kubernetes' `..data` among them) and tests.
    private static func policy(_ sources: ServerConfiguration.PolicySources, version: String) throws(StartError) -> Policy {
        var loader = Loader(ignoring: [".*", "*_test.rego"])
        loader.fileLimit = fileLimit
        loader.dialect = sources.isV0 ? .v0 : .v1
        do throws(Loader.Failure) {
            try loader.load(sources.paths)
        } catch {
            throw StartError("the policies and their data cannot be loaded:\n\(error.description)")
        }
        var options = Policy.Options(version: loader.dialect, isStrict: sources.isStrict)
        options.runtime = { ProcessRuntime.value(version: version) }
        do throws(CompilationFailure) {
            return try loader.compile(options: options)
        } catch {
            throw StartError("the policies do not compile:\n\(error.description)")
        }
    }

    /// Reads the policies again. On failure the ones in force stay.
    package func reload() {
        do {
            let fresh = try Self.snapshot(configuration, version: version)
            snapshots.replace(with: fresh)
            metrics.reloads["success"].increment()
            logger.notice("policies reloaded", metadata: ["revision": "\(fresh.revision)"])
        } catch {
            metrics.reloads["failure"].increment()
            logger.error("policies not reloaded, the old ones stay in force", metadata: ["error": "\(error)"])
        }
        // The compiler is not needed again until the next time.
        ProcessMemory.releaseCode()
    }

    /// Why `/health` must not say that all is well; `nil` when it is.
    var notReady: String? {
        if let failure = store.status.failure { return "the decision log cannot be written: \(failure.code.rawValue)" }
        return gate?.notReady
    }

    /// Finishes the inferences under way and closes the log.
    package func close() async {
        await gate?.close()
        await store.close()
    }
}

extension ServerConfiguration {
    /// The documents that Ward itself asks for.
    fileprivate var documents: [[String]] {
        var result: [[String]] = []
        if let gate { result += [gate.allow, gate.reasons] + (gate.disclose.map { [$0] } ?? []) }
        if let admission { result += [admission.deny, admission.warn] }
        return result
    }
}

extension EvaluationLimits {
    fileprivate init(_ configuration: ServerConfiguration.Evaluation) {
        self.init(time: configuration.time)
        if let instructions = configuration.instructions { self.instructions = instructions }
        if let memory = configuration.memory { self.memory = memory }
    }
}
