@_spi(Engine) package import RegoRuntime

/// `urlquery.*` (OPA: "Encoding"): Go's `url.QueryEscape`, `QueryUnescape`, `ParseQuery`.
package enum URLQueryBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("urlquery.encode", arity: 1) { encode(BuiltinCall($0)) },
        BuiltinDefinition("urlquery.decode", arity: 1) { decode(BuiltinCall($0)) },
        BuiltinDefinition("urlquery.encode_object", arity: 1) { encodeObject(BuiltinCall($0)) },
        BuiltinDefinition("urlquery.decode_object", arity: 1) { decodeObject(BuiltinCall($0)) },
    ]

    /// A `%` that two hexadecimal digits do not follow.
    private struct Fault: Error {
        let escape: String
        var message: String { "invalid URL escape \"\(escape)\"" }
    }

    private static func escape(_ text: Value, into builder: inout TextBuilder) {
        for byte in text.utf8 { escape(byte: byte, into: &builder) }
    }

    static func escape(byte: UInt8, into builder: inout TextBuilder) {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
            builder.append(byte)
        case UInt8(ascii: " "):
            builder.append(UInt8(ascii: "+"))
        default:
            let digits: StaticString = "0123456789ABCDEF"
            builder.append(UInt8(ascii: "%"))
            builder.append(digits.utf8Start[Int(byte >> 4)])
            builder.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    private static func unescape(_ text: Slice<UnsafeBufferPointer<UInt8>>) throws(Fault) -> [UInt8] {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "+"):
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < text.endIndex, let high = text[index + 1].hexadecimalValue, let low = text[index + 2].hexadecimalValue
                else { throw Fault(escape: String(decoding: text[index..<min(index + 3, text.endIndex)], as: UTF8.self)) }
                result.append(high << 4 | low)
                index += 2
            default:
                result.append(text[index])
            }
            index += 1
        }
        return result
    }

    private static func encode(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        if call.failIfTooLarge(text.length * 3) { return }
        var builder = TextBuilder(in: call.arena, capacity: text.length + 16)
        escape(text, into: &builder)
        call.return(builder.finish())
    }

    private static func decode(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(Fault) {
            call.return(raw: try unescape(text.utf8[...]))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    /// Keys in order; a value is a string, or an array or set of strings.
    private static func encodeObject(_ call: BuiltinCall) {
        guard let object = call.object(0) else { return }
        var builder = TextBuilder(in: call.arena, capacity: 64 + object.length * 32)
        let (keys, values) = (object.sortedKeys, object.sortedValues)
        for index in 0..<object.length {
            guard keys[index].isString else { return call.failOperand(0, "values must be string, array[string], or set[string]") }
            if builder.isTooLarge { return _ = call.failIfTooLarge(.max) }
            if call.endIfInterrupted() { return }
            let single = [values[index]]
            let members: [Value] = values[index].isString ? single : values[index].sequence.map { Array($0) } ?? [.null]
            for member in members {
                guard member.isString else { return call.failOperand(0, "values must be string, array[string], or set[string]") }
                if builder.count > 0 { builder.append(UInt8(ascii: "&")) }
                escape(keys[index], into: &builder)
                builder.append(UInt8(ascii: "="))
                escape(member, into: &builder)
            }
        }
        if builder.isTooLarge { _ = call.failIfTooLarge(.max) } else { call.return(builder.finish()) }
    }

    private static func decodeObject(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        var names: [Value] = []
        var members: [[Value]] = []
        let places = ObjectBuilder(in: call.arena)
        do throws(Fault) {
            for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
                guard !pair.contains(UInt8(ascii: ";")) else { return call.fail(.builtin, "invalid semicolon separator in query") }
                let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
                let key = try unescape(pair[..<mark])
                let value = try unescape(mark < pair.endIndex ? pair[(mark + 1)...] : pair[pair.endIndex...])
                let name = key.withUnsafeBufferPointer { Value.string($0, in: call.arena) }
                let member = value.withUnsafeBufferPointer { Value.string($0, in: call.arena) }
                let place = places.lookup(name)
                if place.isDefined {
                    members[Int(place.asInteger)].append(member)
                } else {
                    places.put(name, .integer(names.count))
                    names.append(name)
                    members.append([member])
                }
                if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
            }
            let builder = ObjectBuilder(in: call.arena, capacity: names.count)
            for (name, values) in zip(names, members) { builder.put(name, .array(values, in: call.arena)) }
            call.return(builder.finish())
        } catch {
            call.fail(.builtin, error.message)
        }
    }
}
