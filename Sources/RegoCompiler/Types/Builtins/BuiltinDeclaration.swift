/// A row of the table of builtins: a name, what it takes and yields, and what is special about it.
struct BuiltinDeclaration {
    enum Trait: UInt8 {
        case none
        case relation
        case void
        case deprecated
        case nondeterministic
    }

    let name: StaticString
    /// The types of parameters and result in the notation of OPA's messages.
    let notation: StaticString
    let trait: Trait
    let infix: StaticString?

    private init(_ name: StaticString, _ notation: StaticString, _ trait: Trait = .none, infix: StaticString? = nil) {
        self.name = name
        self.notation = notation
        self.trait = trait
        self.infix = infix
    }

    func signature(_ name: String) -> BuiltinSignature {
        BuiltinSignature(name: name, notation: notation, trait: trait, infix: infix)
    }

    /// The row of a name, found by halving.
    static func find(_ name: String) -> BuiltinDeclaration? {
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
}

extension BuiltinDeclaration {
    /// All rows by name. Source: OPA's capabilities files (v1.9.0; what came later from those of its version).
    static let all: [BuiltinDeclaration] = [
        .init("abs", "(x: number) => y: number"),
        .init("all", "(any<array[any], set[any]>) => boolean", .deprecated),
        .init("and", "(x: set[any], y: set[any]) => z: set[any]", infix: "&"),
        .init("any", "(any<array[any], set[any]>) => boolean", .deprecated),
        .init("array.concat", "(x: array[any], y: array[any]) => z: array[any]"),
        .init("array.flatten", "(arr: array[any]) => flattened: array[any]"),
        .init("array.reverse", "(arr: array[any]) => rev: array[any]"),
        .init("array.slice", "(arr: array[any], start: number, stop: number) => slice: array[any]"),
        .init("assign", "(any, any) => boolean", infix: ":="),
        .init("base64.decode", "(x: string) => y: string"),
        .init("base64.encode", "(x: string) => y: string"),
        .init("base64.is_valid", "(x: string) => result: boolean"),
        .init("base64url.decode", "(x: string) => y: string"),
        .init("base64url.encode", "(x: string) => y: string"),
        .init("base64url.encode_no_pad", "(x: string) => y: string"),
        .init("bits.and", "(x: number, y: number) => z: number"),
        .init("bits.lsh", "(x: number, s: number) => z: number"),
        .init("bits.negate", "(x: number) => z: number"),
        .init("bits.or", "(x: number, y: number) => z: number"),
        .init("bits.rsh", "(x: number, s: number) => z: number"),
        .init("bits.xor", "(x: number, y: number) => z: number"),
        .init("cast_array", "(any) => array[any]", .deprecated),
        .init("cast_boolean", "(any) => boolean", .deprecated),
        .init("cast_null", "(any) => null", .deprecated),
        .init("cast_object", "(any) => object[any: any]", .deprecated),
        .init("cast_set", "(any) => set[any]", .deprecated),
        .init("cast_string", "(any) => string", .deprecated),
        .init("ceil", "(x: number) => y: number"),
        .init("concat", "(delimiter: string, collection: any<array[string], set[string]>) => output: string"),
        .init("contains", "(haystack: string, needle: string) => result: boolean"),
        .init("count", "(collection: any<string, array[any], object[any: any], set[any]>) => n: number"),
        .init("crypto.hmac.equal", "(mac1: string, mac2: string) => result: boolean"),
        .init("crypto.hmac.md5", "(x: string, key: string) => y: string"),
        .init("crypto.hmac.sha1", "(x: string, key: string) => y: string"),
        .init("crypto.hmac.sha256", "(x: string, key: string) => y: string"),
        .init("crypto.hmac.sha512", "(x: string, key: string) => y: string"),
        .init("crypto.md5", "(x: string) => y: string"),
        .init("crypto.parse_private_keys", "(keys: string) => output: array[object[string: any]]"),
        .init("crypto.sha1", "(x: string) => y: string"),
        .init("crypto.sha256", "(x: string) => y: string"),
        .init("crypto.x509.parse_and_verify_certificates", "(certs: string) => output: array<boolean, array[object[string: any]]>"),
        .init(
            "crypto.x509.parse_and_verify_certificates_with_options",
            "(certs: string, options: object[string: any]) => output: array<boolean, array[object[string: any]]>"),
        .init("crypto.x509.parse_certificate_request", "(csr: string) => output: object[string: any]"),
        .init("crypto.x509.parse_certificates", "(certs: string) => output: array[object[string: any]]"),
        .init("crypto.x509.parse_keypair", "(cert: string, pem: string) => output: object[string: any]"),
        .init("crypto.x509.parse_rsa_private_key", "(pem: string) => output: object[string: any]"),
        .init("div", "(x: number, y: number) => z: number", infix: "/"),
        .init("endswith", "(search: string, base: string) => result: boolean"),
        .init("eq", "(any, any) => boolean", infix: "="),
        .init("equal", "(x: any, y: any) => result: boolean", infix: "=="),
        .init("floor", "(x: number) => y: number"),
        .init("format_int", "(number: number, base: number) => output: string"),
        .init("glob.match", "(pattern: string, delimiters: any<null, array[string]>, match: string) => result: boolean"),
        .init("glob.quote_meta", "(pattern: string) => output: string"),
        .init("graph.reachable", "(graph: object[any: any<array[any], set[any]>], initial: any<array[any], set[any]>) => output: set[any]"),
        .init(
            "graph.reachable_paths",
            "(graph: object[any: any<array[any], set[any]>], initial: any<array[any], set[any]>) => output: set[array[any]]"),
        .init("graphql.is_valid", "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) => output: boolean"),
        .init(
            "graphql.parse",
            """
            (query: any<string, object[any: any]>, schema: any<string, \
            object[any: any]>) => output: array<object[any: any], object[any: any]>
            """),
        .init(
            "graphql.parse_and_verify",
            """
            (query: any<string, object[any: any]>, schema: any<string, object[any: any]>) => output: array<boolean, \
            object[any: any], object[any: any]>
            """),
        .init("graphql.parse_query", "(query: string) => output: object[any: any]"),
        .init("graphql.parse_schema", "(schema: string) => output: object[any: any]"),
        .init("graphql.schema_is_valid", "(schema: any<string, object[any: any]>) => output: boolean"),
        .init("gt", "(x: any, y: any) => result: boolean", infix: ">"),
        .init("gte", "(x: any, y: any) => result: boolean", infix: ">="),
        .init("hex.decode", "(x: string) => y: string"),
        .init("hex.encode", "(x: string) => y: string"),
        .init("http.send", "(request: object[string: any]) => response: object[any: any]", .nondeterministic),
        .init("indexof", "(haystack: string, needle: string) => output: number"),
        .init("indexof_n", "(haystack: string, needle: string) => output: array[number]"),
        .init("internal.member_2", "(any, any) => boolean", infix: "in"),
        .init("internal.member_3", "(any, any, any) => boolean", infix: "in"),
        .init("internal.print", "(array[set[any]])", .void),
        .init("internal.template_string", "(array[any]) => string"),
        .init("internal.test_case", "(array[any])", .void),
        .init("intersection", "(xs: set[set[any]]) => y: set[any]"),
        .init("io.jwt.decode", "(jwt: string) => output: array<object[any: any], object[any: any], string>"),
        .init(
            "io.jwt.decode_verify",
            """
            (jwt: string, constraints: object[string: any]) => output: array<boolean, object[any: any], object[any: any]>
            """, .nondeterministic),
        .init(
            "io.jwt.encode_sign",
            "(headers: object[string: any], payload: object[string: any], key: object[string: any]) => output: string", .nondeterministic),
        .init("io.jwt.encode_sign_raw", "(headers: string, payload: string, key: string) => output: string", .nondeterministic),
        .init("io.jwt.verify_eddsa", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_es256", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_es384", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_es512", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_hs256", "(jwt: string, secret: string) => result: boolean"),
        .init("io.jwt.verify_hs384", "(jwt: string, secret: string) => result: boolean"),
        .init("io.jwt.verify_hs512", "(jwt: string, secret: string) => result: boolean"),
        .init("io.jwt.verify_ps256", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_ps384", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_ps512", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_rs256", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_rs384", "(jwt: string, certificate: string) => result: boolean"),
        .init("io.jwt.verify_rs512", "(jwt: string, certificate: string) => result: boolean"),
        .init("is_array", "(x: any) => result: boolean"),
        .init("is_boolean", "(x: any) => result: boolean"),
        .init("is_null", "(x: any) => result: boolean"),
        .init("is_number", "(x: any) => result: boolean"),
        .init("is_object", "(x: any) => result: boolean"),
        .init("is_set", "(x: any) => result: boolean"),
        .init("is_string", "(x: any) => result: boolean"),
        .init(
            "json.filter",
            "(object: object[any: any], paths: any<array[any<string, array[any]>], set[any<string, array[any]>]>) => filtered: any"),
        .init("json.is_valid", "(x: string) => result: boolean"),
        .init("json.marshal", "(x: any) => y: string"),
        .init(
            "json.marshal_with_options",
            "(x: any, opts: object<indent: string, prefix: string, pretty: boolean>[string: any]) => y: string"),
        .init(
            "json.match_schema",
            """
            (document: any<string, object[any: any]>, schema: any<string, object[any: any]>) => output: array<boolean, \
            array[object<desc: string, error: string, field: string, type: string>]>
            """),
        .init("json.patch", "(target: any, patches: array[object<op: string, path: any>[any: any]]) => output: any"),
        .init(
            "json.remove",
            "(object: object[any: any], paths: any<array[any<string, array[any]>], set[any<string, array[any]>]>) => output: any"),
        .init("json.unmarshal", "(x: string) => y: any"),
        .init("json.verify_schema", "(schema: any<string, object[any: any]>) => output: array<boolean, any<null, string>>"),
        .init("lower", "(x: string) => y: string"),
        .init("lt", "(x: any, y: any) => result: boolean", infix: "<"),
        .init("lte", "(x: any, y: any) => result: boolean", infix: "<="),
        .init("max", "(collection: any<array[any], set[any]>) => n: any"),
        .init("min", "(collection: any<array[any], set[any]>) => n: any"),
        .init("minus", "(x: any<number, set[any]>, y: any<number, set[any]>) => z: any<number, set[any]>", infix: "-"),
        .init("mul", "(x: number, y: number) => z: number", infix: "*"),
        .init("neq", "(x: any, y: any) => result: boolean", infix: "!="),
        .init("net.cidr_contains", "(cidr: string, cidr_or_ip: string) => result: boolean"),
        .init(
            "net.cidr_contains_matches",
            """
            (cidrs: any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, \
            array[any]>]>, cidrs_or_ips: any<string, array[any<string, array[any]>], object[string: any<string, \
            array[any]>], set[any<string, array[any]>]>) => output: set[array<any, any>]
            """),
        .init("net.cidr_expand", "(cidr: string) => hosts: set[string]"),
        .init("net.cidr_intersects", "(cidr1: string, cidr2: string) => result: boolean"),
        .init("net.cidr_is_valid", "(cidr: string) => result: boolean"),
        .init("net.cidr_merge", "(addrs: any<array[any<string>], set[string]>) => output: set[string]"),
        .init("net.cidr_overlap", "(string, string) => boolean", .deprecated),
        .init("net.lookup_ip_addr", "(name: string) => addrs: set[string]", .nondeterministic),
        .init("numbers.range", "(a: number, b: number) => range: array[number]"),
        .init("numbers.range_step", "(a: number, b: number, step: number) => range: array[number]"),
        .init("object.filter", "(object: object[any: any], keys: any<array[any], object[any: any], set[any]>) => filtered: any"),
        .init("object.get", "(object: object[any: any], key: any, default: any) => value: any"),
        .init("object.keys", "(object: object[any: any]) => value: set[any]"),
        .init("object.remove", "(object: object[any: any], keys: any<array[any], object[any: any], set[any]>) => output: any"),
        .init(
            "object.subset",
            "(super: any<array[any], object[any: any], set[any]>, sub: any<array[any], object[any: any], set[any]>) => result: any"),
        .init("object.union", "(a: object[any: any], b: object[any: any]) => output: any"),
        .init("object.union_n", "(objects: array[object[any: any]]) => output: any"),
        .init("opa.runtime", "() => output: object[string: any]", .nondeterministic),
        .init("or", "(x: set[any], y: set[any]) => z: set[any]", infix: "|"),
        .init("plus", "(x: number, y: number) => z: number", infix: "+"),
        .init("print", "(any...)", .void),
        .init("product", "(collection: any<array[number], set[number]>) => n: number"),
        .init(
            "providers.aws.sign_req",
            "(request: object[string: any], aws_config: object[string: any], time_ns: number) => signed_request: object[any: any]"),
        .init("rand.intn", "(str: string, n: number) => y: number", .nondeterministic),
        .init("re_match", "(string, string) => boolean", .deprecated),
        .init("regex.find_all_string_submatch_n", "(pattern: string, value: string, number: number) => output: array[array[string]]"),
        .init("regex.find_n", "(pattern: string, value: string, number: number) => output: array[string]"),
        .init("regex.globs_match", "(glob1: string, glob2: string) => result: boolean"),
        .init("regex.is_valid", "(pattern: string) => result: boolean"),
        .init("regex.match", "(pattern: string, value: string) => result: boolean"),
        .init("regex.replace", "(s: string, pattern: string, value: string) => output: string"),
        .init("regex.split", "(pattern: string, value: string) => output: array[string]"),
        .init(
            "regex.template_match",
            "(template: string, value: string, delimiter_start: string, delimiter_end: string) => result: boolean"),
        .init("rego.metadata.chain", "() => chain: array[any]"),
        .init("rego.metadata.rule", "() => output: any"),
        .init("rego.parse_module", "(filename: string, rego: string) => output: object[string: any]"),
        .init("rem", "(x: number, y: number) => z: number", infix: "%"),
        .init("replace", "(x: string, old: string, new: string) => y: string"),
        .init("round", "(x: number) => y: number"),
        .init("semver.compare", "(a: string, b: string) => result: number"),
        .init("semver.is_valid", "(vsn: any) => result: boolean"),
        .init("set_diff", "(set[any], set[any]) => set[any]", .deprecated),
        .init("sort", "(collection: any<array[any], set[any]>) => n: array[any]"),
        .init("split", "(x: string, delimiter: string) => ys: array[string]"),
        .init("sprintf", "(format: string, values: array[any]) => output: string"),
        .init("startswith", "(search: string, base: string) => result: boolean"),
        .init(
            "strings.any_prefix_match",
            "(search: any<string, array[string], set[string]>, base: any<string, array[string], set[string]>) => result: boolean"),
        .init(
            "strings.any_suffix_match",
            "(search: any<string, array[string], set[string]>, base: any<string, array[string], set[string]>) => result: boolean"),
        .init("strings.count", "(search: string, substring: string) => output: number"),
        .init("strings.render_template", "(value: string, vars: object[string: any]) => result: string"),
        .init("strings.replace_n", "(patterns: object[string: string], value: string) => output: string"),
        .init("strings.reverse", "(x: string) => y: string"),
        .init("strings.split_n", "(x: string, delimiter: string, n: number) => ys: array[string]"),
        .init("substring", "(value: string, offset: number, length: number) => output: string"),
        .init("sum", "(collection: any<array[number], set[number]>) => n: number"),
        .init("time.add_date", "(ns: number, years: number, months: number, days: number) => output: number"),
        .init("time.clock", "(x: any<number, array<number, string>>) => output: array<number, number, number>"),
        .init("time.date", "(x: any<number, array<number, string>>) => date: array<number, number, number>"),
        .init(
            "time.diff",
            """
            (ns1: any<number, array<number, string>>, ns2: any<number, array<number, string>>) => output: array<number, \
            number, number, number, number, number>
            """),
        .init("time.format", "(x: any<number, array<number, string>, array<number, string, string>>) => formatted timestamp: string"),
        .init("time.now_ns", "() => now: number", .nondeterministic),
        .init("time.parse_duration_ns", "(duration: string) => ns: number"),
        .init("time.parse_ns", "(layout: string, value: string) => ns: number"),
        .init("time.parse_rfc3339_ns", "(value: string) => ns: number"),
        .init("time.weekday", "(x: any<number, array<number, string>>) => day: string"),
        .init("to_number", "(x: any<null, boolean, number, string>) => num: number"),
        .init("trace", "(note: string) => result: boolean"),
        .init("trim", "(value: string, cutset: string) => output: string"),
        .init("trim_left", "(value: string, cutset: string) => output: string"),
        .init("trim_prefix", "(value: string, prefix: string) => output: string"),
        .init("trim_right", "(value: string, cutset: string) => output: string"),
        .init("trim_space", "(value: string) => output: string"),
        .init("trim_suffix", "(value: string, suffix: string) => output: string"),
        .init("type_name", "(x: any) => type: string"),
        .init("union", "(xs: set[set[any]]) => y: set[any]"),
        .init("units.parse", "(x: string) => y: number"),
        .init("units.parse_bytes", "(x: string) => y: number"),
        .init("upper", "(x: string) => y: string"),
        .init("uri.is_valid", "(uri: any) => result: boolean"),
        .init("uri.parse", "(uri: string) => output: object[string: string]"),
        .init("urlquery.decode", "(x: string) => y: string"),
        .init("urlquery.decode_object", "(x: string) => object: object[string: array[string]]"),
        .init("urlquery.encode", "(x: string) => y: string"),
        .init("urlquery.encode_object", "(object: object[string: any<string, array[string], set[string]>]) => y: string"),
        .init("uuid.parse", "(uuid: string) => result: object[string: any]"),
        .init("uuid.rfc4122", "(k: string) => output: string", .nondeterministic),
        .init("walk", "(x: any) => output: array<array[any], any>", .relation),
        .init("yaml.is_valid", "(x: string) => result: boolean"),
        .init("yaml.marshal", "(x: any) => y: string"),
        .init("yaml.unmarshal", "(x: string) => y: any"),
    ]
}
