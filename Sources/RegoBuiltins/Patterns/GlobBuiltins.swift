import LinearRegex
@_spi(Engine) package import RegoRuntime

/// `glob.*` (OPA: "Glob").
package enum GlobBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("glob.match", arity: 3) { match(BuiltinCall($0)) },
        BuiltinDefinition("glob.quote_meta", arity: 1) {
            let call = BuiltinCall($0)
            if let text = call.string(0) { call.return(bytes: Glob.quote(text.utf8)) }
        },
    ]

    private static func match(_ call: BuiltinCall) {
        // A pattern of the policy, which is nearly always: no reference is counted.
        if call.areConstant(0b11), call[2].isString, call[2].isASCII,
            let known = call.constantObject(ObjectIdentifier(CachedGlob.self), call[0], call[1])
        {
            let isMatch = Unmanaged<CachedGlob>.fromOpaque(known)._withUnsafeGuaranteedRef { $0.matcher?.matches(call[2].utf8) }
            if let isMatch { return call.return(isMatch) }
        }
        guard let pattern = call.string(0) else { return }
        if call.areConstant(0b11), let known = call.context.constantObjects.object(CachedGlob.self, for: pattern, call[1]) {
            guard let text = call.string(2) else { return }
            return match(text, known, call)
        }
        // No delimiters by null, the dot by an empty array.
        var delimiters: [UInt32] = []
        switch call[1].tag {
        case .null: break
        case .array:
            delimiters = call[1].length == 0 ? [UInt32(UInt8(ascii: "."))] : []
            for element in call[1].elements {
                guard element.isString else { return call.failElement(1, containing: element, "string") }
                let length = element.length > 0 ? UTF8Text.sequenceLength(element.utf8, at: 0) : 0
                // A byte that is no character is one to Go.
                guard length == element.length && length > 0 || length == 0 && element.length == 1 else {
                    return call.failElement(1, containing: element, "rune")
                }
                delimiters.append(length == 0 ? 0xFFFD : GoQuoting.scalar(element.utf8, 0, length))
            }
        default: return call.failType(1, "array", "null")
        }
        guard let text = call.string(2) else { return }
        match(text, call.kept(ifConstant: 0b11, pattern, call[1]) { compiled(pattern, delimiters, call) }, call)
    }

    private static func match(_ text: Value, _ compiled: CachedGlob, _ call: BuiltinCall) {
        // Automata read UTF-8; only decoders make strings that are not.
        if let matcher = compiled.matcher, let text = call.wellFormedString(2) { return call.return(matcher.matches(text.utf8)) }
        switch compiled.result {
        case .success(let glob):
            let context = call.context
            let isTimed = context.deadline != 0 || context.cancellation != nil
            switch glob.answer(text.utf8, isInterrupted: isTimed ? { context.isInterrupted } : nil) {
            case .matched: call.return(true)
            case .unmatched: call.return(false)
            case .impossible: call.fail(.halt, "OPA's library fails on this pattern and text")
            case .undecided: if !call.endIfInterrupted() { call.fail(.limit, "matching takes too much memory") }
            }
        case .failure(let error): call.fail(.builtin, error.message)
        }
    }

    private static func compiled(_ pattern: Value, _ delimiters: [UInt32], _ call: BuiltinCall) -> CachedGlob {
        // Delimiters and pattern are one key; no scalar's bytes begin like the mark between them.
        var key = TextBuilder(in: call.arena, capacity: pattern.length + 16)
        for delimiter in delimiters { key.append(scalar: delimiter) }
        key.append(0xFF)
        key.append(pattern.utf8)
        let name = key.finish()
        return call.cached(name, CachedGlob.self) {
            do throws(RegexError) {
                let glob = try Glob(pattern.byteArray, delimiters: delimiters)
                return (CachedGlob(.success(glob)), glob.size)
            } catch {
                return (CachedGlob(.failure(error)), 0)
            }
        }
    }
}
