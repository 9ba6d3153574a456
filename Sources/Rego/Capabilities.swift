@_spi(Engine) public import RegoRuntime
import RegoCompiler
import RegoSyntax

/// What a policy may use of the language and of the world: builtins, features, keywords and hosts, as OPA's capabilities files list them.
///
/// A module that uses anything else fails to compile. What is not listed is not allowed, except that a list of hosts that is missing
/// allows all of them.
public struct Capabilities: Sendable {
    /// A builtin that may be called.
    public struct Builtin: Sendable {
        /// The name in Rego.
        public var name: String
        /// The declaration as capabilities files write it: `{"args": […], "result": …, "type": "function"}`; `nil` for Ward's own.
        public var declaration: RegoValue?
        /// Yields its result many times, as `walk` does.
        public var isRelation: Bool
        /// Whether equal arguments may have different results.
        public var isNondeterministic: Bool

        /// The operator that stands for the builtin: `+` for `plus`.
        public var infix: String?

        /// Makes a builtin of its parts.
        public init(
            name: String, declaration: RegoValue? = nil, infix: String? = nil, isRelation: Bool = false, isNondeterministic: Bool = false
        ) {
            self.name = name
            self.declaration = declaration
            self.infix = infix
            self.isRelation = isRelation
            self.isNondeterministic = isNondeterministic
        }
    }

    /// The builtins that may be called.
    public var builtins: [Builtin]
    /// The keywords that `import future.keywords` may bring in.
    public var futureKeywords: [String]
    /// The features of the language by OPA's names, such as `rego_v1` and `rule_head_refs`.
    public var features: [String]
    /// The hosts that builtins and schemas may reach; `nil` for all.
    public var allowedHosts: [String]?

    /// Makes capabilities of their parts.
    public init(builtins: [Builtin], futureKeywords: [String], features: [String], allowedHosts: [String]? = nil) {
        self.builtins = builtins
        self.futureKeywords = futureKeywords
        self.features = features
        self.allowedHosts = allowedHosts
    }

    /// Reads a capabilities file's JSON text.
    ///
    /// - Parameters:
    ///   - bytes: the text, in UTF-8.
    ///   - name: what messages call the text, usually the file's path.
    /// - Throws: a `Loader.Failure` that says which member is not as it must be.
    public init(json bytes: [UInt8], name: String) throws(Loader.Failure) {
        let document = try Loader.parseJSON(bytes, path: name)
        guard document.object != nil else { throw Loader.Failure("\(name): capabilities must be an object") }
        builtins = []
        for entry in try Self.list(document, "builtins", name) ?? [] {
            guard let builtin = entry["name"]?.string else { throw Loader.Failure("\(name): builtins: a builtin has no name") }
            if let declaration = entry["decl"], BuiltinTable.opa[builtin] == nil { try Self.check(declaration, of: builtin, name) }
            builtins.append(
                Builtin(
                    name: builtin, declaration: entry["decl"], infix: entry["infix"]?.string,
                    isRelation: entry["relation"]?.boolean ?? false,
                    isNondeterministic: entry["nondeterministic"]?.boolean ?? false))
        }
        futureKeywords = try Self.strings(document, "future_keywords", name) ?? []
        features = try Self.strings(document, "features", name) ?? []
        allowedHosts = try Self.strings(document, "allow_net", name)
    }

    /// Reads a capabilities file, or takes what an OPA version could do: `v1.9.0`.
    ///
    /// - Throws: a `Loader.Failure` that names the file, or says that there is neither such a file nor such a version.
    public init(fileOrVersion: String) throws(Loader.Failure) {
        if let known = Capabilities(version: fileOrVersion), FileBytes.kind(of: fileOrVersion) == nil {
            self = known
            return
        }
        guard FileBytes.kind(of: fileOrVersion) != nil else {
            throw Loader.Failure("no such file or capabilities version found: \(fileOrVersion)")
        }
        try self.init(json: try Loader.read(fileOrVersion), name: fileOrVersion)
    }

    private static func check(_ declaration: RegoValue, of builtin: String, _ name: String) throws(Loader.Failure) {
        do throws(RegoType.InvalidDeclaration) {
            guard case .function = try RegoType(declaration: declaration) else {
                throw RegoType.InvalidDeclaration(description: "a builtin is a function")
            }
        } catch {
            throw Loader.Failure("\(name): builtins: \(builtin): \(error)")
        }
    }

    private static func list(_ document: RegoValue, _ member: String, _ name: String) throws(Loader.Failure) -> [RegoValue]? {
        switch document[member] {
        case nil, .null?: return nil
        case .array(let elements)?: return elements
        default: throw Loader.Failure("\(name): \(member) must be an array")
        }
    }

    private static func strings(_ document: RegoValue, _ member: String, _ name: String) throws(Loader.Failure) -> [String]? {
        guard let elements = try list(document, member, name) else { return nil }
        var strings: [String] = []
        for element in elements {
            guard let text = element.string else { throw Loader.Failure("\(name): \(member) must be an array of strings") }
            strings.append(text)
        }
        return strings
    }
}

extension Capabilities.Builtin {
    /// One of OPA's builtins, by its name.
    package init(standard name: String) {
        let signature = BuiltinSignature.opaByName[name]
        self.init(
            name: name, infix: signature?.infix, isRelation: signature?.isRelation ?? false,
            isNondeterministic: signature?.isNondeterministic ?? false)
    }

    /// What the compiler must know of a builtin that is not Ward's.
    var signature: BuiltinSignature {
        var type: FunctionType?
        if let declaration, case .function(let declared)? = try? RegoType(declaration: declaration) { type = declared }
        return BuiltinSignature(
            name: name, arity: type?.arity ?? 0, hasResult: type?.result != nil, isRelation: isRelation,
            isNondeterministic: isNondeterministic, infix: infix, type: type)
    }
}

extension Capabilities {
    /// What they allow of the syntax.
    var language: LanguageFeatures { LanguageFeatures(keywords: futureKeywords, names: Set(features)) }

    /// The builtins of a table that may be called, and those declared here that the table does not have.
    func restrict(_ table: BuiltinTable) -> BuiltinTable {
        table.restricted(
            to: Set(builtins.map(\.name)), adding: builtins.filter { table[$0.name] == nil && $0.declaration != nil }.map(\.signature))
    }
}

extension Policy.Options {
    /// The builtins that may be called.
    var signatures: BuiltinTable {
        var table = capabilities?.restrict(.opa) ?? .opa
        for builtin in builtins { table[builtin.name] = builtin.signature }
        return table
    }
}
