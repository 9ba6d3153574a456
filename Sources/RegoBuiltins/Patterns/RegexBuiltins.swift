import LinearRegex
@_spi(Engine) package import RegoRuntime

/// `regex.*` (OPA: "Regex").
package enum RegexBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("regex.match", arity: 2) { match(BuiltinCall($0)) },
        BuiltinDefinition("re_match", arity: 2, isDeprecated: true) { match(BuiltinCall($0)) },
        BuiltinDefinition("regex.is_valid", arity: 1) { isValid(BuiltinCall($0)) },
        BuiltinDefinition("regex.find_n", arity: 3) { findAll(BuiltinCall($0)) },
        BuiltinDefinition("regex.find_all_string_submatch_n", arity: 3) { findAllSubmatches(BuiltinCall($0)) },
        BuiltinDefinition("regex.replace", arity: 3) { replace(BuiltinCall($0)) },
        BuiltinDefinition("regex.split", arity: 2) { split(BuiltinCall($0)) },
        BuiltinDefinition("regex.template_match", arity: 4) { templateMatch(BuiltinCall($0)) },
        BuiltinDefinition("regex.globs_match", arity: 2) { globsMatch(BuiltinCall($0)) },
    ]

    private static func match(_ call: BuiltinCall) {
        // A pattern of the policy and a short text, which is nearly always: no reference is counted.
        if call.areConstant(0b01), call[1].isString, call[1].isASCII, call[1].length <= BuiltinCall.uninterruptedLength,
            let known = call.constantObject(ObjectIdentifier(CachedRegex.self), call[0])
        {
            let isMatch = Unmanaged<CachedRegex>.fromOpaque(known)._withUnsafeGuaranteedRef { $0.matcher?.matches(call[1].utf8) }
            if let isMatch { return call.return(isMatch) }
        }
        guard let pattern = call.string(0), let text = call.wellFormedString(1) else { return }
        let cached = call.cachedRegex(pattern, ofArgument: 0)
        if let interruption = call.interruption(for: text), case .success(let regex) = cached.result {
            let isMatch = regex.matches(text.utf8, isInterrupted: interruption)
            if !call.endIfInterrupted() { call.return(isMatch) }
            return
        }
        if let matcher = cached.matcher { return call.return(matcher.matches(text.utf8)) }
        switch cached.result {
        case .success(let regex): call.return(regex.matches(text.utf8))
        case .failure(let error): call.fail(.builtin, error.message)
        }
    }

    private static func isValid(_ call: BuiltinCall) {
        guard call[0].isString else { return call.return(false) }
        if case .success = call.compiled(call[0]) { call.return(true) } else { call.return(false) }
    }

    /// A count of matches; `nil` for all.
    private static func limit(_ call: BuiltinCall, _ index: Int) -> Int?? {
        guard let number = call.integer(index) else { return nil }
        return .some(number < 0 ? nil : Int(number))
    }

    private static func findAll(_ call: BuiltinCall) {
        guard call.string(0) != nil, call.string(1) != nil, let limit = limit(call, 2), let regex = call.regex(0),
            let text = call.wellFormedString(1)
        else { return }
        let builder = ArrayBuilder(in: call.arena)
        let ranges = regex.allMatches(in: text.utf8, limit: limit, isInterrupted: call.interruption(for: text))
        if call.endIfInterrupted() { return }
        if call.failIfTooLarge(ranges.count * 16) { return }
        for range in ranges { builder.append(text.substring(byteRange: range)) }
        call.return(builder.finish())
    }

    private static func findAllSubmatches(_ call: BuiltinCall) {
        guard call.string(0) != nil, call.string(1) != nil, let limit = limit(call, 2), let regex = call.regex(0),
            let text = call.wellFormedString(1)
        else { return }
        let builder = ArrayBuilder(in: call.arena)
        let interruption = call.interruption(for: text)
        var rounds = 0
        regex.forEachCaptures(in: text.utf8, limit: limit, isInterrupted: interruption) { groups in
            let elements = call.arena.allocateValues(groups.count)
            for (index, group) in groups.enumerated() { elements[index] = text.substring(byteRange: group ?? 0..<0) }
            builder.append(.array(elements, count: groups.count))
            rounds &+= 1
            return !call.arena.isExhausted && (rounds & 63 != 0 || !(interruption?() ?? false))
        }
        if call.endIfInterrupted() { return }
        if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
        call.return(builder.finish())
    }

    private static func replace(_ call: BuiltinCall) {
        guard call.string(0) != nil, call.string(1) != nil, let template = call.string(2), let text = call.wellFormedString(0),
            let regex = call.regex(1)
        else { return }
        let result = regex.replacingAll(
            in: text.utf8, with: template.byteArray, byteLimit: call.arena.byteLimit, isInterrupted: call.interruption(for: text))
        if call.endIfInterrupted() { return }
        if call.failIfTooLarge(result.count) { return }
        call.return(result.withUnsafeBufferPointer { .string($0, in: call.arena) })
    }

    private static func split(_ call: BuiltinCall) {
        guard call.string(0) != nil, let text = call.wellFormedString(1), let regex = call.regex(0) else { return }
        let builder = ArrayBuilder(in: call.arena)
        let pieces = regex.split(text.utf8, isInterrupted: call.interruption(for: text))
        if call.endIfInterrupted() { return }
        if call.failIfTooLarge(pieces.count * 16) { return }
        for range in pieces { builder.append(text.substring(byteRange: range)) }
        call.return(builder.finish())
    }

    /// A pattern in which only what lies between the delimiters is a regular expression.
    private static func templateMatch(_ call: BuiltinCall) {
        guard let template = call.string(0), let text = call.wellFormedString(1), let open = call.string(2), let close = call.string(3)
        else { return }
        guard open.length == 1 else {
            return call.fail(.builtin, "start delimiter has to be exactly one character long but is \(open.length) long")
        }
        guard close.length == 1 else {
            return call.fail(.builtin, "end delimiter has to be exactly one character long but is \(open.length) long")
        }
        guard let pattern = TemplatePattern.pattern(template.utf8, open: open.utf8[0], close: close.utf8[0]) else {
            return call.fail(.builtin, "unbalanced braces in \(template.regoText)")
        }
        let value = pattern.withUnsafeBufferPointer { Value.string($0, in: call.arena) }
        switch call.compiled(value) {
        case .success(let regex):
            let isMatch = regex.matches(text.utf8, isInterrupted: call.interruption(for: text))
            if !call.endIfInterrupted() { call.return(isMatch) }
        case .failure(let error): call.fail(.builtin, error.message)
        }
    }

    private static func globsMatch(_ call: BuiltinCall) {
        guard let left = call.string(0), let right = call.string(1) else { return }
        do throws(RegexGlob.Failure) {
            let first = try RegexGlob.parse(left.utf8)
            let second = try RegexGlob.parse(right.utf8)
            let (context, limit) = (call.context, call.arena.byteLimit / 64)
            let intersect = RegexGlob.intersects(first, second, limit: limit) { context.isInterrupted }
            if call.endIfInterrupted() { return }
            guard let intersect else { return _ = call.failIfTooLarge(.max) }
            call.return(intersect)
        } catch {
            call.fail(.builtin, error.message)
        }
    }
}

