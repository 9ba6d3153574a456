import Rego

extension ServerConfiguration {
    /// Reads a configuration file and lays flags over it.
    ///
    /// Relative paths in the file are relative to the file's folder; those of flags to the working folder.
    /// - Parameters:
    ///   - file: the YAML file; `nil` starts from the defaults.
    /// - Throws: `ConfigurationError` with every mistake found.
    package static func load(file: String?, overrides: [ConfigurationOverride] = []) throws -> ServerConfiguration {
        guard let file else { return try parse("", name: "the flags", folder: ".", overrides: overrides) }
        let text: String
        do {
            text = String(decoding: try FileBytes.read(file, limit: 1 << 20), as: UTF8.self)
        } catch {
            throw ConfigurationError(place: file, message: "\(error)")
        }
        let folder = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[..<$0]) } ?? "."
        return try parse(text, name: file, folder: folder.isEmpty ? "/" : folder, overrides: overrides)
    }

    /// Reads a configuration from its text; `name` and `folder` are those of the file that it came from.
    package static func parse(
        _ text: String, name: String, folder: String, overrides: [ConfigurationOverride] = []
    ) throws -> ServerConfiguration {
        var root = try ConfigurationNode.parse(text, name: name) ?? ConfigurationNode(.mapping([]))
        for flag in overrides {
            let keys = flag.key.split(separator: ".").map(String.init)
            let value = try ConfigurationNode.parse(flag.value, name: flag.origin)
            root.set(value ?? ConfigurationNode(.scalar("", isQuoted: false)), at: keys[...])
        }
        let context = ConfigurationContext(file: name, overrides: overrides.map { ($0.key, $0.origin) })
        var reader = ConfigurationReader(folder: folder, context: context)
        let configuration = reader.read(ConfigurationSection(root, path: "", context: context))
        guard context.issues.isEmpty else { throw ConfigurationError(issues: context.issues) }
        return configuration
    }
}

/// Turns sections into a `ServerConfiguration`, checking every value.
struct ConfigurationReader {
    let folder: String
    let context: ConfigurationContext

    mutating func read(_ root: ConfigurationSection) -> ServerConfiguration {
        var result = ServerConfiguration()
        if let listeners = root.sections("listeners") {
            if listeners.isEmpty { root.report("listeners must name at least one address", at: "listeners") }
            result.listeners = listeners.compactMap { listener($0) }
        }
        if let section = root.section("limits") { result.limits = limits(section) }
        if let section = root.section("timeouts") { result.timeouts = timeouts(section) }
        if let section = root.section("policy") { result.policy = policy(section) }
        if let section = root.section("evaluation") { result.evaluation = evaluation(section) }
        if let section = root.section("identity") { result.identity = identity(section) }
        if let section = root.section("gate") { result.gate = gate(section) }
        if let section = root.section("admission") { result.admission = admission(section) }
        if result.gate != nil, !root.contains("identity") {
            root.report("gate needs identity: without it, nobody could be let through", at: "gate")
        }
        result.log = log(root.section("log"), root)
        if let path = documentPath(root, "default_decision") { result.defaultDecision = path }
        root.finish()
        return result
    }

    /// A path as the configuration's author means it, relative to the file's folder unless a flag gave it.
    func resolved(_ path: String, _ section: ConfigurationSection, _ key: String) -> String {
        let dotted = section.dotted(key)
        let isFlag = context.overrides.contains { dotted == $0.key || dotted.hasPrefix($0.key + ".") || dotted.hasPrefix($0.key + "[") }
        guard !path.hasPrefix("/"), !isFlag, folder != "." else { return path }
        return "\(folder)/\(path)"
    }

    /// The path of a file or folder that must exist.
    func existing(_ section: ConfigurationSection, _ key: String, folder wantsFolder: Bool = false) -> String? {
        guard let text = section.string(key) else { return nil }
        let path = resolved(text, section, key)
        check(path, section, key, folder: wantsFolder)
        return path
    }

    func check(_ path: String, _ section: ConfigurationSection, _ key: String, folder wantsFolder: Bool) {
        switch FileBytes.kind(of: path) {
        case nil: section.report("\(section.dotted(key)): \(path) does not exist or cannot be reached", at: key)
        case .folder: if !wantsFolder { section.report("\(section.dotted(key)): \(path) is a folder", at: key) }
        case .file, .other: if wantsFolder { section.report("\(section.dotted(key)): \(path) is not a folder", at: key) }
        }
    }

