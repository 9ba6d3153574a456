@_spi(Engine) package import RegoRuntime

/// `http.send` (OPA: "HTTP").
package enum HTTPBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("http.send", arity: 1, isNondeterministic: true, canBlock: true) { send(BuiltinCall($0)) },
        BuiltinDefinition("net.lookup_ip_addr", arity: 1, isNondeterministic: true, canBlock: true) {
            AddressLookup.lookUp(BuiltinCall($0))
        },
    ]

    private static func send(_ call: BuiltinCall) {
        guard call.object(0) != nil, let members = RegoValue(call[0]).object else { return }
        var raises = true
        if let value = members["raise_error"] {
            guard let flag = value.boolean else { return call.fail(.builtin, "invalid value for raise_error field") }
            raises = flag
        }
        do throws(HTTPFault) {
            try SendParameters.check(members)
            call.return(try HTTPSend(parameters: SendParameters(members: members), call: call).answer())
        } catch {
            if case .interrupted = error {
                call.fail(.interrupted, call.context.isCancelled ? "timed out (context canceled)" : "timed out (context deadline exceeded)")
            } else if raises {
                raise(error, call)
            } else {
                call.return(told(error, call))
            }
        }
    }

    private static func raise(_ fault: HTTPFault, _ call: BuiltinCall) {
        switch fault {
        case .operand(let message): call.fail(.type, message)
        case .request(let message), .plain(let message): call.fail(.builtin, message)
        case .network(let fault): call.fail(.builtin, fault.raisedMessage)
        case .interrupted: call.fail(.interrupted, "timed out")
        }
    }

    /// A failure as a result: `{"status_code": 0, "error": {"code": …, "message": …}}`.
    private static func told(_ fault: HTTPFault, _ call: BuiltinCall) -> Value {
        var code = "eval_http_send_internal_error"
        let message: String
        switch fault {
        case .operand(let text): message = placed("eval_type_error: http.send: \(text)", call.context)
        case .request(let text): message = placed("eval_builtin_error: http.send: \(text)", call.context)
        case .plain(let text): message = text
        case .network(let fault): (code, message) = ("eval_http_send_network_error", fault.message)
        case .interrupted: message = "timed out"
        }
        let error: RegoValue = ["code": .string(code), "message": .string(message)]
        return RegoValue.object(["status_code": 0, "error": error]).makeValue(in: call.arena)
    }

    private static func placed(_ message: String, _ context: BuiltinContext) -> String {
        guard let position = context.position, let place = context.describePosition?(position) else { return message }
        return "\(place): \(message)"
    }
}

/// One call of `http.send`: what is known is not asked again.
private struct HTTPSend {
    let parameters: SendParameters
    let call: BuiltinCall

    private var context: BuiltinContext { call.context }

    func answer() throws(HTTPFault) -> Value {
        let key = try parameters.cacheKey()
        let cacheKey = RegoValue.object(key.members)
        let forcedSeconds = try parameters.forcedSeconds()
        let isCached = try parameters.boolean("cache")
        let isShared = isCached || forcedSeconds != nil
        let answers = context.evaluationState { EvaluationAnswers() }
        if let known = answers.answers[cacheKey] { return try known.get() }
        do throws(HTTPFault) {
            // A policy that may not reach the host must not read what another one has fetched from it.
            if let url = parameters.text("url") { try AllowedHosts.check(url, context) }
            if isShared, let cache = context.interQueryCache {
                let shared = SharedAnswers(
                    cache: cache, context: context, key: key, cacheKey: .httpCacheKey(cacheKey), forcedSeconds: forcedSeconds)
                let value = try send(through: shared)
                answers.answers[cacheKey] = .success(value)
                return value
            }
            let answer = try fetch()
            let value = try show(answer)
            if Freshness.keptCodes.contains(answer.code) { answers.answers[cacheKey] = .success(value) }
            return value
        } catch {
            if case .interrupted = error { throw error }
            answers.answers[cacheKey] = .failure(error)
            throw error
        }
    }

    private func send(through shared: SharedAnswers) throws(HTTPFault) -> Value {
        // Read first: OPA complains about these before it asks.
        _ = try decoding()
        if let known = try shared.fresh() { return try show(known) }
        let answer = try fetch()
        let value = try show(answer)
        shared.keep(answer)
        return value
    }

    private func fetch() throws(HTTPFault) -> HTTPAnswer {
        var request = try parameters.request(for: context)
        request.retries = try parameters.retries()
        return try Exchange(context: context).run(request)
    }

    private func decoding() throws(HTTPFault) -> (json: Bool, yaml: Bool) {
        (try parameters.boolean("force_json_decode"), try parameters.boolean("force_yaml_decode"))
    }

    private func show(_ answer: HTTPAnswer) throws(HTTPFault) -> Value {
        let (json, yaml) = try decoding()
        guard call.arena.canAllocate(answer.body.count * 2) else {
            throw .request("the response does not fit the memory limit")
        }
        return answer.value(forcesJSON: json, forcesYAML: yaml, in: call.arena)
    }
}

/// The answers that evaluations share, seen from one request.
private struct SharedAnswers {
    let cache: InterQueryCache
    let context: BuiltinContext
    let key: SendParameters
    let cacheKey: RegoValue
    let forcedSeconds: Int64?

    private var isForced: Bool { forcedSeconds.map { $0 > 0 } ?? false }

    /// A kept answer that is fresh, or that the other side says is still right.
    func fresh() throws(HTTPFault) -> HTTPAnswer? {
        guard var known = cache.value(for: cacheKey) as? KeptAnswer else { return nil }
        if context.time < known.expiry { return known.answer }
        let etag = known.answer.headers["Etag"]
        let modified = known.answer.headers["Last-Modified"]
        var request = try key.request(for: context)
        guard !etag.isEmpty || !modified.isEmpty else {
            cache.remove(cacheKey)
            return nil
        }
        if !etag.isEmpty { request.headers["If-None-Match"] = etag }
        if !modified.isEmpty { request.headers["If-Modified-Since"] = modified }
        request.retries = try key.retries()
        cache.remove(cacheKey)
        let answer = try Exchange(context: context).run(request)
        switch answer.code {
        case 200:
            keep(answer)
            return answer
        case 304:
            known.answer.headers.replace(with: answer.headers)
            known.expiry = try expiry(answer.headers)
            if key.hasKnownCachingMode { cache.insert(known, size: known.size(cacheKey), for: cacheKey) }
            return known.answer
        default: return nil
        }
    }

    /// Keeps an answer if it may be kept.
    func keep(_ answer: HTTPAnswer) {
        guard isForced || Freshness.mayStore(answer.headers), Freshness.keptCodes.contains(answer.code), key.hasKnownCachingMode,
            let expiry = try? expiry(answer.headers)
        else { return }
        let kept = KeptAnswer(answer: answer, expiry: expiry)
        cache.insert(kept, size: kept.size(cacheKey), for: cacheKey)
    }

    private func expiry(_ headers: HTTPHeaders) throws(HTTPFault) -> Int64 {
        guard let forcedSeconds, forcedSeconds > 0 else { return try Freshness.expiry(headers) }
        let (sum, overflow) = context.time.addingReportingOverflow(Freshness.nanoseconds(forcedSeconds))
        return overflow ? .max : sum
    }
}
