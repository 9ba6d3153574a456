import RegoCompiler

/// Which OPA version brought what: capabilities have only grown from version to version.
///
/// Source: the capabilities files of OPA's releases from 0.17.0, the first that has one.
extension Capabilities {
    /// The OPA versions whose capabilities are known, oldest first: `v0.17.0`, ….
    public static var versions: [String] { versionNames.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init) }

    /// What an OPA version could do; `nil` for a version that is not known.
    ///
    /// - Parameter version: the name with its `v`, `v1.9.0`.
    public init?(version: String) {
        let names = Self.versions
        guard let position = names.firstIndex(of: version) else { return nil }
        let isReached = { (other: String) in names.firstIndex(of: other).map { $0 <= position } ?? false }
        var later: Set<String> = []
        for (version, names) in Self.introductions where !isReached(version) {
            later.formUnion(names.split(separator: " ").map(String.init))
        }
        let unreleased: Set = Set(Self.unreleased)
        builtins = Self.standardBuiltins.filter { !later.contains($0.name) && !unreleased.contains($0.name) }
        futureKeywords = []
        features = []
        let isV1 = isReached("v1.0.0")
        if !isV1 {
            for (keyword, version) in [("contains", "v0.42.0"), ("every", "v0.38.0"), ("if", "v0.42.0"), ("in", "v0.34.0")]
            where isReached(version) {
                futureKeywords.append(keyword)
            }
        }
        if isReached("v1.6.0") { features.append("keywords_in_refs") }
        if isV1 { features.append("rego_v1") }
        if isReached("v1.12.0") { features.append("template_strings") }
        if !isV1, isReached("v0.46.0") { features.append("rule_head_ref_string_prefixes") }
        if !isV1, isReached("v0.59.0") { features += ["rule_head_refs", "rego_v1_import"] }
        allowedHosts = nil
    }

    /// What this version of Ward can do.
    public static var current: Capabilities {
        Capabilities(builtins: standardBuiltins, futureKeywords: [], features: ["keywords_in_refs", "rego_v1", "template_strings"])
    }

    /// What this version of Ward can do for modules in Rego v0.
    public static var currentV0: Capabilities {
        Capabilities(
            builtins: standardBuiltins, futureKeywords: ["contains", "every", "if", "in"],
            features: ["keywords_in_refs", "rego_v1", "rego_v1_import", "rule_head_ref_string_prefixes", "rule_head_refs"])
    }

    private static var standardBuiltins: [Builtin] { BuiltinSignature.opaNames.map { Builtin(standard: $0) } }

    private static let versionNames = """
        v0.17.0 v0.17.1 v0.17.2 v0.17.3 v0.18.0 v0.19.0-rc1 v0.19.0 v0.19.1 v0.19.2 v0.20.0 v0.20.1 v0.20.2 v0.20.3 v0.20.4 v0.20.5
        v0.21.0 v0.21.1 v0.22.0 v0.23.0 v0.23.1 v0.23.2 v0.24.0 v0.25.0-rc1 v0.25.0-rc2 v0.25.0-rc3 v0.25.0-rc4 v0.25.0 v0.25.1 v0.25.2
        v0.26.0 v0.27.0 v0.27.1 v0.28.0 v0.29.0 v0.29.1 v0.29.2 v0.29.3 v0.29.4 v0.30.0 v0.30.1 v0.30.2 v0.31.0 v0.32.0 v0.32.1 v0.33.0
        v0.33.1 v0.34.0 v0.34.1 v0.34.2 v0.35.0 v0.36.0 v0.36.1 v0.37.0 v0.37.1 v0.37.2 v0.38.0 v0.38.1 v0.39.0 v0.40.0 v0.41.0 v0.42.0
        v0.42.1 v0.42.2 v0.43.0 v0.43.1 v0.44.0 v0.45.0 v0.46.0 v0.46.1 v0.46.2 v0.46.3 v0.47.0 v0.47.1 v0.47.2 v0.47.3 v0.47.4 v0.48.0
        v0.49.0 v0.49.1 v0.49.2 v0.50.0 v0.50.1 v0.50.2 v0.51.0 v0.52.0 v0.53.0 v0.53.1 v0.54.0 v0.55.0 v0.56.0 v0.57.0 v0.57.1 v0.58.0
        v0.59.0 v0.60.0 v0.61.0 v0.62.0 v0.62.1 v0.63.0 v0.64.0 v0.64.1 v0.65.0 v0.66.0 v0.67.0 v0.67.1 v0.68.0 v0.69.0 v0.70.0 v1.0.0
        v1.0.1 v1.1.0 v1.2.0 v1.3.0 v1.4.0 v1.4.1 v1.4.2 v1.5.0 v1.5.1 v1.6.0 v1.7.0 v1.8.0 v1.9.0 v1.10.0 v1.11.0 v1.11.1 v1.12.0
        v1.12.1 v1.12.2 v1.12.3 v1.13.0 v1.13.1 v1.13.2 v1.14.0 v1.14.1
        """

    /// Builtins that are younger than the youngest of the versions.
    private static let unreleased = ["uri.is_valid", "uri.parse", "strings.split_n"]

    /// The builtins that came after 0.17.0, by the version that brought them.
    private static let introductions: [(version: String, names: String)] = [
        ("v0.17.2", "object.filter object.remove object.union"),
        ("v0.18.0", "bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor json.remove"),
        ("v0.19.0-rc1", "net.cidr_contains_matches"),
        ("v0.19.0", "time.add_date"),
        (
            "v0.20.0",
            """
            graph.reachable io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.verify_ps384 \
            io.jwt.verify_ps512 io.jwt.verify_rs384 io.jwt.verify_rs512 uuid.rfc4122
            """
        ),
        ("v0.21.0", "crypto.x509.parse_certificate_request"),
        ("v0.22.0", "numbers.range semver.compare semver.is_valid"),
        ("v0.23.0", "regex.is_valid regex.match"),
        ("v0.24.0", "base64.is_valid net.cidr_merge urlquery.decode_object"),
        ("v0.25.0-rc1", "json.is_valid yaml.is_valid"),
        ("v0.25.0-rc2", "base64url.encode_no_pad hex.decode hex.encode"),
        ("v0.25.0", "json.patch"),
        ("v0.26.0", "ceil floor"),
        ("v0.28.0", "time.diff"),
        ("v0.31.0", "crypto.x509.parse_and_verify_certificates rand.intn"),
        ("v0.33.0", "crypto.x509.parse_rsa_private_key"),
        ("v0.34.0", "internal.member_2 internal.member_3 internal.print print"),
        ("v0.35.0", "net.lookup_ip_addr"),
        (
            "v0.36.0",
            """
            array.reverse crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 strings.reverse
            """
        ),
        ("v0.37.0", "graph.reachable_paths indexof_n object.union_n"),
        ("v0.40.0", "rego.metadata.chain rego.metadata.rule"),
        (
            "v0.41.0",
            """
            graphql.is_valid graphql.parse graphql.parse_and_verify graphql.parse_query graphql.parse_schema units.parse
            """
        ),
        ("v0.42.0", "object.subset"),
        ("v0.44.0", "strings.any_prefix_match strings.any_suffix_match"),
        ("v0.45.0", "regex.replace"),
        ("v0.46.0", "graphql.schema_is_valid net.cidr_is_valid"),
        ("v0.47.0", "object.keys providers.aws.sign_req"),
        ("v0.48.0", "time.format"),
        ("v0.50.0", "json.match_schema json.verify_schema"),
        ("v0.52.0", "crypto.hmac.equal"),
        ("v0.53.0", "crypto.x509.parse_keypair"),
        ("v0.55.0", "crypto.parse_private_keys"),
        ("v0.56.0", "numbers.range_step"),
        ("v0.57.0", "uuid.parse"),
        ("v0.59.0", "strings.render_template"),
        ("v0.63.0", "crypto.x509.parse_and_verify_certificates_with_options"),
        ("v0.64.0", "json.marshal_with_options"),
        ("v0.67.0", "strings.count"),
        ("v1.2.0", "internal.test_case"),
        ("v1.8.0", "io.jwt.verify_eddsa"),
        ("v1.12.0", "internal.template_string"),
        ("v1.13.0", "array.flatten"),
    ]
}
