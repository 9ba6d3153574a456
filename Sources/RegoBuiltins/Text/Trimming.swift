@_spi(Engine) package import RegoRuntime

/// `trim` and its kin (OPA: "Strings"). Results share the argument's bytes.
package enum TrimBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("trim", arity: 2) { trim(BuiltinCall($0), left: true, right: true) },
        BuiltinDefinition("trim_left", arity: 2) { trim(BuiltinCall($0), left: true, right: false) },
        BuiltinDefinition("trim_right", arity: 2) { trim(BuiltinCall($0), left: false, right: true) },
        BuiltinDefinition("trim_prefix", arity: 2) { trimPrefix(BuiltinCall($0)) },
        BuiltinDefinition("trim_suffix", arity: 2) { trimSuffix(BuiltinCall($0)) },
        BuiltinDefinition("trim_space", arity: 1) { trimSpace(BuiltinCall($0)) },
    ]

    private static func trim(_ call: BuiltinCall, left: Bool, right: Bool) {
        guard let text = call.string(0), let cutset = call.string(1) else { return }
        let cut = cutset.utf8
        if cutset.isASCII {
            if text.isASCII { return call.return(trimmedASCII(text, cut, left: left, right: right)) }
            return call.return(trimmed(text, left: left, right: right) { bytes in bytes.count == 1 && cut.contains(bytes[0]) })
        }
        call.return(trimmed(text, left: left, right: right) { ByteSearch.find($0, in: cut) != nil })
    }

    private static func trimmedASCII(_ text: Value, _ cut: UnsafeBufferPointer<UInt8>, left: Bool, right: Bool) -> Value {
        var (start, end) = (text.bytePointer, text.bytePointer + text.length)
        if cut.count == 1 {
            let byte = cut[0]
            while left, start < end, start.pointee == byte { start += 1 }
            while right, end > start, (end - 1).pointee == byte { end -= 1 }
        } else {
            func isCut(_ byte: UInt8) -> Bool {
                for other in cut where other == byte { return true }
                return false
            }
            while left, start < end, isCut(start.pointee) { start += 1 }
            while right, end > start, isCut((end - 1).pointee) { end -= 1 }
        }
        if end - start == text.length { return text }
        return Value(utf8: start, count: end - start, isASCII: true)
    }

    private static func trimSpace(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        call.return(trimmed(text, left: true, right: true) { isSpace(GoQuoting.scalar($0, 0, $0.count)) })
    }

    /// Go's `unicode.IsSpace`.
    private static func isSpace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 9...13, 32, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    private static func trimmed(_ text: Value, left: Bool, right: Bool, _ isCut: (UnsafeBufferPointer<UInt8>) -> Bool) -> Value {
        let bytes = text.utf8
        var start = 0
        var end = bytes.count
        while left, start < end {
            let length = min(max(UTF8Text.sequenceLength(bytes, at: start), 1), end - start)
            guard isCut(UnsafeBufferPointer(rebasing: bytes[start..<(start + length)])) else { break }
            start += length
        }
        while right, end > start {
            var first = end - 1
            while first > start, bytes[first] & 0xC0 == 0x80 { first -= 1 }
            guard isCut(UnsafeBufferPointer(rebasing: bytes[first..<end])) else { break }
            end = first
        }
        return start == 0 && end == bytes.count ? text : text.substring(byteRange: start..<end)
    }

    private static func trimPrefix(_ call: BuiltinCall) {
        guard let text = call.string(0), let prefix = call.string(1) else { return }
        let fits = ByteSearch.hasPrefix(text.utf8, prefix.utf8)
        call.return(fits ? text.substring(byteRange: prefix.length..<text.length) : text)
    }

    private static func trimSuffix(_ call: BuiltinCall) {
        guard let text = call.string(0), let suffix = call.string(1) else { return }
        let fits = ByteSearch.hasSuffix(text.utf8, suffix.utf8)
        call.return(fits ? text.substring(byteRange: 0..<(text.length - suffix.length)) : text)
    }
}
