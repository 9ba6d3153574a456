internal import RegoBuiltins

/// Whether and for how long an answer may be kept (RFC 9111), as far as OPA reads it.
enum Freshness {
    /// The codes of answers that are kept.
    static let keptCodes: Set<Int> = [200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501]

    /// Whether `Cache-Control` allows to keep the answer.
    static func mayStore(_ headers: HTTPHeaders) -> Bool { directives(headers)["no-store"] == nil }

    /// When the answer is no longer fresh, in nanoseconds since 1970; long ago if it says nothing.
    static func expiry(_ headers: HTTPHeaders) throws(HTTPFault) -> Int64 {
        guard let seconds = try maxAge(headers) else {
            let date = headers["Expires"]
            guard !date.isEmpty, let seconds = try? GoTime.httpDate(date) else { return .min }
            return nanoseconds(seconds)
        }
        let date = headers["Date"]
        guard !date.isEmpty else { throw .plain("no date header") }
        do throws(GoTime.Failure) {
            return nanoseconds(try GoTime.httpDate(date) + seconds)
        } catch {
            throw .plain(error.message)
        }
    }

    /// Seconds as nanoseconds, at most what fits.
    static func nanoseconds(_ seconds: Int64) -> Int64 {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product
    }

    private static func maxAge(_ headers: HTTPHeaders) throws(HTTPFault) -> Int64? {
        guard let text = directives(headers)["max-age"] else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            throw .plain("strconv.ParseUint: parsing \(HTTPText.quoted(text)): invalid syntax")
        }
        return min(Int64(text) ?? .max, Int64(Int32.max))
    }

    private static func directives(_ headers: HTTPHeaders) -> [String: String] {
        var found: [String: String] = [:]
        for part in headers["Cache-Control"].split(separator: ",") {
            let part = trim(part, " ")
            guard !part.isEmpty else { continue }
            let items = part.split(separator: "=", omittingEmptySubsequences: false)
            if items.count == 1 {
                found[String(part)] = ""
            } else if items.count == 2 {
                found[String(trim(items[0], " "))] = String(trim(items[1], ","))
            }
        }
        return found
    }

    private static func trim(_ text: Substring, _ character: Character) -> Substring {
        var text = text
        while text.first == character { text.removeFirst() }
        while text.last == character { text.removeLast() }
        return text
    }
}
