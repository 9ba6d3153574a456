import Glibc

extension Machine {
    /// What a `DirectBuiltin` makes of its operands; undefined where they are of another kind, which the builtin then settles.
    @inline(never)
    static func direct(_ builtin: UInt8, _ operands: UnsafeMutablePointer<Value>) -> Value {
        let text = unsafe operands[0]
        switch builtin {
        case DirectBuiltin.count.rawValue: return count(text)
        case DirectBuiltin.isString.rawValue: return .boolean(text.isString)
        case DirectBuiltin.isNumber.rawValue: return .boolean(text.isNumber)
        case DirectBuiltin.isObject.rawValue: return .boolean(text.tag == .object)
        case DirectBuiltin.isArray.rawValue: return .boolean(text.tag == .array)
        default: break
        }
        let part = unsafe operands[1]
        guard text.isString, part.isString else { return .undefined }
        switch builtin {
        case DirectBuiltin.startsWith.rawValue:
            guard text.length >= part.length else { return .false }
            return .boolean(unsafe memcmp(text.bytePointer, part.bytePointer, part.length) == 0)
        case DirectBuiltin.endsWith.rawValue:
            guard text.length >= part.length else { return .false }
            return .boolean(unsafe memcmp(text.bytePointer + (text.length - part.length), part.bytePointer, part.length) == 0)
        default:
            return contains(text, part)
        }
    }

    /// Whether a part stands in a text; undefined where the search has come to repetitions, which take another algorithm.
    private static func contains(_ text: Value, _ part: Value) -> Value {
        guard part.length > 0 else { return .true }
        let (bytes, wanted) = unsafe (text.bytePointer, part.bytePointer)
        var position = 0
        var tries = 0
        while text.length - position >= part.length {
            let left = text.length - position - part.length + 1
            guard let found = unsafe memchr(bytes + position, Int32(wanted[0]), left) else { return .false }
            position = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
            if unsafe memcmp(bytes + position, wanted, part.length) == 0 { return .true }
            position += 1
            tries += 1
            if tries == 64 { return .undefined }
        }
        return .false
    }

    @inline(__always)
    private static func count(_ value: Value) -> Value {
        switch value.tag {
        case .array, .object, .set: .integer(value.length)
        case .string where value.isASCII: .integer(value.length)
        default: .undefined
        }
    }
}
