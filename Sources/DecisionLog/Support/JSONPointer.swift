/// JSON pointers (RFC 6901).
enum JSONPointer {
    /// The segments of a pointer, unescaped; none for the whole document.
    static func segments(_ pointer: String) throws(DecisionLogError) -> [String] {
        let bytes = Array(pointer.utf8)
        guard let first = bytes.first else { return [] }
        guard first == UInt8(ascii: "/") else { throw DecisionLogError(.invalid, "a JSON pointer begins with `/`") }
        var segments: [String] = []
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            var segment: [UInt8] = []
            var isEscaped = false
            for byte in part {
                if isEscaped {
                    guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else {
                        throw DecisionLogError(.invalid, "a JSON pointer with a `~` that is neither `~0` nor `~1`")
                    }
                    segment.append(byte == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                    isEscaped = false
                } else if byte == UInt8(ascii: "~") {
                    isEscaped = true
                } else {
                    segment.append(byte)
                }
            }
            guard !isEscaped else { throw DecisionLogError(.invalid, "a JSON pointer that ends in `~`") }
            segments.append(String(decoding: segment, as: UTF8.self))
        }
        return segments
    }

    /// Appends a segment with its escapes.
    static func append(_ segment: [UInt8], to pointer: inout [UInt8]) {
        pointer.append(UInt8(ascii: "/"))
        for byte in segment {
            switch byte {
            case UInt8(ascii: "~"):
                pointer.append(byte)
                pointer.append(UInt8(ascii: "0"))
            case UInt8(ascii: "/"):
                pointer.append(UInt8(ascii: "~"))
                pointer.append(UInt8(ascii: "1"))
            default: pointer.append(byte)
            }
        }
    }
}
