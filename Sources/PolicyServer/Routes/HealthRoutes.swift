import Gatekeeper
import HTTPTypes

/// `GET /health`, with OPA's parameters, and the two probes that Kubernetes asks for.
struct HealthRoutes {
    let service: PolicyService

    func answer(_ request: ServerRequest, _ rest: ArraySlice<String>) -> ServerAnswer {
        guard request.method == .get else { return .methodNotAllowed([.get]) }
        switch rest.first {
        // Ward has no bundles or plugins that could be inactive: `?bundles` and `?plugins` ask for nothing further.
        case nil: return ready
        case "live" where rest.count == 1: return .json(.ok, .object([]))
        case "ready" where rest.count == 1: return ready
        default: return .notFound
        }
    }

    private var ready: ServerAnswer {
        guard let reason = service.notReady else { return .json(.ok, .object([])) }
        return .json(.internalServerError, .members(("error", .string(reason))))
    }
}
