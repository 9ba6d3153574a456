/// Reads a length of time: a whole or decimal number and `ms`, `s`, `m` or `h`.
func parseDuration(_ text: String) -> Duration? {
    let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
    for unit in units where text.hasSuffix(unit.suffix) {
        guard let number = parseDecimal(text.dropLast(unit.suffix.count)), number * unit.seconds <= 7 * 86_400 else { return nil }
        return .nanoseconds(Int64((number * unit.seconds * 1e9).rounded()))
    }
    return nil
}

/// Reads a number of bytes: a whole number, alone or with `B`, `kB`, `MB`, `GB`, `KiB`, `MiB` or `GiB`.
func parseByteCount(_ text: String) -> Int? {
    let units: [(suffix: String, bytes: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ]
    for unit in units where text.hasSuffix(unit.suffix) {
        guard let number = parseWhole(text.dropLast(unit.suffix.count)) else { return nil }
        let product = number.multipliedReportingOverflow(by: unit.bytes)
        return product.overflow ? nil : product.partialValue
    }
    return nil
}

/// Reads permission bits in octal: `0660` or `660`.
func parseMode(_ text: String) -> UInt32? {
    guard !text.isEmpty, text.utf8.count <= 4, let mode = UInt32(text, radix: 8), mode <= 0o777 else { return nil }
    return mode
}

/// A non-negative whole number of plain digits.
func parseWhole(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
}

private func parseDecimal(_ text: some StringProtocol) -> Double? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) else { return nil }
    return Double(text)
}

extension Duration {
    /// The duration in whole nanoseconds, limited to what an `Int64` holds.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let product = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return product.overflow ? .max : product.partialValue + attoseconds / 1_000_000_000
    }

    /// The duration in seconds.
    var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
