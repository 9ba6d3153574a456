@_spi(Engine) import RegoRuntime

/// Values in messages as Go's `%#v` writes them, and keys as its encoder does.
package enum GoSyntax {
    /// Values within each other beyond which a message is cut.
    private static let depthLimit = 16

    static func text(of value: Value, depth: Int = 0) -> String {
        guard depth < depthLimit else { return "…" }
        switch value.tag {
        case .null: return depth == 0 ? "<nil>" : "interface {}(nil)"
        case .object:
            let (keys, values) = (value.sortedKeys, value.sortedValues)
            let members = (0..<value.length).map { text(of: keys[$0], depth: depth + 1) + ":" + text(of: values[$0], depth: depth + 1) }
            return "map[interface {}]interface {}{\(members.joined(separator: ", "))}"
        case .array:
            let elements = value.elements.map { text(of: $0, depth: depth + 1) }
            return "[]interface {}{\(elements.joined(separator: ", "))}"
        default: return value.jsonText()
        }
    }

    /// A `float32` by the verb `%g`, infinities as YAML writes them.
    static func key(of value: Float) -> String {
        guard value.isFinite else { return value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf" }
        return text(of: value)
    }

    /// A finite number by the verb `%g`.
    package static func text(of value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
        guard value != 0 else { return value.sign == .minus ? "-0" : "0" }
        // Swift's description is the shortest text: "0.1", "1e-05", "1.5e+30", "12345.0".
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        let text = value.magnitude.description
        for (index, byte) in zip(text.utf8.indices, text.utf8) {
            if byte == UInt8(ascii: "e") {
                exponent += Int(text[text.utf8.index(after: index)...]) ?? 0
                break
            }
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(byte)
                if isFraction { exponent -= 1 }
            }
        }
        let decimal = Decimal(isNegative: value < 0, digits: digits, exponent: exponent)
        return decimal.magnitude < -4 || decimal.magnitude >= 6 ? decimal.scientificText : decimal.text
    }
}
