import LinearRegex
@_spi(Engine) import RegoRuntime

/// A compiled regular expression in a `BuiltinCache`; one that does not compile keeps its message, so that hostile input is parsed once.
final class CachedRegex {
    let result: Result<Regex, RegexError>
    /// Of the one thread that the cache belongs to.
    let matcher: Matcher?

    init(_ result: Result<Regex, RegexError>) {
        self.result = result
        matcher = try? result.get().makeMatcher()
    }
}

/// A compiled glob in a `BuiltinCache`.
final class CachedGlob {
    let result: Result<Glob, RegexError>
    /// Of the one thread that the cache belongs to; `nil` for a glob that has none.
    let matcher: Matcher?

    init(_ result: Result<Glob, RegexError>) {
        self.result = result
        matcher = try? result.get().makeMatcher()
    }
}

/// Compiled patterns too large for every place of a `BuiltinCache` to hold one: where patterns come with the input, an attacker chooses
/// their size.
final class LargePatterns {
    /// Instructions beyond which a pattern counts as large.
    static let threshold = 2_000
    /// Instructions of all patterns kept, some 15 MB.
    private static let budget = 200_000

    private var entries: [(key: [UInt8], object: AnyObject, size: Int)] = []

    func object(for key: Value) -> AnyObject? {
        guard let place = entries.firstIndex(where: { $0.key.elementsEqual(key.utf8) }) else { return nil }
        let entry = entries.remove(at: place)
        entries.append(entry)
        return entry.object
    }

    func insert(_ object: AnyObject, for key: Value, size: Int) {
        guard size <= Self.budget else { return }
        entries.append((key.byteArray, object, size))
        // The ones used last are at the end.
        while entries.reduce(0, { $0 + $1.size }) > Self.budget { entries.removeFirst() }
    }
}

extension BuiltinCall {
    /// The compiled form of the pattern that an argument is; `nil` after having failed the call.
    func regex(_ index: Int) -> Regex? {
        guard let pattern = string(index) else { return nil }
        switch cachedRegex(pattern, ofArgument: index).result {
        case .success(let regex):
            return regex
        case .failure(let error):
            fail(.builtin, error.message)
            return nil
        }
    }

    func compiled(_ pattern: Value) -> Result<Regex, RegexError> { cachedRegex(pattern).result }

    /// The compiled form of the pattern that an argument is.
    func cachedRegex(_ pattern: Value, ofArgument index: Int) -> CachedRegex {
        kept(ifConstant: 1 << UInt8(truncatingIfNeeded: index), pattern) { cachedRegex(pattern) }
    }

    /// What was made of arguments, if they are constants of the program: found by where they lie; else what `make` finds.
    ///
    /// - Parameter arguments: the bits of the arguments that decide what is made.
    func kept<Object: AnyObject>(
        ifConstant arguments: UInt8, _ first: Value, _ second: Value = .undefined, _ make: () -> Object
    ) -> Object {
        guard areConstant(arguments) else { return make() }
        if let known = context.constantObjects.object(Object.self, for: first, second) { return known }
        let made = make()
        context.constantObjects.insert(made, for: first, second)
        return made
    }

    private func cachedRegex(_ pattern: Value) -> CachedRegex {
        cached(pattern, CachedRegex.self) {
            do throws(RegexError) {
                let regex = try Regex(pattern.byteArray)
                return (CachedRegex(.success(regex)), regex.size)
            } catch {
                return (CachedRegex(.failure(error)), 0)
            }
        }
    }

    /// What the evaluation's caches hold for a key, or what is made and kept now.
    func cached<Object: AnyObject>(_ key: Value, _ kind: Object.Type, _ make: () -> (Object, size: Int)) -> Object {
        let cache = context.cache(of: kind)
        if let known = cache.object(for: key) as? Object { return known }
        let name = Value.string("\(kind)", in: arena)
        let large = context.cache(of: LargePatterns.self)
        let store = large.object(for: name) as? LargePatterns ?? LargePatterns()
        if let known = store.object(for: key) as? Object { return known }
        let (object, size) = make()
        if size < LargePatterns.threshold {
            cache.insert(object, for: key)
        } else {
            store.insert(object, for: key, size: size)
            large.insert(store, for: name)
        }
        return object
    }

    /// A string argument as the automata want it: what is not UTF-8 (only decoders make such strings) becomes U+FFFD.
    func wellFormedString(_ index: Int) -> Value? {
        guard let text = string(index) else { return nil }
        if text.isASCII || UTF8Text.isValid(text.utf8) { return text }
        return .string(text.swiftString, in: arena)
    }
}
