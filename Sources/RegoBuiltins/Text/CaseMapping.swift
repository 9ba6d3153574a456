@_spi(Engine) import RegoRuntime

/// Upper and lower case as Go's `strings.ToUpper` and `ToLower`: one character for one, by Unicode's simple mappings.
enum CaseMapping {
    static func map(_ text: UnsafeBufferPointer<UInt8>, upper: Bool, in arena: Arena) -> Value {
        var builder = TextBuilder(in: arena, capacity: text.count + 16)
        var index = 0
        while index < text.count {
            let length = UTF8Text.sequenceLength(text, at: index)
            guard length > 0, let scalar = Unicode.Scalar(GoQuoting.scalar(text, index, length)) else {
                builder.append(scalar: 0xFFFD)
                index += 1
                continue
            }
            builder.append(scalar: map(scalar, upper: upper))
            index += length
        }
        return builder.finish()
    }

    private static func map(_ scalar: Unicode.Scalar, upper: Bool) -> UInt32 {
        if scalar.value == 0x130, !upper { return 0x69 }
        let properties = scalar.properties
        let mapped = upper ? properties.uppercaseMapping : properties.lowercaseMapping
        if let single = only(mapped) { return single }
        // A full mapping of several characters hides the simple one, which is then that of the title case, if there is one.
        return (upper ? only(properties.titlecaseMapping) : nil) ?? scalar.value
    }

    private static func only(_ text: String) -> UInt32? {
        let scalars = text.unicodeScalars
        return scalars.count == 1 ? scalars.first?.value : nil
    }
}
