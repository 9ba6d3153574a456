extension Duration {
    /// The duration as Go prints it: `263.123µs`, `1.5ms`, `2m0.5s`.
    package var goText: String {
        let nanoseconds = nanoseconds
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        switch magnitude {
        case 0: return "0s"
        case ..<1_000: return "\(sign)\(magnitude)ns"
        case ..<1_000_000: return sign + Self.decimal(magnitude, unit: 1_000) + "µs"
        case ..<1_000_000_000: return sign + Self.decimal(magnitude, unit: 1_000_000) + "ms"
        default:
            let seconds = Self.decimal(magnitude % 60_000_000_000, unit: 1_000_000_000) + "s"
            let minutes = magnitude / 60_000_000_000
            if minutes == 0 { return sign + seconds }
            return minutes < 60 ? "\(sign)\(minutes)m\(seconds)" : "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
        }
    }

    /// A count of nanoseconds in a unit, without zeros at the end.
    private static func decimal(_ nanoseconds: UInt64, unit: UInt64) -> String {
        let fraction = nanoseconds % unit
        if fraction == 0 { return String(nanoseconds / unit) }
        let width = String(unit).utf8.count - 1
        var digits = String(fraction)
        digits = String(repeating: "0", count: width - digits.utf8.count) + digits
        while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(nanoseconds / unit).\(digits)"
    }
}
