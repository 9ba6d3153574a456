/// The builtins that a program may call, by name.
///
/// OPA's own are a constant table: nothing has to be built before the first look-up.
package struct BuiltinTable: Sendable, ExpressibleByDictionaryLiteral {
    private let includesOPA: Bool
    /// Further builtins, which come before OPA's of the same name.
    private(set) var further: [String: BuiltinSignature]

    /// OPA's builtins and nothing else.
    package static let opa = BuiltinTable(includesOPA: true)

    private init(includesOPA: Bool) {
        self.includesOPA = includesOPA
        further = [:]
    }

    /// Only the given builtins.
    package init(dictionaryLiteral elements: (String, BuiltinSignature)...) {
        includesOPA = false
        further = Dictionary(elements) { _, last in last }
    }

    /// The builtins among these that have one of the names, and further ones.
    package func restricted(to names: Set<String>, adding others: [BuiltinSignature] = []) -> BuiltinTable {
        var table = BuiltinTable(includesOPA: false)
        for name in names { table.further[name] = self[name] }
        for signature in others { table.further[signature.name] = signature }
        return table
    }

    /// The signature of a builtin; `nil` if there is none of that name.
    ///
    /// - Complexity: O(log n) comparisons of bytes.
    package subscript(name: String) -> BuiltinSignature? {
        get {
            if !further.isEmpty, let signature = further[name] { return signature }
            return includesOPA ? Row.find(name)?.signature(name) : nil
        }
        set { further[name] = newValue }
    }
}

extension BuiltinSignature {
    /// The signatures of OPA 1.9's 201 builtins, and of five that came later, by name.
    package static var opaByName: BuiltinTable { .opa }

    /// The names of OPA's builtins, sorted.
    package static var opaNames: [String] { Row.all.map { $0.name.description } }
}

/// A row of OPA's table of builtins.
private struct Row {
    enum Trait: UInt8 {
        case none
        case relation
        case void
        case deprecated
        case nondeterministic
    }

    let name: StaticString
    let arity: UInt8
    let trait: Trait

    init(_ name: StaticString, _ arity: UInt8, _ trait: Trait = .none) {
        self.name = name
        self.arity = arity
        self.trait = trait
    }

    func signature(_ name: String) -> BuiltinSignature {
        BuiltinSignature(
            name: name, arity: Int(arity), hasResult: trait != .void, isRelation: trait == .relation, isDeprecated: trait == .deprecated,
            isNondeterministic: trait == .nondeterministic)
    }

