import HTTPTypes

/// Ward's paths: which handler answers, under which name its duration is counted.
struct Routes: Sendable {
    let service: PolicyService
    /// What this listener answers; everything else does not exist there.
    let offered: Set<ListenerConfiguration.Service>

    func answer(_ request: ServerRequest) async -> (handler: String, answer: ServerAnswer) {
        let segments = request.target.segments[...]
        switch segments.first {
        case nil: return ("index", await index(request))
        case "health":
            return ("health", offers(.health) ? HealthRoutes(service: service).answer(request, segments.dropFirst()) : .notFound)
        case "metrics" where segments.count == 1: return ("metrics", offers(.metrics) ? metrics(request) : .notFound)
        case "v0", "v1": return await versioned(request, segments)
        case "v2": return ("v2", offers(.inference) ? await ModelRoutes(service: service).answer(request, segments.dropFirst()) : .notFound)
        default: return ("catchall", .notFound)
        }
    }

    private func offers(_ wanted: ListenerConfiguration.Service) -> Bool { offered.contains(wanted) }

    private func versioned(_ request: ServerRequest, _ segments: ArraySlice<String>) async -> (String, ServerAnswer) {
        let version = segments.first ?? ""
        let rest = segments.dropFirst(2)
        switch (version, segments.dropFirst().first) {
        case ("v1", "data"):
            return ("v1/data", offers(.data) ? await DataRoutes(service: service).v1(request, rest) : .notFound)
        case ("v0", "data"):
            return ("v0/data", offers(.data) ? await DataRoutes(service: service).v0(request, rest) : .notFound)
        case ("v1", "admit") where rest.isEmpty:
            return ("v1/admit", offers(.admission) ? await AdmissionRoute(service: service).answer(request) : .notFound)
        default: return ("catchall", .notFound)
        }
    }

    private func index(_ request: ServerRequest) async -> ServerAnswer {
        guard offers(.data) else { return .notFound }
        switch request.method {
        case .get: return .text(.ok, "Ward \(service.version)\n")
        case .post: return await DataRoutes(service: service).defaultDecision(request)
        default: return .methodNotAllowed([.get, .post])
        }
    }

    private func metrics(_ request: ServerRequest) -> ServerAnswer {
        guard request.method == .get else { return .methodNotAllowed([.get]) }
        let page = service.metrics.page(revision: service.snapshots.current.revision)
        return ServerAnswer(.ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(page.utf8))
    }
}
