internal import RegoBuiltins
@_spi(Engine) internal import RegoRuntime

/// The argument of `http.send`, as far as all requests need it.
struct SendParameters {
    static let allowed: Set<String> = [
        "method", "url", "body", "enable_redirect", "force_json_decode", "force_yaml_decode", "headers", "raw_body", "tls_use_system_certs",
        "tls_ca_cert", "tls_ca_cert_file", "tls_ca_cert_env_variable", "tls_client_cert", "tls_client_cert_file",
        "tls_client_cert_env_variable", "tls_client_key", "tls_client_key_file", "tls_client_key_env_variable", "tls_insecure_skip_verify",
        "tls_server_name", "timeout", "cache", "force_cache", "force_cache_duration_seconds", "raise_error", "caching_mode",
        "max_retry_attempts", "cache_ignored_headers",
    ]

    let members: [RegoValue: RegoValue]

    subscript(name: String) -> RegoValue? { members[.string(name)] }

    /// Checks the names of an object's members.
    static func check(_ members: [RegoValue: RegoValue]) throws(HTTPFault) {
        let unknown = members.keys.filter { $0.string.map { !allowed.contains($0) } ?? true }
        if !unknown.isEmpty {
            throw .operand("operand 1 invalid request parameters(s): \(RegoValue.set(Set(unknown)))")
        }
        let missing = ["method", "url"].filter { members[.string($0)] == nil }
        if !missing.isEmpty {
            throw .operand("operand 1 missing required request parameters(s): \(RegoValue.set(Set(missing.map { .string($0) })))")
        }
    }

    /// A boolean; `false` without one.
    func boolean(_ name: String) throws(HTTPFault) -> Bool {
        guard let value = self[name] else { return false }
        guard let boolean = value.boolean else { throw .request("invalid value for \"\(name)\" field") }
        return boolean
    }

    /// For how long answers are kept whatever their head says; `nil` unless `force_cache` asks for that.
    func forcedSeconds() throws(HTTPFault) -> Int64? {
        guard try boolean("force_cache") else { return nil }
        guard let value = self["force_cache_duration_seconds"] else {
            throw .request("'force_cache' set but 'force_cache_duration_seconds' parameter is missing")
        }
        let text = value.description
        guard case .number(let number) = value, let seconds = number.int64, String(seconds) == text else {
            let isNumber = Double(text) != nil && text.utf8.allSatisfy { $0 == 45 || ($0 >= 48 && $0 <= 57) }
            throw .request("strconv.ParseInt: parsing \(HTTPText.quoted(text)): \(isNumber ? "value out of range" : "invalid syntax")")
        }
        guard let short = Int32(exactly: seconds) else {
            throw .request("strconv.ParseInt: parsing \(HTTPText.quoted(text)): value out of range")
        }
        return Int64(short)
    }

    /// Attempts after the first one.
    func retries() throws(HTTPFault) -> Int {
        guard let value = self["max_retry_attempts"] else { return 0 }
        guard let count = value.integer, count >= 0 else {
            throw .plain("invalid value \(value) for field \"max_retry_attempts\"")
        }
        return Int(count)
    }

    /// Whether `caching_mode` is one of OPA's.
    var hasKnownCachingMode: Bool {
        guard let mode = self["caching_mode"] else { return true }
        return mode.string == "serialized" || mode.string == "deserialized"
    }

    /// What answers are kept under: the request without the headers that are to be ignored.
    func cacheKey() throws(HTTPFault) -> SendParameters {
        var key = members
        defer { key = [:] }
        let ignored = self["cache_ignored_headers"]
        key[.string("cache_ignored_headers")] = .null
        guard let ignored, let headers = self["headers"] else { return SendParameters(members: key) }
        if case .null = ignored { return SendParameters(members: key) }
        guard let names = ignored.array ?? ignored.set.map(Array.init), names.allSatisfy({ $0.string != nil }) else {
            throw .plain("json: cannot unmarshal cache_ignored_headers into a list of strings")
        }
        guard var fields = headers.object else { throw .plain("json: cannot unmarshal headers into an object") }
        for name in names { fields[name] = nil }
        key[.string("headers")] = .object(fields)
        return SendParameters(members: key)
    }

    /// The default of `timeout` in nanoseconds: 5 seconds, or what the environment says.
    private static let defaultTimeout: Int64 = {
        guard let text = ProcessEnvironment["HTTP_SEND_TIMEOUT"], !text.isEmpty, let given = try? GoTime.duration(text) else {
            return 5_000_000_000
        }
        return given
    }()

    /// `timeout` in nanoseconds: a number, or text with a unit.
    func timeout() throws(HTTPFault) -> Int64 {
        switch self["timeout"] {
        case nil: return Self.defaultTimeout
        case .number(let number)?:
            guard let value = number.int64 else {
                throw .request("invalid timeout number value \(RegoValue.number(number)), must be int64")
            }
            return value
        case .string(let text)?:
            if let value = Int64(text) { return value }
            do throws(GoTime.Failure) {
                return try GoTime.duration(text)
            } catch {
                throw .request("invalid timeout value \(RegoValue.string(text)): \(error.message)")
            }
        case let other?:
            throw .operand("operand 1 'timeout' must be one of {string, number} but got \(Self.kind(other))")
        }
    }

    private static func kind(_ value: RegoValue) -> String {
        switch value {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        }
    }
}
