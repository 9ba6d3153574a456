/// A request to be signed with AWS Signature Version 4.
struct AWSSignature {
    var method = ""
    var location = Location()
    var service = ""
    var region = ""
    var accessKey = ""
    var secretKey = ""
    var sessionToken = ""
    var signsPayload = true
    var body: [UInt8] = []
    /// The request's own headers.
    var headers: [(name: String, value: String)] = []

    /// `20151228` and `20151228T140825Z`.
    private let date: String
    private let timestamp: String

    /// Proxies change these on the way.
    private static let ignoredHeaders: Set<String> = ["authorization", "user-agent", "x-amzn-trace-id"]

    /// Begins a request at a time.
    ///
    /// - Parameter seconds: since 1970; not negative.
    init(seconds: Int64) {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // Civil dates of day numbers, counted in years that begin in March, in eras of 400 years.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let pad = { (number: Int64, width: Int) in
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        date = pad(year, 4) + pad(month, 2) + pad(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2)
        timestamp = "\(date)T\(pad(second / 3600, 2))\(pad(second / 60 % 60, 2))\(pad(second % 60, 2))Z"
    }

    /// The headers that a signed request has in addition.
    func make() throws(CryptoFault) -> [(name: String, value: String)] {
        let payload = signsPayload ? try hash(body) : "UNSIGNED-PAYLOAD"
        var added = [(name: "host", value: location.host), (name: "x-amz-date", value: timestamp)]
        if service == "s3" || service == "glacier" || !signsPayload { added.append(("x-amz-content-sha256", payload)) }
        if !sessionToken.isEmpty { added.append(("x-amz-security-token", sessionToken)) }

        var toSign: [String: String] = [:]
        for header in added { toSign[header.name] = header.value }
        for header in headers {
            let name = header.name.lowercased()
            if !Self.ignoredHeaders.contains(name) { toSign[name] = header.value }
        }
        let names = toSign.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let list = names.joined(separator: ";")
        let lines = names.map { "\($0):\(toSign[$0] ?? "")\n" }.joined()
        let canonical = "\(method)\n\(location.path)\n\(location.query)\n\(lines)\n\(list)\n\(payload)"
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(try hash(Array(canonical.utf8)))"

        var key = Array("AWS4\(secretKey)".utf8)
        for part in [date, region, service, "aws4_request"] { key = try code(part, key) }
        let signature = try code(text, key).hexadecimal
        added.append(
            ("Authorization", "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope),SignedHeaders=\(list),Signature=\(signature)"))
        return added
    }

    private func hash(_ bytes: [UInt8]) throws(CryptoFault) -> String {
        guard let digest = Digest.hash(bytes, .sha256) else { throw CryptoFault("SHA-256 is not available") }
        return digest.hexadecimal
    }

    private func code(_ text: String, _ key: [UInt8]) throws(CryptoFault) -> [UInt8] {
        guard let code = Digest.hmac(Array(text.utf8), key: key, .sha256) else { throw CryptoFault("SHA-256 is not available") }
        return code
    }
}

extension AWSSignature {
    /// The parts of a URL that are signed.
    struct Location {
        /// With the port.
        var host = ""
        /// Percent-encoded.
        var path = ""
        /// As it stands.
        var query = ""

        init() {}

        /// Reads a URL (RFC 3986) as far as signing needs it.
        init(_ text: String) throws(CryptoFault) {
            var rest = Array(text.utf8)[...]
            guard !rest.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw CryptoFault("parse url: net/url: invalid control character in URL")
            }
            if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
            if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
                query = String(decoding: rest[(mark + 1)...], as: UTF8.self)
                rest = rest[..<mark]
            }
            if let colon = rest.firstIndex(of: UInt8(ascii: ":")), !rest[..<colon].contains(UInt8(ascii: "/")) {
                guard colon > rest.startIndex else { throw CryptoFault("parse url: missing protocol scheme") }
                rest = rest[(colon + 1)...]
            }
            if rest.starts(with: "//".utf8) {
                rest = rest.dropFirst(2)
                let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
                var authority = rest[..<end]
                if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(at + 1)...] }
                host = String(decoding: authority, as: UTF8.self)
                rest = rest[end...]
            }
            path = try Self.encoded(rest)
        }

        /// A path as it stands when nothing in it needs escapes; else decoded and encoded anew.
        private static func encoded(_ path: ArraySlice<UInt8>) throws(CryptoFault) -> String {
            var decoded: [UInt8] = []
            var at = path.startIndex
            while at < path.endIndex {
                guard path[at] == UInt8(ascii: "%") else {
                    decoded.append(path[at])
                    at += 1
                    continue
                }
                let digits = path[(at + 1)...].prefix(2)
                guard digits.count == 2, digits.allSatisfy({ isLetterOrDigit($0) }),
                    let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { throw CryptoFault("parse url: invalid URL escape") }
                decoded.append(byte)
                at += 3
            }
            let accepted = Array("-_.~$&+,/:;=@!'()*[]%".utf8)
            if path.allSatisfy({ isLetterOrDigit($0) || accepted.contains($0) }) { return String(decoding: path, as: UTF8.self) }
            let kept = Array("-_.~$&+,/:;=@".utf8)
            return decoded.map { byte in
                if isLetterOrDigit(byte) || kept.contains(byte) { return String(Unicode.Scalar(byte)) }
                return "%" + [byte].hexadecimal.uppercased()
            }.joined()
        }

        private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: false
            }
        }
    }
}
