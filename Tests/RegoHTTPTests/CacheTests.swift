import Rego
@_spi(Engine) import RegoRuntime
import Synchronization
import Testing

/// Answers that are kept between evaluations.
@Suite struct CacheTests {
    private func body(_ server: LoopbackServer, _ options: String) throws -> RegoValue? {
        try HTTPHarness.value(#"http.send({"method": "GET", "url": "\#(server.ownURL)", \#(options)})"#)["raw_body"]
    }

    /// A server that counts, with these fields in each answer's head.
    private func counter(_ headers: [String], status: String = "200 OK") throws -> LoopbackServer {
        let box = Counter()
        return try LoopbackServer { _ in
            LoopbackServer.Response(status: status, headers: headers, body: Array("\(box.next())".utf8))
        }
    }

    private static let farAway = "Expires: Tue, 01 Jan 2999 00:00:00 GMT"
    private static let longAgo = "Expires: Thu, 01 Jan 1970 00:00:00 GMT"

    @Test(arguments: [
        ([farAway], true), (["Expires: Friday, 01-Jan-60 00:00:00 GMT"], true), ([longAgo], false), (["Expires: 0"], false), ([], false),
        (["Cache-Control: max-age=600", "Date: Tue, 01 Jan 2999 00:00:00 GMT"], true), (["Cache-Control: max-age=600"], false),
        (["Cache-Control: max-age=600", "Date: Thu, 01 Jan 1970 00:00:00 GMT", farAway], false),
        (["Cache-Control: no-store", farAway], false), (["Cache-Control: max-age=x", farAway], false),
        (["Cache-Control: private, max-age=99999999999", "Date: Tue, 01 Jan 2999 00:00:00 GMT"], true),
    ])
    func freshness(_ headers: [String], _ isKept: Bool) throws {
        let server = try counter(headers)
        #expect(try body(server, #""cache": true"#) == "1")
        #expect(try body(server, #""cache": true"#) == (isKept ? "1" : "2"))
    }

    @Test(arguments: [
        ("200 OK", true), ("404 Not Found", true), ("500 Internal Server Error", false), ("302 Found", false), ("201 Created", false),
    ])
    func codes(_ status: String, _ isKept: Bool) throws {
        let server = try counter([Self.farAway], status: status)
        #expect(try body(server, #""cache": true"#) == "1")
        #expect(try body(server, #""cache": true"#) == (isKept ? "1" : "2"))
    }

    @Test func nothingIsKeptUnlessAsked() throws {
        let server = try counter([Self.farAway])
        #expect(try body(server, #""timeout": "1s""#) == "1")
        #expect(try body(server, #""timeout": "1s""#) == "2")
    }

    @Test(arguments: ["serialized", "deserialized"])
    func forcedCaching(_ mode: String) throws {
        let server = try counter(["Cache-Control: no-store"])
        let options = #""force_cache": true, "force_cache_duration_seconds": 600, "caching_mode": "\#(mode)""#
        #expect(try body(server, options) == "1")
        #expect(try body(server, options) == "1")
        #expect(try body(server, #""force_cache": true, "force_cache_duration_seconds": 600, "caching_mode": "other""#) == "2")
        #expect(try body(server, #""force_cache": true, "force_cache_duration_seconds": 600, "caching_mode": "other""#) == "3")
    }

    @Test func requestsAreToldApart() throws {
        let server = try counter([Self.farAway])
        #expect(try body(server, #""cache": true, "headers": {"a": "1"}"#) == "1")
        #expect(try body(server, #""cache": true, "headers": {"a": "2"}"#) == "2")
        #expect(try body(server, #""cache": true, "headers": {"a": "3"}, "cache_ignored_headers": ["a"]"#) == "3")
        #expect(try body(server, #""cache": true, "headers": {"a": "4"}, "cache_ignored_headers": ["a"]"#) == "3")
    }

    @Test func staleAnswersAreConfirmed() throws {
        let server = try LoopbackServer { request in
            if request.headers["if-none-match"] == "\"tag\"" && request.headers["if-modified-since"] == "Thu, 01 Jan 1970 00:00:00 GMT" {
                return LoopbackServer.Response(status: "304 Not Modified", headers: [Self.farAway, "X-New: yes"])
            }
            return .text("first", Self.longAgo, "ETag: \"tag\"", "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT")
        }
        #expect(try body(server, #""cache": true"#) == "first")
        let confirmed = try HTTPHarness.value(#"http.send({"method": "GET", "url": "\#(server.ownURL)", "cache": true})"#)
        #expect(confirmed["status_code"] == 200 && confirmed["raw_body"] == "first" && confirmed["headers"]?["x-new"] == ["yes"])
        #expect(try body(server, #""cache": true"#) == "first")
        #expect(server.requests.count == 2)
    }

    @Test func staleAnswersAreReplaced() throws {
        let box = Counter()
        let server = try LoopbackServer { _ in .text("\(box.next())", Self.longAgo, "ETag: \"tag\"") }
        #expect(try body(server, #""cache": true"#) == "1")
        #expect(try body(server, #""cache": true"#) == "2")
        #expect(server.requests.last?.headers["if-none-match"] == "\"tag\"")
    }

    // MARK: The store

    @Test func oldestEntriesGiveWay() {
        let cache = InterQueryCache(byteLimit: 100)
        for index in 0..<1000 { cache.insert(index, size: 30, for: .number(RegoNumber(index))) }
        #expect(cache.byteCount == 90)
        #expect(cache.value(for: 996) == nil && cache.value(for: 997) as? Int == 997 && cache.value(for: 999) as? Int == 999)
        cache.insert(0, size: 101, for: "too large")
        #expect(cache.value(for: "too large") == nil && cache.byteCount == 90)
        for _ in 0..<1000 { cache.insert(1, size: 40, for: "one key") }
        #expect(cache.byteCount == 100)
        cache.remove("one key")
        #expect(cache.byteCount == 60)
    }
}

/// Counts for closures on other threads.
final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
