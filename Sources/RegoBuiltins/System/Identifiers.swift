@_spi(Engine) package import RegoRuntime

/// `uuid.*` and `rand.intn` (OPA: "UUID", "Numbers").
package enum IdentifierBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("uuid.rfc4122", arity: 1, isNondeterministic: true) { makeUUID(BuiltinCall($0)) },
        BuiltinDefinition("uuid.parse", arity: 1) { parseUUID(BuiltinCall($0)) },
        BuiltinDefinition("rand.intn", arity: 2, isNondeterministic: true) { randomInteger(BuiltinCall($0)) },
    ]

    /// A random UUID, the same for the same key within one evaluation.
    private static func makeUUID(_ call: BuiltinCall) {
        guard let key = call.string(0) else { return }
        let name = "uuid.rfc4122-" + key.swiftString
        if let known = call.context.remembered(name) { return call.return(known.makeValue(in: call.arena)) }
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let bits = call.context.random.next()
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(shift)))) }
        }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += hexadecimal(byte)
        }
        call.context.remember(.string(text), for: name)
        call.return(text)
    }

    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// A number from 0 up to, not including, n; the same for the same key and n within one evaluation.
    private static func randomInteger(_ call: BuiltinCall) {
        guard let key = call.string(0), let limit = call.integer(1) else { return }
        if limit == 0 { return call.return(.integer(Int64(0))) }
        let name = "rand.intn-\(limit)-" + key.swiftString
        if let known = call.context.remembered(name) { return call.return(known.makeValue(in: call.arena)) }
        let bound = limit == .min ? UInt64(Int64.max) : limit.magnitude
        let number = Int64(UInt64.random(in: 0..<bound, using: &call.context.random))
        call.context.remember(.number(RegoNumber(number)), for: name)
        call.return(.integer(number))
    }

    /// What a UUID says of itself; undefined for what is none.
    private static func parseUUID(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        guard let bytes = bytes(Array(text.utf8)) else { return }
        let builder = ObjectBuilder(in: call.arena)
        func put(_ name: String, _ value: Value) { builder.put(.string(name, in: call.arena), value) }
        let version = Int(bytes[6] >> 4)
        put("version", .integer(version))
        let mark = bytes[8]
        let variant = mark & 0xC0 == 0x80 ? "RFC4122" : mark & 0xE0 == 0xC0 ? "Microsoft" : mark & 0xE0 == 0xE0 ? "Future" : "Reserved"
        put("variant", .string(variant, in: call.arena))
        if version == 1 || version == 2 {
            let low = bytes[0..<4].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            let middle = Int64(bytes[4]) << 8 | Int64(bytes[5])
            let high = Int64(bytes[6] & 0x0F) << 8 | Int64(bytes[7])
            // Hundreds of nanoseconds since the calendar's reform in 1582.
            let ticks = (high << 48 | middle << 32 | low) - 122_192_928_000_000_000
            put("time", .integer(ticks &* 100))
            let group = ["global:unicast", "global:multicast", "local:unicast", "local:multicast"][Int(bytes[10] & 3)]
            put("macvariables", .string(group, in: call.arena))
            put("nodeid", .string(bytes[10...].map(hexadecimal).joined(separator: "-"), in: call.arena))
            put("clocksequence", .integer(Int(bytes[8] & 0x3F) << 8 | Int(bytes[9])))
            if version == 2 {
                put("id", .integer(low))
                let domains = ["Person", "Group", "Org"]
                put("domain", .string(Int(bytes[9]) < 3 ? domains[Int(bytes[9])] : "Domain\(bytes[9])", in: call.arena))
            }
        }
        call.return(builder.finish())
    }

    /// Plain, in braces, as a URN, or without hyphens.
    private static func bytes(_ text: [UInt8]) -> [UInt8]? {
        var text = text[...]
        switch text.count {
        case 36: break
        case 45:
            guard String(decoding: text.prefix(9), as: UTF8.self).lowercased() == "urn:uuid:" else { return nil }
            text = text.dropFirst(9)
        case 38: text = text.dropFirst().dropLast()
        case 32:
            return pairs(text)
        default: return nil
        }
        let start = text.startIndex
        for place in [8, 13, 18, 23] where text[start + place] != UInt8(ascii: "-") { return nil }
        return pairs(text.filter { $0 != UInt8(ascii: "-") }[...])
    }

    private static func pairs(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard digits.count == 32 else { return nil }
        let values = digits.compactMap(\.hexadecimalValue)
        guard values.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