/// The pattern of `regex.template_match`.
enum TemplatePattern {
    /// `urn:{.*}` as `^urn:(.*)$`; `nil` where delimiters do not pair.
    static func pattern(_ template: UnsafeBufferPointer<UInt8>, open: UInt8, close: UInt8) -> [UInt8]? {
        var result: [UInt8] = [UInt8(ascii: "^")]
        var depth = 0
        var start = 0
        for (index, byte) in template.enumerated() {
            // Equal delimiters open and close in turn.
            if byte == open, open != close || depth == 0 {
                if depth == 0 {
                    quote(template[start..<index], into: &result)
                    start = index + 1
                }
                depth += 1
            } else if byte == close {
                depth -= 1
                if depth < 0 { return nil }
                if depth == 0 {
                    result.append(UInt8(ascii: "("))
                    result += template[start..<index]
                    result.append(UInt8(ascii: ")"))
                    start = index + 1
                }
            }
        }
        guard depth == 0 else { return nil }
        quote(template[start...], into: &result)
        result.append(UInt8(ascii: "$"))
        return result
    }

    /// Go's `regexp.QuoteMeta`.
    private static func quote(_ text: Slice<UnsafeBufferPointer<UInt8>>, into result: inout [UInt8]) {
        for byte in text {
            if #"\.+*?()|[]{}^$"#.utf8.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
    }
}
