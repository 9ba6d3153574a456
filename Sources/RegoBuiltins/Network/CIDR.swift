import BigInt
@_spi(Engine) package import RegoRuntime

/// `net.cidr_*` (OPA: "Net").
package enum CIDRBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("net.cidr_contains", arity: 2) { contains(BuiltinCall($0)) },
        BuiltinDefinition("net.cidr_overlap", arity: 2, isDeprecated: true) { contains(BuiltinCall($0)) },
        BuiltinDefinition("net.cidr_intersects", arity: 2) { intersects(BuiltinCall($0)) },
        BuiltinDefinition("net.cidr_contains_matches", arity: 2) { containsMatches(BuiltinCall($0)) },
        BuiltinDefinition("net.cidr_expand", arity: 1) { expand(BuiltinCall($0)) },
        BuiltinDefinition("net.cidr_is_valid", arity: 1) {
            let call = BuiltinCall($0)
            call.return(call[0].isString && IPNetwork(call[0].swiftString) != nil)
        },
        BuiltinDefinition("net.cidr_merge", arity: 1) { merge(BuiltinCall($0)) },
    ]

    /// Why there is no answer, in OPA's words.
    private struct Fault: Error {
        let message: String
        /// Whether an operand is of the wrong type.
        var isTypeError = false
    }

    private static func network(_ value: Value) throws(Fault) -> IPNetwork {
        let text = value.swiftString
        guard let network = IPNetwork(text) else { throw Fault(message: "invalid CIDR address: \(text)") }
        return network
    }

    private static func isContained(_ outer: Value, _ inner: Value) throws(Fault) -> Bool {
        let network = try network(outer)
        let text = inner.swiftString
        if let address = IPAddress(text) { return network.contains(address) }
        guard let other = IPNetwork(text) else {
            throw Fault(message: "not a valid textual representation of an IP address or CIDR: \(text)")
        }
        return network.contains(other.address) && network.contains(other.last)
    }

    private static func contains(_ call: BuiltinCall) {
        guard let outer = call.string(0) else { return }
        do throws(Fault) {
            _ = try network(outer)
            guard let inner = call.string(1, named: 0) else { return }
            call.return(try isContained(outer, inner))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    private static func intersects(_ call: BuiltinCall) {
        guard let left = call.string(0) else { return }
        do throws(Fault) {
            let first = try network(left)
            guard let right = call.string(1, named: 0) else { return }
            let second = try network(right)
            call.return(first.contains(second.address) || second.contains(first.address))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    /// Goes through the texts and names of the candidates: a string is its own, elements have their index, members themselves, entries
    /// their key.
    private static func forEachCandidate(
        _ call: BuiltinCall, _ index: Int, _ body: (_ text: Value, _ name: Value) throws(Fault) -> Void
    ) throws(Fault) {
        func text(_ value: Value) throws(Fault) -> Value {
            if value.isString { return value }
            if value.tag == .array, value.length > 0 { return value.elements[0] }
            throw Fault(message: "operand \(index + 1): element must be string or non-empty array")
        }
        let operand = call[index]
        switch operand.tag {
        case .string: try body(operand, operand)
        case .array:
            for (position, element) in operand.elements.enumerated() { try body(try text(element), .integer(position)) }
        case .set:
            for member in operand.sequence ?? operand.keys { try body(try text(member), member) }
        case .object:
            let (keys, values) = (operand.sortedKeys, operand.sortedValues)
            for position in 0..<operand.length { try body(try text(values[position]), keys[position]) }
        default: break
        }
    }

    /// As `net.cidr_contains` decides of arguments that may be of any type.
    private static func isMatch(_ outer: Value, _ inner: Value) throws(Fault) -> Bool {
        guard outer.isString else { throw noString(outer) }
        if !inner.isString {
            _ = try network(outer)
            throw noString(inner)
        }
        return try isContained(outer, inner)
    }

    private static func noString(_ value: Value) -> Fault {
        Fault(message: "operand 1 must be string but got \(value.typeName)", isTypeError: true)
    }

    private static func containsMatches(_ call: BuiltinCall) {
        do throws(Fault) {
            let builder = SetBuilder(in: call.arena)
            var rounds = 0
            var isCut = false
            try forEachCandidate(call, 0) { network, name throws(Fault) in
                if isCut { return }
                try forEachCandidate(call, 1) { address, other throws(Fault) in
                    if isCut { return }
                    rounds &+= 1
                    if rounds & 1023 == 0 { isCut = call.context.isInterrupted || call.arena.isExhausted }
                    if try isMatch(network, address) { builder.insert(.array([name, other], in: call.arena)) }
                }
            }
            if call.endIfInterrupted() { return }
            if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
            call.return(builder.finish())
        } catch {
            call.fail(error.isTypeError ? .type : .builtin, error.message)
        }
    }

    /// Every address of a block.
    private static func expand(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(Fault) {
            let network = try network(text)
            let hosts = network.address.bits - network.prefix
            // An entry costs its text, its value and its place in the index.
            if hosts > 24 || call.failIfTooLarge((1 << hosts) * 64) {
                if hosts > 24 { _ = call.failIfTooLarge(.max) }
                return
            }
            let builder = SetBuilder(in: call.arena, capacity: 1 << hosts)
            var bytes = network.address.bytes
            for number in 0..<(1 << hosts) {
                if number & 1023 == 1023, call.endIfInterrupted() { return }
                builder.insert(.string(IPAddress(bytes: bytes).text, in: call.arena))
                for index in bytes.indices.reversed() {
                    bytes[index] &+= 1
                    if bytes[index] != 0 { break }
                }
            }
            call.return(builder.finish())
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    /// The fewest blocks that hold the same addresses.
    private static func merge(_ call: BuiltinCall) {
        guard let elements = call[0].sequence else { return call.fail(.builtin, "operand must be an array") }
        do throws(Fault) {
            var blocks: [Block] = []
            for element in elements {
                guard element.isString else { throw Fault(message: "element must be string") }
                blocks.append(try block(element))
            }
            let builder = SetBuilder(in: call.arena)
            for isV4 in [true, false] {
                for text in merged(blocks.filter { $0.isV4 == isV4 }, isV4: isV4) { builder.insert(.string(text, in: call.arena)) }
            }
            call.return(builder.finish())
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    /// Neighbouring addresses that are to be merged.
    private struct Block {
        let first: BigUInt
        var last: BigUInt
        let isV4: Bool
        /// How it is written while it is merged with no other; `nil` afterwards.
        var text: String?

        init(_ network: IPNetwork, text: String) {
            first = network.address.number
            last = network.last.number
            isV4 = network.address.isV4
            self.text = text
        }
    }

    /// A block, or an IPv4 address with the prefix of its class, as Go's `DefaultMask` gives it: written with the address itself.
    private static func block(_ value: Value) throws(Fault) -> Block {
        let text = value.swiftString
        guard let address = IPAddress(text) else {
            let network = try network(value)
            return Block(network, text: network.text)
        }
        guard address.isV4 else { throw Fault(message: "IPv6 invalid: needs prefix length") }
        let first = address.bytes[0]
        let prefix = first < 0x80 ? 8 : first < 0xC0 ? 16 : 24
        return Block(IPNetwork(address: address, prefix: prefix), text: "\(address.text)/\(prefix)")
    }

    private static func merged(_ blocks: [Block], isV4: Bool) -> [String] {
        var ranges: [Block] = []
        for block in blocks.sorted(by: { ($0.first, $0.last) < ($1.first, $1.last) }) {
            if let previous = ranges.last, block.first <= previous.last + 1 {
                ranges[ranges.count - 1].last = max(previous.last, block.last)
                ranges[ranges.count - 1].text = nil
            } else {
                ranges.append(block)
            }
        }
        let bits = isV4 ? 32 : 128
        var result: [String] = []
        for range in ranges {
            if let text = range.text {
                result.append(text)
                continue
            }
            var first = range.first
            while first <= range.last {
                // The largest block that begins here and does not reach beyond the range.
                var host = first == 0 ? bits : min(first.trailingZeroBitCount, bits)
                while first + (BigUInt(1) << host) - 1 > range.last { host -= 1 }
                result.append(IPNetwork(address: IPAddress(number: first, isV4: isV4), prefix: bits - host).text)
                first += BigUInt(1) << host
            }
        }
        return result
    }
}
