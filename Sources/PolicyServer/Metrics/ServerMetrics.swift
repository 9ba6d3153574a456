/// Everything that `/metrics` shows.
package final class ServerMetrics: Sendable {
    /// OPA's name, labels and buckets, so that its dashboards keep working.
    package let requests = MetricFamily<Histogram>(
        name: "http_request_duration_seconds", help: "A histogram of duration for requests.", labels: ["code", "handler", "method"]
    ) { Histogram(bounds: [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 0.01, 0.1, 1]) }

    package let decisions = MetricFamily<Counter>(
        name: "ward_decisions_total", help: "Decisions by the path that was asked for and how it came out.", labels: ["path", "outcome"]
    ) { Counter() }

    package let evaluation = MetricFamily<Histogram>(
        name: "ward_evaluation_duration_seconds", help: "Time that policy evaluations took.", labels: ["path"]
    ) { Histogram(bounds: [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 0.01, 0.1, 1]) }

    package let logAppend = MetricFamily<Histogram>(
        name: "ward_decision_log_append_duration_seconds", help: "Time from handing a decision to the log to its commit.", labels: []
    ) { Histogram(bounds: [1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1]) }

    package let logFailures = MetricFamily<Counter>(
        name: "ward_decision_log_failures_total", help: "Decisions that could not be logged and were refused.", labels: ["code"]
    ) { Counter() }

    package let inference = MetricFamily<Histogram>(
        name: "ward_inference_duration_seconds", help: "Time from handing an image to the worker to its outputs.", labels: ["model"]
    ) { Histogram(bounds: [1e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5]) }

    package let inferenceFailures = MetricFamily<Counter>(
        name: "ward_inference_failures_total", help: "Allowed inferences that brought no outputs.", labels: ["model", "code"]
    ) { Counter() }

    package let reloads = MetricFamily<Counter>(
        name: "ward_policy_reloads_total", help: "Reloads of the policies.", labels: ["outcome"]
    ) { Counter() }

    package let inFlight = Gauge()
    package let connections = Gauge()
    package let pendingInferences = Gauge()

    private let process = ProcessMetrics()
    private let version: String

    package init(version: String) {
        self.version = version
    }

    /// The page as Prometheus reads it.
    package func page(revision: String) -> String {
        var text = PrometheusText()
        text.write(requests)
        text.write(decisions)
        text.write(evaluation)
        text.write(logAppend)
        text.write(logFailures)
        text.write(inference)
        text.write(inferenceFailures)
        text.write(reloads)
        text.gauge("ward_http_requests_in_flight", "Requests under way.", Double(inFlight.value))
        text.gauge("ward_http_connections", "Open connections.", Double(connections.value))
        text.gauge("ward_inference_pending", "Inferences under way or waiting.", Double(pendingInferences.value))
        text.gauge("ward_info", "What is running.", 1, labels: [("version", version), ("revision", revision)])
        process.write(into: &text)
        return text.text
    }
}
