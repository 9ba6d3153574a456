import Glibc
@_spi(Engine) package import RegoRuntime

/// `concat`, `split`, `replace` … (OPA: "Strings"). Results that are parts of an argument share its bytes.
package enum StringBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("concat", arity: 2) { concat(BuiltinCall($0)) },
        BuiltinDefinition("contains", arity: 2) { compare(BuiltinCall($0)) { ByteSearch.find($1, in: $0) != nil } },
        BuiltinDefinition("startswith", arity: 2) { compare(BuiltinCall($0), ByteSearch.hasPrefix) },
        BuiltinDefinition("endswith", arity: 2) { compare(BuiltinCall($0), ByteSearch.hasSuffix) },
        BuiltinDefinition("format_int", arity: 2) { formatInt(BuiltinCall($0)) },
        BuiltinDefinition("indexof", arity: 2) { indexOf(BuiltinCall($0)) },
        BuiltinDefinition("indexof_n", arity: 2) { indexOfAll(BuiltinCall($0)) },
        BuiltinDefinition("lower", arity: 1) { changeCase(BuiltinCall($0), upper: false) },
        BuiltinDefinition("upper", arity: 1) { changeCase(BuiltinCall($0), upper: true) },
        BuiltinDefinition("replace", arity: 3) { replace(BuiltinCall($0)) },
        BuiltinDefinition("split", arity: 2) { split(BuiltinCall($0)) },
        BuiltinDefinition("strings.split_n", arity: 3) { splitLimited(BuiltinCall($0)) },
        BuiltinDefinition("sprintf", arity: 2) { sprintf(BuiltinCall($0)) },
        BuiltinDefinition("substring", arity: 3) { substring(BuiltinCall($0)) },
        BuiltinDefinition("strings.any_prefix_match", arity: 2) { anyMatch(BuiltinCall($0), ByteSearch.hasPrefix) },
        BuiltinDefinition("strings.any_suffix_match", arity: 2) { anyMatch(BuiltinCall($0), ByteSearch.hasSuffix) },
        BuiltinDefinition("strings.count", arity: 2) { countOccurrences(BuiltinCall($0)) },
        BuiltinDefinition("strings.replace_n", arity: 2) { replaceAll(BuiltinCall($0)) },
        BuiltinDefinition("strings.reverse", arity: 1) { reverse(BuiltinCall($0)) },
        BuiltinDefinition("internal.template_string", arity: 1) { templateString(BuiltinCall($0)) },
    ]

    private static func concat(_ call: BuiltinCall) {
        guard let delimiter = call.string(0), let parts = call.sequence(1) else { return }
        var bytes = max(parts.count - 1, 0) * delimiter.length
        var isASCII = delimiter.isASCII
        for part in parts {
            guard part.isString else { return call.failElement(1, containing: part, "string") }
            bytes += part.length
            isASCII = isASCII && part.isASCII
        }
        if parts.count <= 1 { return parts.isEmpty ? call.returnEmptyString() : call.return(parts[0]) }
        if call.failIfTooLarge(bytes) { return }
        // Sixteen bytes more than are needed, so that short parts are copied in whole words.
        let memory = call.arena.allocate(bytes: bytes + 16)
        var target = copy(parts[0], to: memory)
        for index in 1..<parts.count {
            target = copy(delimiter, to: target)
            target = copy(parts[index], to: target)
        }
        call.return(Value(utf8: memory.assumingMemoryBound(to: UInt8.self), count: bytes, isASCII: isASCII))
    }

    /// Copies a string to where there is room for sixteen bytes more than it has; returns where it ends.
    @inline(__always)
    private static func copy(_ text: Value, to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        let source = UnsafeRawPointer(text.bytePointer)
        if text.length > 16 {
            memcpy(target, source, text.length)
        } else {
            target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
            target.storeBytes(of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
        }
        return target + text.length
    }

    private static func compare(_ call: BuiltinCall, _ holds: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool) {
        guard let text = call.string(0), let part = call.string(1) else { return }
        call.return(holds(text.utf8, part.utf8))
    }

    /// The integer part in base 2, 8, 10 or 16.
    private static func formatInt(_ call: BuiltinCall) {
        guard let number = call.number(0), let base = call.number(1) else { return }
        guard base.isInteger, [2, 8, 10, 16].contains(base.asInteger) else { return call.failChoice(1, "2", "8", "10", "16") }
        let radix = Int(base.asInteger)
        if number.isInteger { return call.return(String(number.asInteger, radix: radix)) }
        do throws(ArithmeticError) {
            call.return(String(try number.truncatedInteger(), radix: radix))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    private static func indexOf(_ call: BuiltinCall) {
        guard let text = call.string(0), let search = call.string(1) else { return }
        if search.length == 0 { return call.fail(.builtin, "empty search character") }
        guard let offset = ByteSearch.find(search.utf8, in: text.utf8) else { return call.return(.integer(Int64(-1))) }
        call.return(.integer(text.isASCII ? offset : ByteSearch.codePoints(text.utf8, before: offset)))
    }

    private static func indexOfAll(_ call: BuiltinCall) {
        guard let text = call.string(0), let search = call.string(1) else { return }
        if search.length == 0 { return call.fail(.builtin, "empty search character") }
        let builder = ArrayBuilder(in: call.arena)
        let bytes = text.utf8
        var (counted, codePoints) = (0, 0)
        var start = 0
        while let offset = ByteSearch.find(search.utf8, in: bytes, from: start) {
            codePoints += ByteSearch.codePoints(UnsafeBufferPointer(rebasing: bytes[counted...]), before: offset - counted)
            counted = offset
            builder.append(.integer(codePoints))
            // Occurrences may overlap.
            start = offset + max(UTF8Text.sequenceLength(bytes, at: offset), 1)
        }
        call.return(builder.finish())
    }

    private static func changeCase(_ call: BuiltinCall, upper: Bool) {
        guard let text = call.string(0) else { return }
        let (source, length) = (UnsafeRawPointer(text.bytePointer), text.length)
        let first: UInt64 = upper ? 0x61 : 0x41
        if text.isASCII, length <= 8 {
            let word = source.loadUnaligned(as: UInt64.self)
            let changes = lettersToChange(word, first) & (length > 0 ? ByteSearch.mask(length) : 0)
            guard changes != 0 else { return call.return(text) }
            let target = call.arena.allocate(bytes: 16)
            target.storeBytes(of: word ^ changes >> 2, as: UInt64.self)
            return call.return(Value(utf8: target.assumingMemoryBound(to: UInt8.self), count: length, isASCII: true))
        }
        if call.failIfTooLarge(length * 2) { return }
        if !text.isASCII { return call.return(CaseMapping.map(text.utf8, upper: upper, in: call.arena)) }
        var changes: UInt64 = 0
        for offset in stride(from: 0, to: length, by: 8) {
            let letters = lettersToChange(source.loadUnaligned(fromByteOffset: offset, as: UInt64.self), first)
            // What is read beyond the end is none of the text.
            changes |= length - offset >= 8 ? letters : letters & ~(UInt64.max << UInt64((length - offset) * 8))
        }
        guard changes != 0 else { return call.return(text) }
        // Memory is given in sixteen bytes.
        let target = call.arena.allocate(bytes: length)
        for offset in stride(from: 0, to: length, by: 8) {
            let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            target.storeBytes(of: word ^ lettersToChange(word, first) >> 2, toByteOffset: offset, as: UInt64.self)
        }
        call.return(Value(utf8: target.assumingMemoryBound(to: UInt8.self), count: length, isASCII: true))
    }

    /// The high bit of each byte of eight that is one of the 26 letters from `first` on.
    @inline(__always)
    private static func lettersToChange(_ word: UInt64, _ first: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let low = word & (0x7F * ones)
        let fromFirst = low &+ (0x80 - first) * ones
        let afterLast = low &+ (0x80 - first - 26) * ones
        return fromFirst & ~afterLast & ~word & (0x80 * ones)
    }

    private static func replace(_ call: BuiltinCall) {
        guard let text = call.string(0), let old = call.string(1), let new = call.string(2) else { return }
        let bytes = text.utf8
        guard var found = ByteSearch.find(old.utf8, in: bytes) else { return call.return(text) }
        var builder = TextBuilder(in: call.arena, capacity: text.length + new.length + 16)
        var copied = 0
        while true {
            builder.append(partOfString: text.bytePointer + copied, found - copied)
            builder.append(string: new)
            copied = found + old.length
            if builder.isTooLarge {
                _ = call.failIfTooLarge(.max)
                return
            }
            // An empty search is found before each character and at the end.
            let next = old.length > 0 ? copied : found < bytes.count ? found + max(UTF8Text.sequenceLength(bytes, at: found), 1) : .max
            guard next <= bytes.count, let again = ByteSearch.find(old.utf8, in: bytes, from: next) else { break }
            found = again
        }
        builder.append(partOfString: text.bytePointer + copied, bytes.count - copied)
        call.return(text.isASCII && new.isASCII ? builder.finishASCII() : builder.finish())
    }

    private static func split(_ call: BuiltinCall) { split(call, limit: -1) }

    /// As Go's `strings.SplitN`: at most so many parts, the last one uncut; a negative count means all.
    private static func splitLimited(_ call: BuiltinCall) {
        guard let limit = call.integer(2) else { return }
        split(call, limit: limit)
    }

    private static func split(_ call: BuiltinCall, limit: Int64) {
        guard let text = call.string(0), let delimiter = call.string(1) else { return }
        if delimiter.length == 1, limit < 0, text.isASCII, text.length <= 128 {
            return call.return(fieldsOfShort(text, by: delimiter.bytePointer.pointee, in: call.arena))
        }
        if limit == 0 { return call.return(ArrayBuilder(in: call.arena).finish()) }
        func mayCut(_ builder: ArrayBuilder) -> Bool { limit < 0 || Int64(builder.count) < limit - 1 }
        let bytes = text.utf8
        if call.failIfTooLarge((delimiter.length <= 1 ? text.length : text.length / delimiter.length) * 16) { return }
        if delimiter.length == 1, limit < 0, text.isASCII { return call.return(fields(text, by: delimiter.utf8[0], in: call.arena)) }
        let builder = ArrayBuilder(in: call.arena)
        var start = 0
        if delimiter.length == 0 {
            while start < bytes.count {
                if !mayCut(builder) {
                    builder.append(text.substring(byteRange: start..<bytes.count))
                    break
                }
                let end = start + max(UTF8Text.sequenceLength(bytes, at: start), 1)
                builder.append(text.substring(byteRange: start..<end))
                start = end
            }
        } else {
            while mayCut(builder), let end = ByteSearch.find(delimiter.utf8, in: bytes, from: start) {
                builder.append(text.substring(byteRange: start..<end))
                start = end + delimiter.length
            }
            builder.append(text.substring(byteRange: start..<bytes.count))
        }
        call.return(builder.finish())
    }

    /// The same as `fields` for a short text: eight bytes at a time, in memory for as many fields as there could be.
    private static func fieldsOfShort(_ text: Value, by delimiter: UInt8, in arena: Arena) -> Value {
        let (source, length) = (UnsafeRawPointer(text.bytePointer), text.length)
        let pattern = UInt64(delimiter) &* ByteSearch.ones
        let fields = arena.allocateValues(length &+ 1)
        var (start, count, offset) = (0, 0, 0)
        while offset < length {
            // The high bit of each byte that is a delimiter.
            var found = ByteSearch.zeroBytes(source.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ pattern)
            while found != 0 {
                let end = offset &+ found.trailingZeroBitCount >> 3
                // The bytes behind the end are others' or nobody's.
                if end >= length { break }
                fields[count] = Value(utf8: text.bytePointer + start, count: end &- start, isASCII: true)
                count &+= 1
                start = end &+ 1
                found &= found &- 1
            }
            offset &+= 8
        }
        fields[count] = Value(utf8: text.bytePointer + start, count: length &- start, isASCII: true)
        arena.shrink(fields, to: (count &+ 1) &* 16)
        return .array(fields, count: count &+ 1)
    }

    /// The parts of ASCII text between bytes, sharing its bytes.
    private static func fields(_ text: Value, by delimiter: UInt8, in arena: Arena) -> Value {
        let builder = ArrayBuilder(in: arena)
        var start = text.bytePointer
        let end = start + text.length
        while let found = memchr(start, Int32(delimiter), end - start)?.assumingMemoryBound(to: UInt8.self) {
            builder.append(Value(utf8: start, count: UnsafePointer(found) - start, isASCII: true))
            start = UnsafePointer(found) + 1
        }
        builder.append(Value(utf8: start, count: end - start, isASCII: true))
        return builder.finish()
    }

    private static func sprintf(_ call: BuiltinCall) {
        guard let format = call.string(0), let arguments = call.array(1) else { return }
        let result = GoFormat.format(format, arguments.elements, in: call.arena)
        if call.arena.isExhausted { _ = call.failIfTooLarge(.max) } else { call.return(result) }
    }

    /// From an offset, at most so many characters; a negative length means all that remain.
    private static func substring(_ call: BuiltinCall) {
        guard let text = call.string(0), let offset = call.integer(1), let length = call.integer(2) else { return }
        if offset < 0 { return call.fail(.builtin, "negative offset") }
        let bytes = text.utf8
        let start = byteOffset(bytes, text.isASCII, skipping: offset, from: 0)
        let end = length < 0 ? bytes.count : byteOffset(bytes, text.isASCII, skipping: length, from: start)
        call.return(text.substring(byteRange: start..<end))
    }

    private static func byteOffset(_ bytes: UnsafeBufferPointer<UInt8>, _ isASCII: Bool, skipping count: Int64, from start: Int) -> Int {
        if isASCII { return count >= Int64(bytes.count - start) ? bytes.count : start + Int(count) }
        var offset = start
        var left = count
        while left > 0, offset < bytes.count {
            offset += max(UTF8Text.sequenceLength(bytes, at: offset), 1)
            left -= 1
        }
        return offset
    }

    private static func anyMatch(
        _ call: BuiltinCall, _ holds: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        for index in 0..<2 where !call[index].isString {
            guard let elements = call[index].sequence else { return call.failType(index, "string", "set", "array") }
            for element in elements where !element.isString { return call.failElement(index, containing: element, "string") }
        }
        let (texts, parts) = (call[0], call[1])
        func matches(_ text: Value) -> Bool {
            if parts.isString { return holds(text.utf8, parts.utf8) }
            for (index, part) in (parts.tag == .set ? parts.keys : parts.elements).enumerated() {
                if holds(text.utf8, part.utf8) { return true }
                if index & 0xFFFF == 0xFFFF, call.context.isInterrupted { return false }
            }
            return false
        }
        if texts.isString { return call.return(matches(texts)) }
        for text in texts.tag == .set ? texts.keys : texts.elements {
            // Every text may be compared with many parts.
            if call.endIfInterrupted() { return }
            if matches(text) { return call.return(true) }
        }
        call.return(false)
    }

    private static func countOccurrences(_ call: BuiltinCall) {
        guard let text = call.string(0), let search = call.string(1) else { return }
        if search.length == 0 { return call.return(.integer(text.codePointCount + 1)) }
        var count = 0
        var start = 0
        while let offset = ByteSearch.find(search.utf8, in: text.utf8, from: start) {
            count += 1
            start = offset + search.length
        }
        call.return(.integer(count))
    }

    private static func reverse(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        let bytes = text.utf8
        var builder = TextBuilder(in: call.arena, capacity: bytes.count)
        var end = bytes.count
        while end > 0 {
            var start = end - 1
            while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            builder.append(bytes, start..<end)
            end = start
        }
        call.return(builder.finish())
    }

    /// As Go's `strings.Replacer`: at each position the first key in sorted order that fits.
    private static func replaceAll(_ call: BuiltinCall) {
        guard let patterns = call.object(0) else { return }
        let (keys, values) = (patterns.sortedKeys, patterns.sortedValues)
        for index in 0..<patterns.length {
            if !keys[index].isString { return call.failOperand(0, "non-string key found in pattern object") }
            if !values[index].isString { return call.failOperand(0, "non-string value found in pattern object") }
        }
        guard let text = call.string(1) else { return }
        let bytes = text.utf8
        // By their first byte, so that a position costs only the keys that may fit.
        var byFirst = [[Int]](repeating: [], count: 256)
        var empty: Int?
        for index in 0..<patterns.length {
            if let first = keys[index].utf8.first { byFirst[Int(first)].append(index) } else { empty = index }
        }
        var builder = TextBuilder(in: call.arena, capacity: bytes.count + 16)
        var (copied, position) = (0, 0)
        var afterEmpty = false
        var rounds = 0
        while position <= bytes.count {
            rounds &+= 1
            if rounds & 63 == 0, call.endIfInterrupted() { return }
            let rest = UnsafeBufferPointer(rebasing: bytes[position...])
            var match = afterEmpty ? nil : empty
            if match == nil, let first = rest.first { match = byFirst[Int(first)].first { ByteSearch.hasPrefix(rest, keys[$0].utf8) } }
            afterEmpty = match != nil && match == empty
            if let match {
                builder.append(bytes, copied..<position)
                builder.append(values[match].utf8)
                position += keys[match].length
                copied = position
                if builder.isTooLarge {
                    _ = call.failIfTooLarge(.max)
                    return
                }
            } else {
                position += 1
            }
        }
        if copied < bytes.count { builder.append(bytes, copied..<bytes.count) }
        call.return(builder.finish())
    }

    /// The parts of `$"…"`: strings as they are, sets of one value that stand for expressions, empty ones for undefined.
    private static func templateString(_ call: BuiltinCall) {
        guard let parts = call.array(0) else { return }
        var builder = TextBuilder(in: call.arena)
        for part in parts.elements {
            if part.tag == .set {
                switch part.length {
                case 0: builder.append("<undefined>")
                case 1: builder.append(shown: part.keys[0])
                default: return call.fail(.halt, "template-strings must not produce multiple outputs")
                }
            } else {
                builder.append(shown: part)
            }
        }
        call.return(builder.finish())
    }
}
