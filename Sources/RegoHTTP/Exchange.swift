internal import Glibc
@_spi(Engine) internal import RegoRuntime

/// A request with its redirects and repetitions, as Go's client and OPA run them.
struct Exchange {
    /// Redirects of one request; OPA has no bound but its time-out.
    private static let redirectLimit = 50

    let context: BuiltinContext

    /// Sends until there is an answer or the attempts are used up.
    func run(_ request: HTTPRequest) throws(HTTPFault) -> HTTPAnswer {
        var attempt = 0
        while true {
            do throws(HTTPFault) {
                return try follow(request)
            } catch {
                guard case .network = error, attempt < request.retries else { throw error }
            }
            try wait(Self.delay(before: attempt))
            attempt += 1
        }
    }

    /// Nanoseconds before the next attempt: none at first, then from a tenth of a second on by 1.6 times more up to a minute, give or take
    /// a fifth.
    private static func delay(before attempt: Int) -> UInt64 {
        guard attempt > 0 else { return 0 }
        var delay = 0.1e9
        for _ in 0..<min(attempt, 64) where delay < 60e9 { delay *= 1.6 }
        return UInt64(min(delay, 60e9) * Double.random(in: 0.8...1.2))
    }

    private func wait(_ nanoseconds: UInt64) throws(HTTPFault) {
        let end = Machine.monotonicNanoseconds() + nanoseconds
        while true {
            if context.isInterrupted { throw .interrupted }
            let now = Machine.monotonicNanoseconds()
            guard now < end else { return }
            usleep(UInt32(min(end - now, 20_000_000) / 1000))
        }
    }

    private func follow(_ first: HTTPRequest) throws(HTTPFault) -> HTTPAnswer {
        var request = first
        var deadline: UInt64 = 0
        if request.timeout > 0 {
            let (sum, overflow) = Machine.monotonicNanoseconds().addingReportingOverflow(UInt64(request.timeout))
            deadline = overflow ? 0 : sum
        }
        let transport = Transport(context: context)
        for _ in 0...Self.redirectLimit {
            let answer = try transport.send(request, deadline: deadline)
            guard request.followsRedirects, let next = try redirect(request, first, answer) else { return answer }
            request = next
        }
        throw request.fault("stopped after \(Self.redirectLimit) redirects")
    }

    /// The request that a redirect asks for; `nil` if the answer is none.
    private func redirect(_ request: HTTPRequest, _ first: HTTPRequest, _ answer: HTTPAnswer) throws(HTTPFault) -> HTTPRequest? {
        let keepsMethod: Bool
        switch answer.code {
        case 301, 302, 303: keepsMethod = false
        case 307, 308: keepsMethod = true
        default: return nil
        }
        let location = answer.headers["Location"]
        guard !location.isEmpty else { return nil }
        var next = request
        do throws(TargetURL.Fault) {
            next.url = try request.url.resolving(location)
        } catch {
            throw request.fault(error.message)
        }
        if !keepsMethod {
            next.body = []
            if request.method != "GET", request.method != "HEAD" { next.method = "GET" }
        }
        // A host that was given is kept for references within it alone.
        if (try? TargetURL(location))?.scheme.isEmpty == false { next.host = nil }
        if !Self.isSameOrBelow(next.url.host, first.url.host) {
            for name in ["Authorization", "Www-Authenticate", "Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Authenticate"] {
                next.headers[name] = nil
            }
        }
        if first.headers["Referer"] == nil { next.headers["Referer"] = Self.referer(from: request.url, to: next.url) }
        guard context.mayReach(host: next.url.host) else {
            throw next.fault("unallowed host: \(next.url.host)")
        }
        return next
    }

    /// Whether credentials for one host may also go to another: the same or one below it.
    private static func isSameOrBelow(_ host: String, _ origin: String) -> Bool {
        let (host, origin) = (host.lowercased(), origin.lowercased())
        if host == origin { return true }
        // Addresses have no names below them.
        if ProxySettings.Address(host) != nil || ProxySettings.Address(origin) != nil { return false }
        return host.hasSuffix("." + origin)
    }

    /// What `Referer` says: the last URL without user and fragment, and nothing on the way from a protected page to another.
    private static func referer(from last: TargetURL, to next: TargetURL) -> String? {
        last.scheme == "https" && next.scheme == "http" ? nil : last.text
    }
}