    /// A document's path, with or without its leading `data`: `data.medical.allow`, `medical/allow`.
    func documentPath(_ section: ConfigurationSection, _ key: String) -> [String]? {
        section.parsed(key, "a path below data such as data.medical.allow") { text in
            var parts = text.split(whereSeparator: { $0 == "." || $0 == "/" }).map(String.init)
            if text.hasPrefix("data."), parts.first == "data" { parts.removeFirst() }
            let isPlain = parts.allSatisfy { $0.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") } }
            return parts.isEmpty || !isPlain || text.hasSuffix(".") ? nil : parts
        }
    }

    private func limits(_ section: ConfigurationSection) -> ServerConfiguration.Limits {
        var result = ServerConfiguration.Limits()
        result.body = section.bytes("body", in: 1024...(1 << 30)) ?? result.body
        result.header = section.bytes("header", in: 1024...(1 << 20)) ?? result.header
        result.connections = section.whole("connections", in: 1...1_000_000) ?? result.connections
        result.preparedQueries = section.whole("prepared_queries", in: 1...100_000) ?? result.preparedQueries
        result.pendingInferences = section.whole("pending_inferences", in: 1...10_000) ?? result.pendingInferences
        section.finish()
        return result
    }

    private func timeouts(_ section: ConfigurationSection) -> ServerConfiguration.Timeouts {
        var result = ServerConfiguration.Timeouts()
        result.header = section.duration("header") ?? result.header
        result.read = section.duration("read") ?? result.read
        result.write = section.duration("write") ?? result.write
        result.idle = section.duration("idle") ?? result.idle
        result.shutdown = section.duration("shutdown") ?? result.shutdown
        result.inference = section.duration("inference") ?? result.inference
        section.finish()
        return result
    }

    private func policy(_ section: ConfigurationSection) -> ServerConfiguration.PolicySources {
        var result = ServerConfiguration.PolicySources()
        result.paths = (section.strings("paths") ?? []).map { resolved($0, section, "paths") }
        for path in result.paths where FileBytes.kind(of: path) == nil {
            section.report("\(section.dotted("paths")): \(path) does not exist or cannot be reached", at: "paths")
        }
        result.isV0 = section.parsed("dialect", "v0 or v1") { $0 == "v0" ? true : $0 == "v1" ? false : nil } ?? result.isV0
        result.isStrict = section.bool("strict") ?? result.isStrict
        section.finish()
        return result
    }

    private func evaluation(_ section: ConfigurationSection) -> ServerConfiguration.Evaluation {
        var result = ServerConfiguration.Evaluation()
        result.time = section.duration("time") ?? result.time
        result.instructions = section.whole("instructions", in: 1000...(1 << 50)).map(UInt64.init) ?? result.instructions
        result.memory = section.bytes("memory", in: (64 << 10)...(64 << 30)) ?? result.memory
        section.finish()
        return result
    }

    private func log(_ section: ConfigurationSection?, _ root: ConfigurationSection) -> ServerConfiguration.Log {
        var result = ServerConfiguration.Log()
        let name = section?.string("path") ?? result.path
        result.path = section.map { resolved(name, $0, "path") } ?? resolved(name, root, "log")
        result.mask = section?.strings("mask") ?? result.mask
        for pointer in result.mask where !pointer.hasPrefix("/input/") && !pointer.hasPrefix("/result/") {
            section?.report("log.mask: '\(pointer)' must start with /input/ or /result/, as /input/user/name does", at: "mask")
        }
        section?.finish()
        return result
    }

    private func identity(_ section: ConfigurationSection) -> ServerConfiguration.Identity {
        var result = ServerConfiguration.Identity()
        if let keys = existing(section, "keys") {
            result.keys = keys
        } else if !section.contains("keys") {
            section.report("identity.keys is missing: the JWKS file with the keys that tokens may be signed by", at: "keys")
        }
        result.issuer = section.string("issuer")
        result.audience = section.string("audience")
        result.leeway = section.duration("leeway", atLeast: .zero) ?? result.leeway
        result.roleClaim = claimPath(section, "role_claim") ?? result.roleClaim
        result.claims = section.strings("claims") ?? result.claims
        section.finish()
        return result
    }

    /// A claim's place: its name, or the names that lead to it where a dot is part of a name.
    private func claimPath(_ section: ConfigurationSection, _ key: String) -> [String]? {
        guard let names = section.strings(key) else { return nil }
        let parts = names.count == 1 ? names[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init) : names
        guard !parts.isEmpty, !parts.contains("") else {
            section.report("\(section.dotted(key)) must be a claim's name, its parents before it: realm_access.roles", at: key)
            return nil
        }
        return parts
    }

    private func gate(_ section: ConfigurationSection) -> ServerConfiguration.Gate {
        var result = ServerConfiguration.Gate()
        result.allow = documentPath(section, "allow") ?? result.allow
        result.reasons = documentPath(section, "reasons") ?? result.reasons
        result.disclose = documentPath(section, "disclose")
        result.disclosureModalities = section.strings("disclosure_modalities") ?? result.disclosureModalities
        result.action = section.string("action") ?? result.action
        result.stores = section.namedSections("stores").compactMap { store($0.name, $0.section) }
        if result.stores.isEmpty { section.report("gate.stores must name at least one image store and its folder", at: "stores") }
        result.models = existing(section, "models", folder: true) ?? resolved(result.models, section, "models")
        result.openVINO = existing(section, "openvino", folder: true)
        let engines = ServerConfiguration.Gate.Engine.allCases.map(\.rawValue).joined(separator: ", ")
        result.engine = section.parsed("engine", "one of \(engines)") { ServerConfiguration.Gate.Engine(rawValue: $0) } ?? result.engine
        result.threads = section.whole("threads", in: 1...64) ?? result.threads
        section.finish()
        return result
    }

    /// `name: /folder`, or `name: {root: /folder, trust_overlay: true}`.
    private func store(_ name: String, _ section: ConfigurationSection) -> ServerConfiguration.Gate.Store? {
        if !isPlainName(name) {
            section.report("\(section.path): a store's name must consist of letters, digits, '-', '_' and '.'", at: "root")
        }
        guard let root = existing(section, "root", folder: true) else {
            if !section.contains("root") { section.report("\(section.path) needs root: the store's folder", at: "root") }
            return nil
        }
        let trustsOverlay = section.bool("trust_overlay") ?? false
        section.finish()
        return ServerConfiguration.Gate.Store(name: name, root: root, trustsOverlay: trustsOverlay)
    }

    private func admission(_ section: ConfigurationSection) -> ServerConfiguration.Admission {
        var result = ServerConfiguration.Admission()
        result.deny = documentPath(section, "deny") ?? result.deny
        result.warn = documentPath(section, "warn") ?? result.warn
        section.finish()
        return result
    }
}

private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"):
        true
    default: false
    }
}

/// A name that can stand in a URL, a log line and a path without quoting.
func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
        && name.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
}
