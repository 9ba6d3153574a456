package import RegoCompiler
@_spi(Engine) import RegoRuntime

extension Capabilities {
    /// The capabilities as OPA's files write them.
    ///
    /// No version of WebAssembly's interface is listed: Ward runs no policies compiled to it.
    package var document: SyntaxJSON {
        var members: [(name: String, value: SyntaxJSON)] = [("builtins", .array(builtins.map(\.document)))]
        if !futureKeywords.isEmpty { members.append(("future_keywords", Self.strings(futureKeywords))) }
        if !features.isEmpty { members.append(("features", Self.strings(features))) }
        if let allowedHosts, !allowedHosts.isEmpty { members.append(("allow_net", Self.strings(allowedHosts))) }
        return .object(members)
    }

    private static func strings(_ strings: [String]) -> SyntaxJSON { .array(strings.map { .string($0) }) }
}

extension Capabilities.Builtin {
    fileprivate var document: SyntaxJSON {
        let type = declaration ?? BuiltinSignature.opaByName[name].map { RegoType.function($0.type).json() } ?? .null
        var members: [(name: String, value: SyntaxJSON)] = [("name", .string(name)), ("decl", SyntaxJSON(type))]
        if let infix { members.append(("infix", .string(infix))) }
        if isRelation { members.append(("relation", .boolean(true))) }
        if isNondeterministic { members.append(("nondeterministic", .boolean(true))) }
        return .object(members)
    }
}
