import DecisionLog
import Gatekeeper
import Imaging
import Logging
import Rego

/// The gate before inference: identity, facts, policy, log; and only then pixels.
package final class Gate: Sendable {
    let configuration: ServerConfiguration.Gate
    let models: ModelRegistry
    private let authenticator: Authenticator?
    private let stores: [String: ImageStore]
    private let worker: InferenceWorker
    private let timeout: Duration
    private let metrics: ServerMetrics
    private let logger: Logger

    /// Opens the stores, admits the models and starts the worker.
    ///
    /// - Throws: `StartError`.
    init(
        _ gate: ServerConfiguration.Gate, configuration: ServerConfiguration, authenticator: Authenticator?, admission: ModelAdmission,
        metrics: ServerMetrics, logger: Logger
    ) throws {
        self.configuration = gate
        self.authenticator = authenticator
        self.metrics = metrics
        self.logger = logger
        timeout = configuration.timeouts.inference
        do {
            var stores: [String: ImageStore] = [:]
            for store in gate.stores {
                stores[store.name] = try ImageStore(name: store.name, root: store.root, trustsOverlay: store.trustsOverlay)
            }
            self.stores = stores
            let engine: EngineChoice =
                switch gate.engine {
                case .automatic: .openVINOOrBuiltIn(directory: gate.openVINO)
                case .openVINO: .openVINO(directory: gate.openVINO)
                case .builtIn: .builtIn
                }
            models = try ModelRegistry.load(
                directory: gate.models, options: ModelLoadOptions(engine: engine, sessions: gate.threads, admission: admission))
            worker = try InferenceWorker(
                configuration: InferenceWorker.Configuration(threads: gate.threads, queueCapacity: configuration.limits.pendingInferences))
        } catch {
            throw StartError("gate: \(error)")
        }
    }

    /// Why the gate cannot serve; `nil` when it can.
    var notReady: String? { models.names.isEmpty ? "no model is loaded" : nil }

    /// Waits for the inferences under way.
    func close() async {
        await worker.shutdown()
    }

    /// A request for inference as it came in.
    struct Question: Sendable {
        var model: String
        var version: String?
        /// All `Authorization` fields.
        var authorization: [String]
        var body: [UInt8]
        var peer: Peer
        var received: ContinuousClock.Instant
    }

    /// What is known of a request by the time it is decided.
    private struct Case {
        var record: DecisionRecord
        var requestID: String?
        var wanted: [String]?
    }

    /// An image that the policy has allowed to be read, with the model for it.
    private struct Permit {
        let model: Model
        let image: OpenedImage
        let header: DICOMHeader
    }

    /// Decides a request, logs the decision, and runs the inference if it was allowed.
    func infer(_ question: Question, snapshot: Snapshot, decisions: DecisionWriter, limits: EvaluationLimits) async -> InferenceAnswer {
        var state = Case(
            record: DecisionRecord(
                kind: .infer, path: DocumentPath(configuration.allow).description, status: .error, revision: snapshot.revision,
                caller: DecisionCaller(subject: question.peer.certificate?.subject, address: question.peer.address)))
        let policy = GatePolicy(snapshot: snapshot, configuration: configuration, limits: limits, metrics: metrics)
        let undecided = state
        let (decision, decided) = await BlockingEvaluations.run(mayBlock: policy.canBlock) { [self] in
            var state = undecided
            let decision: Result<Permit, InferenceAnswer.Refusal>
            do throws(InferenceAnswer.Refusal) {
                decision = .success(try decide(question, policy, &state))
            } catch {
                decision = .failure(error)
            }
            return (decision, state)
        }
        state = decided
        let outcome = await settle(decision, &state, question, decisions)
        return InferenceAnswer(
            decisionID: state.record.id, requestID: state.requestID, wanted: state.wanted, outcome: outcome,
            latency: .now - question.received)
    }

    // MARK: Decision

    private func decide(_ question: Question, _ policy: GatePolicy, _ state: inout Case) throws(InferenceAnswer.Refusal) -> Permit {
        let caller = try authenticate(question, &state)
        guard let model = models[question.model], question.version.map({ $0 == model.version }) ?? true else {
            state.record.error = "unknown model"
            throw InferenceAnswer.Refusal(code: .unknownModel, message: "unknown model")
        }
        state.record.model = DecisionModel(name: model.name, sha256: model.digest)
        let request: InferenceRequest
        do {
            request = try InferenceRequest(body: question.body)
        } catch {
            state.record.error = error.message
            throw InferenceAnswer.Refusal(code: .badRequest, message: error.message)
        }
        state.requestID = request.id
        state.wanted = request.outputs
        let known = Set(model.manifest.outputs.map(\.name))
        if let missing = request.outputs?.first(where: { !known.contains($0) }) {
            state.record.error = "unknown output"
            throw InferenceAnswer.Refusal(code: .badRequest, message: "the model has no output \(missing)")
        }
        let facts = ImageFacts.establish(store: request.store, path: request.path, in: stores)
        return try rule(
            on: facts, GateInput(action: configuration.action, caller: caller, model: model, question: question, request: request), policy,
            &state)
    }

    private func authenticate(_ question: Question, _ state: inout Case) throws(InferenceAnswer.Refusal) -> Caller {
        do {
            // Without `identity` in the configuration nobody can be verified.
            guard let authenticator else { throw AuthenticationFailure.missing }
            let caller = try authenticator.authenticate(question.authorization)
            state.record.caller.subject = caller.subject
            state.record.caller.role = caller.roles.isEmpty ? nil : caller.roles.joined(separator: ",")
            return caller
        } catch let failure as AuthenticationFailure {
            state.record.status = .denied
            state.record.reasons = [failure.rawValue]
            throw InferenceAnswer.Refusal(code: .unauthenticated, message: failure.rawValue, authentication: failure)
        } catch {
            throw InferenceAnswer.Refusal(code: .unauthenticated, message: "invalid token", authentication: .invalid)
        }
    }

    private func rule(
        on facts: ImageFacts, _ input: GateInput, _ policy: GatePolicy, _ state: inout Case
    ) throws(InferenceAnswer.Refusal) -> Permit {
        let data = facts.document
        state.record.input = input.document(data: data).compact
        let ruling = policy.rule(
            actual: data, unknown: ImageFacts.unknown(store: facts.store, path: facts.path),
            supposed: configuration.disclosureModalities.map { ImageFacts.supposed(store: facts.store, path: facts.path, modality: $0) },
            input: { input.document(data: $0).compact })
        note(ruling, facts, &state)
        if let failure = facts.disclosable, ruling.mayKnow { throw refusal(failure) }
        switch ruling.shownVerdict {
        case .allowed: break
        case .denied: throw InferenceAnswer.Refusal(code: .denied, message: "access denied", reasons: ruling.shownReasons)
        case .undefined:
            throw InferenceAnswer.Refusal(code: .undefined, message: "access denied: no policy decides", reasons: ruling.shownReasons)
        case .failed: throw InferenceAnswer.Refusal(code: .policyFailed, message: "the policy could not be evaluated")
        }
        guard ruling.verdict == .allowed, let image = facts.image, let header = facts.header else {
            throw InferenceAnswer.Refusal(code: .denied, message: "access denied", reasons: ruling.shownReasons)
        }
        guard input.model.accepts(modality: header.modality) else {
            state.record.status = .error
            state.record.error = "the model is not for this modality"
            throw InferenceAnswer.Refusal(
                code: .modelUnsuitable,
                message:
                    "model \(input.model.name) is for \(input.model.manifest.modalityNames.joined(separator: ", ")), not for this image")
        }
        return Permit(model: input.model, image: image, header: header)
    }

    /// Writes into the record what the policy said about the image as it is, whatever the caller is told.
    private func note(_ ruling: GatePolicy.Ruling, _ facts: ImageFacts, _ state: inout Case) {
        state.record.reasons = ruling.reasons
        state.record.result = JSON.members(("allow", ruling.verdict == .undefined ? nil : .bool(ruling.verdict == .allowed))).compact
        switch ruling.verdict {
        case .allowed: state.record.status = facts.failure == nil ? .allowed : .error
        case .denied: state.record.status = .denied
        case .undefined: state.record.status = .undefined
        case .failed(let message):
            state.record.status = .error
            state.record.error = message
        }
        if let failure = facts.failure {
            state.record.error = failure.description
            // A caller who would have been allowed failed on the image, not on the policy.
            if ruling.mayKnow, facts.disclosable != nil { state.record.status = .error }
        }
    }

    private func refusal(_ failure: ImageError) -> InferenceAnswer.Refusal {
        switch failure.disclosure {
        case .hidden: InferenceAnswer.Refusal(code: .imageNotFound, message: "no such image")
        case .content: InferenceAnswer.Refusal(code: .imageUnusable, message: failure.description)
        case .operational: InferenceAnswer.Refusal(code: .unavailable, message: "the image store cannot be read")
        }
    }

    // MARK: Log and inference

    private func settle(
        _ decision: Result<Permit, InferenceAnswer.Refusal>, _ state: inout Case, _ question: Question, _ decisions: DecisionWriter
    ) async -> Result<InferenceResult, InferenceAnswer.Refusal> {
        state.record.latency = (ContinuousClock.now - question.received).nanoseconds
        do {
            try await decisions.append(state.record)
        } catch {
            return .failure(InferenceAnswer.Refusal(code: .logUnavailable, message: "the decision could not be logged"))
        }
        switch decision {
        case .failure(let refusal): return .failure(refusal)
        case .success(let permit): return await run(permit, id: state.record.id)
        }
    }

    private func run(_ permit: Permit, id: String) async -> Result<InferenceResult, InferenceAnswer.Refusal> {
        let start = ContinuousClock.now
        metrics.pendingInferences.add(1)
        defer { metrics.pendingInferences.add(-1) }
        do {
            let result = try await worker.infer(model: permit.model, image: permit.image, header: permit.header, timeout: timeout)
            metrics.inference[permit.model.name].record(.now - start)
            return .success(result)
        } catch {
            metrics.inferenceFailures[permit.model.name, error.code.rawValue].increment()
            logger.warning(
                "an allowed inference brought no outputs",
                metadata: ["decision_id": "\(id)", "model": "\(permit.model.name)", "error": "\(error)"])
            return .failure(refusal(error))
        }
    }

    private func refusal(_ error: InferenceError) -> InferenceAnswer.Refusal {
        switch error.code {
        case .image:
            error.imageError.map { refusal($0) } ?? InferenceAnswer.Refusal(code: .imageUnusable, message: "the image cannot be decoded")
        case .unsupportedModality: InferenceAnswer.Refusal(code: .modelUnsuitable, message: error.message)
        case .queueFull: InferenceAnswer.Refusal(code: .overloaded, message: "too many inferences are waiting")
        case .deadlineExceeded: InferenceAnswer.Refusal(code: .timeout, message: "the inference took too long")
        case .engineFailed: InferenceAnswer.Refusal(code: .inferenceFailed, message: "the inference failed")
        default: InferenceAnswer.Refusal(code: .unavailable, message: "no inference can run now")
        }
    }
}