    /// The row of a name, found by halving.
    static func find(_ name: String) -> Row? {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            let row = all[middle]
            switch compare(row.name, name) {
            case 0: return row
            case ..<0: low = middle + 1
            default: high = middle
            }
        }
        return nil
    }

    /// Compares by bytes: negative if the first name comes first.
    private static func compare(_ left: StaticString, _ right: String) -> Int {
        left.withUTF8Buffer { left in
            var index = 0
            for byte in right.utf8 {
                guard index < left.count else { return -1 }
                if left[index] != byte { return Int(left[index]) - Int(byte) }
                index += 1
            }
            return left.count - index
        }
    }

    /// All rows by name. Source: OPA's capabilities file; `print` is variadic there and has arity 0.
    static let all: [Row] = [
        Row("abs", 1), Row("all", 1, .deprecated), Row("and", 2), Row("any", 1, .deprecated), Row("array.concat", 2),
        Row("array.flatten", 1), Row("array.reverse", 1), Row("array.slice", 3), Row("assign", 2), Row("base64.decode", 1),
        Row("base64.encode", 1), Row("base64.is_valid", 1), Row("base64url.decode", 1), Row("base64url.encode", 1),
        Row("base64url.encode_no_pad", 1), Row("bits.and", 2), Row("bits.lsh", 2), Row("bits.negate", 1), Row("bits.or", 2),
        Row("bits.rsh", 2), Row("bits.xor", 2), Row("cast_array", 1, .deprecated), Row("cast_boolean", 1, .deprecated),
        Row("cast_null", 1, .deprecated), Row("cast_object", 1, .deprecated), Row("cast_set", 1, .deprecated),
        Row("cast_string", 1, .deprecated), Row("ceil", 1), Row("concat", 2), Row("contains", 2), Row("count", 1),
        Row("crypto.hmac.equal", 2), Row("crypto.hmac.md5", 2), Row("crypto.hmac.sha1", 2), Row("crypto.hmac.sha256", 2),
        Row("crypto.hmac.sha512", 2), Row("crypto.md5", 1), Row("crypto.parse_private_keys", 1), Row("crypto.sha1", 1),
        Row("crypto.sha256", 1), Row("crypto.x509.parse_and_verify_certificates", 1),
        Row("crypto.x509.parse_and_verify_certificates_with_options", 2), Row("crypto.x509.parse_certificate_request", 1),
        Row("crypto.x509.parse_certificates", 1), Row("crypto.x509.parse_keypair", 2), Row("crypto.x509.parse_rsa_private_key", 1),
        Row("div", 2), Row("endswith", 2), Row("eq", 2), Row("equal", 2), Row("floor", 1), Row("format_int", 2), Row("glob.match", 3),
        Row("glob.quote_meta", 1), Row("graph.reachable", 2), Row("graph.reachable_paths", 2), Row("graphql.is_valid", 2),
        Row("graphql.parse", 2), Row("graphql.parse_and_verify", 2), Row("graphql.parse_query", 1), Row("graphql.parse_schema", 1),
        Row("graphql.schema_is_valid", 1), Row("gt", 2), Row("gte", 2), Row("hex.decode", 1), Row("hex.encode", 1),
        Row("http.send", 1, .nondeterministic), Row("indexof", 2), Row("indexof_n", 2), Row("internal.member_2", 2),
        Row("internal.member_3", 3), Row("internal.print", 1, .void), Row("internal.template_string", 1),
        Row("internal.test_case", 1, .void), Row("intersection", 1), Row("io.jwt.decode", 1),
        Row("io.jwt.decode_verify", 2, .nondeterministic), Row("io.jwt.encode_sign", 3, .nondeterministic),
        Row("io.jwt.encode_sign_raw", 3, .nondeterministic), Row("io.jwt.verify_eddsa", 2), Row("io.jwt.verify_es256", 2),
        Row("io.jwt.verify_es384", 2), Row("io.jwt.verify_es512", 2), Row("io.jwt.verify_hs256", 2), Row("io.jwt.verify_hs384", 2),
        Row("io.jwt.verify_hs512", 2), Row("io.jwt.verify_ps256", 2), Row("io.jwt.verify_ps384", 2), Row("io.jwt.verify_ps512", 2),
        Row("io.jwt.verify_rs256", 2), Row("io.jwt.verify_rs384", 2), Row("io.jwt.verify_rs512", 2), Row("is_array", 1),
        Row("is_boolean", 1), Row("is_null", 1), Row("is_number", 1), Row("is_object", 1), Row("is_set", 1), Row("is_string", 1),
        Row("json.filter", 2), Row("json.is_valid", 1), Row("json.marshal", 1), Row("json.marshal_with_options", 2),
        Row("json.match_schema", 2), Row("json.patch", 2), Row("json.remove", 2), Row("json.unmarshal", 1), Row("json.verify_schema", 1),
        Row("lower", 1), Row("lt", 2), Row("lte", 2), Row("max", 1), Row("min", 1), Row("minus", 2), Row("mul", 2), Row("neq", 2),
        Row("net.cidr_contains", 2), Row("net.cidr_contains_matches", 2), Row("net.cidr_expand", 1), Row("net.cidr_intersects", 2),
        Row("net.cidr_is_valid", 1), Row("net.cidr_merge", 1), Row("net.cidr_overlap", 2, .deprecated),
        Row("net.lookup_ip_addr", 1, .nondeterministic), Row("numbers.range", 2), Row("numbers.range_step", 3), Row("object.filter", 2),
        Row("object.get", 3), Row("object.keys", 1), Row("object.remove", 2), Row("object.subset", 2), Row("object.union", 2),
        Row("object.union_n", 1), Row("opa.runtime", 0, .nondeterministic), Row("or", 2), Row("plus", 2), Row("print", 0, .void),
        Row("product", 1), Row("providers.aws.sign_req", 3), Row("rand.intn", 2, .nondeterministic), Row("re_match", 2, .deprecated),
        Row("regex.find_all_string_submatch_n", 3), Row("regex.find_n", 3), Row("regex.globs_match", 2), Row("regex.is_valid", 1),
        Row("regex.match", 2), Row("regex.replace", 3), Row("regex.split", 2), Row("regex.template_match", 4),
        Row("rego.metadata.chain", 0), Row("rego.metadata.rule", 0), Row("rego.parse_module", 2), Row("rem", 2), Row("replace", 3),
        Row("round", 1), Row("semver.compare", 2), Row("semver.is_valid", 1), Row("set_diff", 2, .deprecated), Row("sort", 1),
        Row("split", 2), Row("sprintf", 2), Row("startswith", 2), Row("strings.any_prefix_match", 2), Row("strings.any_suffix_match", 2),
        Row("strings.count", 2), Row("strings.render_template", 2), Row("strings.replace_n", 2), Row("strings.reverse", 1),
        Row("strings.split_n", 3), Row("substring", 3), Row("sum", 1), Row("time.add_date", 4), Row("time.clock", 1), Row("time.date", 1),
        Row("time.diff", 2), Row("time.format", 1), Row("time.now_ns", 0, .nondeterministic), Row("time.parse_duration_ns", 1),
        Row("time.parse_ns", 2), Row("time.parse_rfc3339_ns", 1), Row("time.weekday", 1), Row("to_number", 1), Row("trace", 1),
        Row("trim", 2), Row("trim_left", 2), Row("trim_prefix", 2), Row("trim_right", 2), Row("trim_space", 1), Row("trim_suffix", 2),
        Row("type_name", 1), Row("union", 1), Row("units.parse", 1), Row("units.parse_bytes", 1), Row("upper", 1), Row("uri.is_valid", 1),
        Row("uri.parse", 1), Row("urlquery.decode", 1), Row("urlquery.decode_object", 1), Row("urlquery.encode", 1),
        Row("urlquery.encode_object", 1), Row("uuid.parse", 1), Row("uuid.rfc4122", 1, .nondeterministic), Row("walk", 1, .relation),
        Row("yaml.is_valid", 1), Row("yaml.marshal", 1), Row("yaml.unmarshal", 1),
    ]
}
