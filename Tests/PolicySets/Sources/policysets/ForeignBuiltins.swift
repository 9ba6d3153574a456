import Rego

/// The builtins of the tools that published policy sets are written for, as far as the sets' tests need them.
enum ForeignBuiltins {
    struct UnknownTool: Error, CustomStringConvertible {
        let name: String
        var description: String { "no builtins are known for \"\(name)\": trivy, conforma and regal have some" }
    }

    static func named(_ tool: String) throws -> [Builtin] {
        switch tool {
        case "trivy": trivy
        case "conforma": conforma
        case "regal": regal
        default: throw UnknownTool(name: tool)
        }
    }

    // MARK: Trivy

    private static let trivy = [
        Builtin("result.new", arguments: ["string", "any"]) { arguments, _ in .object(finding(arguments[0], arguments[1])) },
        Builtin("isManaged", arguments: ["any"], result: "boolean") { arguments, _ in finding("", arguments[0])["managed"] },
        Builtin("cidr.is_public", arguments: ["string"], result: "boolean", isMemoized: true) { arguments, _ in
            let text = arguments[0].string ?? ""
            return text == "*" ? true : AddressRange(text).map { .boolean($0.isPublic) } ?? false
        },
        Builtin("cidr.count_addresses", arguments: ["string"], result: "number", isMemoized: true) { arguments, _ in
            let text = arguments[0].string ?? ""
            return text == "*" ? .number(RegoNumber(UInt64.max)) : AddressRange(text).map { .number(RegoNumber($0.count)) } ?? 0
        },
        Builtin("sh.parse_commands", arguments: ["string"], result: "array[array[string]]") { arguments, _ in
            .array(ShellWords.commands(arguments[0].string ?? "").map { .array($0.map { .string($0) }) })
        },
        Builtin("squealer.scan_string", arguments: ["string"], result: "object<transgressionFound: boolean, description: string>") {
            arguments, _ in
            // The real one knows many kinds of secrets; the tests ask for passwords and cloud keys.
            let text = (arguments[0].string ?? "").uppercased()
            let isSecret = ["PASSWORD=", "AWS_SECRET", "AKIA", "SECRET"].contains { text.contains($0) }
            return ["transgressionFound": .boolean(isSecret), "description": .string(isSecret ? "secret" : "")]
        },
    ]

    private static func finding(_ message: RegoValue?, _ cause: RegoValue) -> [RegoValue: RegoValue] {
        var members: [RegoValue: RegoValue] = [
            "startline": 0, "endline": 0, "sourceprefix": "", "filepath": "", "explicit": false, "managed": true, "fskey": "",
            "resource": "", "parent": .null,
        ]
        if let message { members["msg"] = message }
        let metadata = cause["__defsec_metadata"] ?? cause
        for key: RegoValue in ["startline", "endline", "filepath", "sourceprefix", "explicit", "managed", "fskey", "resource"] {
            if let value = metadata[key] { members[key] = value }
        }
        for (key, name) in [("StartLine", "startline"), ("EndLine", "endline"), ("Path", "filepath")] {
            if let value = metadata[key] { members[.string(name)] = value }
        }
        if let parent = metadata["parent"] { members["parent"] = .object(finding(nil, parent)) }
        return members
    }

    // MARK: Conforma

    /// Tests put their own functions in the place of those that ask registries.
    private static let conforma =
        [
            Builtin("ec.purl.parse", arguments: ["string"], isMemoized: true) { arguments, _ in
                guard let url = PackageURL(arguments[0].string ?? "") else { throw BuiltinError("not a package URL") }
                return url.value
            },
            Builtin("ec.purl.is_valid", arguments: ["string"], result: "boolean") { arguments, _ in
                .boolean(PackageURL(arguments[0].string ?? "") != nil)
            },
        ]
        + [
            "ec.oci.blob", "ec.oci.descriptor", "ec.oci.image_manifest", "ec.oci.image_manifests", "ec.oci.image_referrers",
            "ec.oci.image_tag_refs", "ec.oci.image_index",
        ].map { name in Builtin(name, arguments: ["any"], isNondeterministic: true) { _, _ in nil } }
        + ["ec.oci.blob_files", "ec.oci.image_files", "ec.sigstore.verify_attestation", "ec.sigstore.verify_image"].map { name in
            Builtin(name, arguments: ["any", "any"], isNondeterministic: true) { _, _ in nil }
        }

    // MARK: Regal

    private static let regal = [
        Builtin("regal.last", arguments: ["array[any]"]) { arguments, _ in arguments[0].array?.last },
        Builtin("regal.is_formatted", arguments: ["string", "object[string: any]"], result: "boolean") { _, _ in nil },
        Builtin("regal.parse_module", arguments: ["string", "string"], result: "object[string: any]") { _, _ in nil },
    ]
}
