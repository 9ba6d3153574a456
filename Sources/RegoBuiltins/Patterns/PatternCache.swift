import LinearRegex
import RegoRuntime

/// A compiled regular expression in a `BuiltinCache`; one that does not compile keeps its message, so that hostile input is parsed once.
final class CachedRegex {
    let result: Result<Regex, RegexError>
    init(_ result: Result<Regex, RegexError>) { self.result = result }
}

/// A compiled glob in a `BuiltinCache`.
final class CachedGlob {
    let result: Result<Glob, RegexError>
    init(_ result: Result<Glob, RegexError>) { self.result = result }
}

extension BuiltinCall {
    /// The compiled form of a pattern; `nil` after having failed the call.
    func regex(_ index: Int) -> Regex? {
        guard let pattern = string(index) else { return nil }
        switch compiled(pattern) {
        case .success(let regex):
            return regex
        case .failure(let error):
            fail(.builtin, error.message)
            return nil
        }
    }

    func compiled(_ pattern: Value) -> Result<Regex, RegexError> {
        let cache = context.cache(of: CachedRegex.self)
        if let known = cache.object(for: pattern) as? CachedRegex { return known.result }
        let made: Result<Regex, RegexError>
        do throws(RegexError) {
            made = .success(try Regex(pattern.byteArray))
        } catch {
            made = .failure(error)
        }
        cache.insert(CachedRegex(made), for: pattern)
        return made
    }

    /// A string argument as the automata want it: what is not UTF-8 (only decoders make such strings) becomes U+FFFD.
    func wellFormedString(_ index: Int) -> Value? {
        guard let text = string(index) else { return nil }
        if text.isASCII || UTF8Text.isValid(text.utf8) { return text }
        return .string(text.swiftString, in: arena)
    }
}
