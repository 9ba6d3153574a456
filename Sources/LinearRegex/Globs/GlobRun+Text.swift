import Glibc

/// Texts and characters, as Go reads bytes that need not be UTF-8.
extension GlobRun {
    /// The character at a place, U+FFFD of one byte where there is none, of no byte at the end.
    @inline(__always)
    func character(_ low: Int, _ high: Int) -> (scalar: UInt32, width: Int) {
        guard low < high else { return (0xFFFD, 0) }
        if text[low] < 0x80 { return (UInt32(text[low]), 1) }
        guard let decoded = UTF8Decoding.decode(UnsafeBufferPointer(rebasing: text[..<high]), at: low) else { return (0xFFFD, 1) }
        return (decoded.scalar, decoded.length)
    }

    /// Whether a part of one character matches it.
    func isMember(_ scalar: UInt32, _ part: GlobPart) -> Bool {
        switch part.kind {
        case .one: !delimiters.contains(scalar)
        case .range: (Int(scalar) >= part.first && Int(scalar) <= part.count) != part.isNegated
        default: scalars[part.first..<part.first + part.count].contains(scalar) != part.isNegated
        }
    }

    /// How many characters there are, counted no further than `limit`.
    func count(_ low: Int, _ high: Int, upTo limit: Int) -> Int {
        var (position, count) = (low, 0)
        while position < high, count < limit {
            position += character(position, high).width
            count += 1
        }
        return count
    }

    /// Whether a string of the glob, which has to fit, stands at a place.
    func stands(_ first: Int, _ count: Int, at low: Int) -> Bool {
        guard count > 0, let base = text.baseAddress, let string = bytes.baseAddress else { return true }
        return areEqual(base + low, string + first, count)
    }

    func hasPrefix(_ part: GlobPart, _ low: Int, _ high: Int) -> Bool {
        high - low >= part.count && stands(part.first, part.count, at: low)
    }

    func hasSuffix(_ first: Int, _ count: Int, _ low: Int, _ high: Int) -> Bool {
        high - low >= count && stands(first, count, at: high - count)
    }

    /// The first place of a string of the glob.
    func find(_ first: Int, _ count: Int, _ low: Int, _ high: Int) -> Int? {
        guard high - low >= count, let base = text.baseAddress, let string = bytes.baseAddress else { return nil }
        if count > 32 { return findLong(string + first, count, low, high) }
        var position = low
        while high - position >= count {
            guard let found = memchr(base + position, Int32(string[first]), high - position - count + 1) else { return nil }
            position = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if areEqual(base + position, string + first, count) { return position }
            position += 1
        }
        return nil
    }

    /// The same in linear time: of each beginning of the string, how much of its end the string begins with (Knuth, Morris and Pratt).
    private func findLong(_ string: UnsafePointer<UInt8>, _ count: Int, _ low: Int, _ high: Int) -> Int? {
        var borders = [0]
        borders.reserveCapacity(count)
        var length = 0
        for index in 1..<count {
            while length > 0, string[index] != string[length] { length = borders[length - 1] }
            if string[index] == string[length] { length += 1 }
            borders.append(length)
        }
        length = 0
        for position in low..<high {
            while length > 0, text[position] != string[length] { length = borders[length - 1] }
            if text[position] == string[length] { length += 1 }
            if length == count { return position + 1 - count }
        }
        return nil
    }

    private func find(scalar: UInt32, _ low: Int, _ high: Int) -> Int? {
        guard low < high, let base = text.baseAddress else { return nil }
        if scalar < 0x80 {
            return memchr(base + low, Int32(scalar), high - low).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
        }
        var position = low
        while position < high {
            let (found, width) = character(position, high)
            if found == scalar { return position }
            position += width
        }
        return nil
    }

    /// Where the first delimiter that is in the text, in the order of the delimiters, stands first.
    mutating func firstDelimiter(_ low: Int, _ high: Int) -> Int? {
        for delimiter in delimiters where !isOver(high - low) {
            if let place = find(scalar: delimiter, low, high) { return place }
        }
        return nil
    }

    /// Where the first delimiter that is in the text, in the order of the delimiters, stands last. Of one beyond ASCII the library takes
    /// the first place, and takes as many bytes off the text's beginning, again and again, until nothing is left; it fails if that does
    /// not come out even.
    mutating func lastDelimiter(_ low: Int, _ high: Int) -> Int? {
        for delimiter in delimiters where !isOver(high - low) {
            guard let place = find(scalar: delimiter, low, high) else { continue }
            if delimiter < 0x80 { return text[low..<high].lastIndex(of: UInt8(delimiter)) }
            if (high - low) % (place - low + 1) != 0 { failure = .impossible }
            return place
        }
        return nil
    }
}
