extension JSONReader {
    /// What a literal lacks at one of its characters, as Go says it.
    static func problem(in literal: StaticString, at position: Int) -> StaticString {
        switch (literal.utf8CodeUnitCount, unsafe literal.utf8Start[0], position) {
        case (4, UInt8(ascii: "t"), 1): "in literal true (expecting 'r')"
        case (4, UInt8(ascii: "t"), 2): "in literal true (expecting 'u')"
        case (4, UInt8(ascii: "t"), _): "in literal true (expecting 'e')"
        case (4, _, 1): "in literal null (expecting 'u')"
        case (4, _, _): "in literal null (expecting 'l')"
        case (_, _, 1): "in literal false (expecting 'a')"
        case (_, _, 2): "in literal false (expecting 'l')"
        case (_, _, 3): "in literal false (expecting 's')"
        default: "in literal false (expecting 'e')"
        }
    }

    /// Where a malformed number stops being one.
    static func badNumberByte(_ cursor: Cursor) -> Cursor {
        func isDigit(_ cursor: Cursor) -> Bool { unsafe cursor.pointee &- UInt8(ascii: "0") <= 9 }
        var cursor = unsafe cursor
        if unsafe cursor.pointee == UInt8(ascii: "-") { unsafe cursor += 1 }
        if unsafe !isDigit(cursor) { return unsafe cursor }
        if unsafe cursor.pointee == UInt8(ascii: "0") && isDigit(cursor + 1) { return unsafe cursor + 1 }
        while unsafe isDigit(cursor) { unsafe cursor += 1 }
        if unsafe cursor.pointee == UInt8(ascii: ".") {
            unsafe cursor += 1
            if unsafe !isDigit(cursor) { return unsafe cursor }
            while unsafe isDigit(cursor) { unsafe cursor += 1 }
        }
        if unsafe cursor.pointee | 0x20 == UInt8(ascii: "e") {
            unsafe cursor += 1
            if unsafe cursor.pointee == UInt8(ascii: "+") || cursor.pointee == UInt8(ascii: "-") { unsafe cursor += 1 }
        }
        return unsafe cursor
    }

    /// What is wrong with a number at the byte where it stops being one, as Go says it.
    static func problem(inNumber cursor: Cursor, at bad: Cursor) -> StaticString {
        switch unsafe bad[-1] {
        case UInt8(ascii: "."): "after decimal point in numeric literal"
        case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"): "in exponent of numeric literal"
        case UInt8(ascii: "-") where unsafe bad > cursor + 1: "in exponent of numeric literal"
        default: "in numeric literal"
        }
    }
}
