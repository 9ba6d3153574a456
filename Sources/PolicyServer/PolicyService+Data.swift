import DecisionLog
import Gatekeeper
import Rego
import RegoSyntax

extension PolicyService {
    /// Answers a question to the data API and logs the decision.
    ///
    /// - Throws: `APIError` with OPA's code and message; the refusal is logged too.
    func decide(_ question: DataQuestion) async throws -> DataReply {
        let snapshot = snapshots.current
        var record = DecisionRecord(
            kind: .data, path: question.path.description, input: question.input, status: .error, revision: snapshot.revision,
            caller: DecisionCaller(subject: question.peer.certificate?.subject, address: question.peer.address))
        let outcome: Result<DataReply, APIError>
        do {
            outcome = .success(try await evaluate(question, snapshot, id: record.id))
        } catch {
            outcome = .failure(error)
        }
        switch outcome {
        case .success(let reply):
            record.result = reply.result
            record.status = reply.result == nil ? .undefined : .allowed
        case .failure(let error): record.error = error.details.first.map { "\($0.code): \($0.message)" } ?? error.message
        }
        record.latency = (ContinuousClock.now - question.received).nanoseconds
        do {
            try await decisions.append(record)
        } catch {
            throw APIError.logUnavailable
        }
        return try outcome.get()
    }

    private func evaluate(_ question: DataQuestion, _ snapshot: Snapshot, id: String) async throws(APIError) -> DataReply {
        let start = ContinuousClock.now
        let (query, wasPrepared): (PreparedQuery, Bool)
        do {
            (query, wasPrepared) = try snapshot.prepared(question.path)
        } catch {
            throw .invalidParameter(
                "error(s) occurred while compiling query", details: error.diagnostics.map { APIError.Detail($0, in: error.sources) })
        }
        let prepared = ContinuousClock.now
        var strictness = limits
        strictness.strictBuiltinErrors = question.isStrict
        let limits = strictness
        let input: Input = question.input.map { .json($0) } ?? .none
        let evaluated = await BlockingEvaluations.run(mayBlock: query.canBlock) { () -> Result<[UInt8]?, EvaluationError> in
            do throws(EvaluationError) {
                return .success(try query.evaluateJSON(input, limits: limits))
            } catch {
                return .failure(error)
            }
        }
        let result: [UInt8]?
        switch evaluated {
        case .success(let value): result = value
        case .failure(let error): throw APIError(error, in: question)
        }
        let end = ContinuousClock.now
        metrics.evaluation[question.path.description].record(end - prepared)
        return DataReply(
            id: id, revision: snapshot.revision, result: result, preparation: prepared - start, evaluation: end - prepared,
            wasPrepared: wasPrepared)
    }
}

extension APIError {
    fileprivate init(_ error: EvaluationError, in question: DataQuestion) {
        if error.code == .input {
            self = .invalidParameter("body contains malformed input document: \(error.message)")
        } else {
            self = .internalError(
                "error(s) occurred while evaluating query",
                details: [Detail(code: error.code.description, message: error.message, location: nil)])
        }
    }
}

extension APIError.Detail {
    init(_ diagnostic: Diagnostic, in sources: SourceMap) {
        code = diagnostic.code.description
        message = diagnostic.message
        location = sources.file(of: diagnostic.span).map { ($0.name, Int(diagnostic.span.row), Int(diagnostic.span.column)) }
    }
}
