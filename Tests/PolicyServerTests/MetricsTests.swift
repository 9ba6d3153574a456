import PolicyServer
import Testing

@Suite struct MetricsTests {
    @Test func countsAndBuckets() {
        let metrics = ServerMetrics(version: "1")
        metrics.decisions["a\"b\\c\nd", "allowed"].increment(by: 2)
        for length in [Duration.nanoseconds(500), .microseconds(3), .milliseconds(5), .seconds(7)] {
            metrics.requests["200", "v1/data", "post"].record(length)
        }
        let page = metrics.page(revision: "r")
        for line in [
            #"ward_decisions_total{path="a\"b\\c\nd",outcome="allowed"} 2"#,
            #"http_request_duration_seconds_bucket{code="200",handler="v1/data",method="post",le="1e-06"} 1"#,
            #"http_request_duration_seconds_bucket{code="200",handler="v1/data",method="post",le="5e-06"} 2"#,
            #"http_request_duration_seconds_bucket{code="200",handler="v1/data",method="post",le="1"} 3"#,
            #"http_request_duration_seconds_bucket{code="200",handler="v1/data",method="post",le="+Inf"} 4"#,
            #"http_request_duration_seconds_sum{code="200",handler="v1/data",method="post"} 7.0050035"#,
            #"http_request_duration_seconds_count{code="200",handler="v1/data",method="post"} 4"#,
            #"ward_info{version="1",revision="r"} 1"#,
        ] { #expect(page.contains(line + "\n"), "\(line)\n\(page)") }
    }

    @Test func labelsAreBounded() {
        let metrics = ServerMetrics(version: "1")
        for number in 0..<5_000 { metrics.decisions["path/\(number)", "allowed"].increment() }
        let lines = metrics.page(revision: "").split(separator: "\n").filter { $0.hasPrefix("ward_decisions_total{") }
        #expect(lines.count <= 513)
        #expect(metrics.decisions["other", "other"].value >= 4_400)
    }

    @Test func everyLineIsWellFormed() {
        let metrics = ServerMetrics(version: "1")
        metrics.inference["m"].record(.milliseconds(3))
        for line in metrics.page(revision: "r").split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.wholeMatch(of: /[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+/) != nil, "\(line)")
        }
    }
}
