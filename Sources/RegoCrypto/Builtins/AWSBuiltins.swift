@_spi(Engine) package import RegoRuntime

/// `providers.aws.sign_req` (OPA: "Providers"; AWS Signature Version 4).
package enum AWSBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("providers.aws.sign_req", arity: 3) { sign(BuiltinCall($0)) }
    ]

    private static let configuration = ["aws_access_key", "aws_region", "aws_secret_access_key", "aws_service"]

    /// What `http.send` takes, of which a signed request is made.
    private static let requestNames: Set<String> = [
        "method", "url", "body", "enable_redirect", "force_json_decode", "force_yaml_decode", "headers", "raw_body",
        "tls_use_system_certs", "tls_ca_cert", "tls_ca_cert_file", "tls_ca_cert_env_variable", "tls_client_cert",
        "tls_client_cert_file", "tls_client_cert_env_variable", "tls_client_key", "tls_client_key_file",
        "tls_client_key_env_variable", "tls_insecure_skip_verify", "tls_server_name", "timeout", "cache", "force_cache",
        "force_cache_duration_seconds", "raise_error", "caching_mode", "max_retry_attempts", "cache_ignored_headers",
    ]

    private static func sign(_ call: BuiltinCall) {
        guard let request = call.object(0) else { return }
        let settings = call[1]
        // OPA's message names the first operand for both.
        guard settings.tag == .object else { return call.failOperand(0, "must be object but got \(settings.typeName)") }
        call.return { () throws(CryptoFault) -> Value in
            try check(settings, configuration, "AWS config parameters(s)", operand: 2, call)
            guard call[2].isNumber else {
                throw CryptoFault("operand 1 must be number but got \(call[2].typeName)", kind: .type)
            }
            guard call[2].isInteger, call[2].asInteger >= 0 else {
                throw CryptoFault("operand 3 could not convert time_ns value into a unix timestamp", kind: .type)
            }
            let unknown = request.keys.filter { !$0.isString || !requestNames.contains($0.swiftString) }
            guard unknown.isEmpty else {
                let names = unknown.map(\.regoText).sorted().joined(separator: ", ")
                throw CryptoFault("operand 1 invalid request parameters(s): {\(names)}", kind: .type)
            }
            try check(request, ["method", "url"], "request parameters(s)", operand: 1, call)
            return try signed(request, settings, seconds: call[2].asInteger / 1_000_000_000, call)
        }
    }

    /// Fails unless all names are there and have strings.
    private static func check(
        _ object: Value, _ names: [String], _ what: String, operand: Int, _ call: BuiltinCall
    ) throws(CryptoFault) {
        let list = { (names: [String]) in names.map { "\"\($0)\"" }.joined(separator: ", ") }
        let missing = names.filter { object.member($0, in: call.arena).isUndefined }
        guard missing.isEmpty else {
            throw CryptoFault("operand \(operand) missing required \(what): {\(list(missing))}", kind: .type)
        }
        let invalid = names.filter { !object.member($0, in: call.arena).isString }
        guard invalid.isEmpty else {
            throw CryptoFault("operand \(operand) invalid values for required \(what): {\(list(invalid))}", kind: .type)
        }
    }

    private static func signed(
        _ request: Value, _ settings: Value, seconds: Int64, _ call: BuiltinCall
    ) throws(CryptoFault) -> Value {
        let arena = call.arena
        let text = { (object: Value, name: String) -> String in
            let value = object.member(name, in: arena)
            return value.isString ? value.swiftString : ""
        }
        let headers = request.member("headers", in: arena)
        guard headers.isUndefined || headers.tag == .object else {
            throw CryptoFault("operand 0 must be object but got \(headers.typeName)", kind: .type)
        }
        let unsigned = settings.member("disable_payload_signing", in: arena)
        guard unsigned.isUndefined || unsigned.tag == .true || unsigned.tag == .false else {
            throw CryptoFault("operand 2 invalid value for 'disable_payload_signing' in AWS config", kind: .type)
        }
        var signature = AWSSignature(seconds: seconds)
        signature.method = text(request, "method")
        signature.location = try AWSSignature.Location(text(request, "url"))
        signature.service = text(settings, "aws_service")
        signature.region = text(settings, "aws_region")
        signature.accessKey = text(settings, "aws_access_key")
        signature.secretKey = text(settings, "aws_secret_access_key")
        signature.sessionToken = text(settings, "aws_session_token")
        signature.signsPayload = unsigned.tag != .true
        let raw = request.member("raw_body", in: arena)
        let body = request.member("body", in: arena)
        if raw.isDefined {
            signature.body = raw.isString ? raw.bytes : []
        } else if body.isDefined {
            signature.body = Array(body.jsonText(style: JSONStyle(escapesHTML: true)).utf8)
        }
        let result = ObjectBuilder(in: arena)
        if headers.isDefined {
            for (name, value) in zip(headers.keys, headers.values) {
                let (name, value) = (name.isString ? name.swiftString : "", value.isString ? value.swiftString : "")
                signature.headers.append((name, value))
                result.set(.string(name, in: arena), .string(value, in: arena))
            }
        }
        for (name, value) in try signature.make() { result.set(.string(name, in: arena), .string(value, in: arena)) }
        let copy = ObjectBuilder(in: arena, capacity: request.length + 1)
        for (name, value) in zip(request.keys, request.values) { copy.set(name, value) }
        copy.set(.string("headers", in: arena), result.finish())
        return copy.finish()
    }
}
