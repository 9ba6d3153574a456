/// Where in a text a part matches first.
extension GlobRun {
    /// The first place of a part, from `low`; the lengths that it may have there go to `segments`, in whatever order.
    mutating func find(_ index: Int, _ low: Int, _ high: Int) -> Int? {
        if isOver(high - low) { return nil }
        let part = parts[index]
        switch part.kind {
        case .any:
            addStarts(low, firstDelimiter(low, high) ?? high)
            return 0
        case .anything:
            addStarts(low, high)
            return 0
        case .one, .list, .range: return findCharacter(part, low, high)
        case .text:
            guard let place = find(part.first, part.count, low, high) else { return nil }
            addSegment(part.count)
            return place - low
        case .nothing:
            addSegment(0)
            return 0
        case .row: return findRow(part, low, high)
        // The library does not look for trees.
        case .tree: return nil
        case .either: return findEither(part, low, high)
        case .every: return findEvery(part, low, high)
        case .minimum:
            guard high - low >= part.first else { return nil }
            return addEnds(low, low, high, from: part.first) > 0 ? 0 : nil
        case .maximum:
            addSegment(0)
            _ = addEnds(low, low, high, upTo: part.first)
            return 0
        case .contains: return findAround(part, low, high)
        case .prefix, .prefixAny:
            guard let place = find(part.first, part.count, low, high) else { return nil }
            addSegment(part.count)
            let start = place + part.count
            _ = addEnds(place, start, part.kind == .prefix ? high : firstDelimiter(start, high) ?? high)
            return place - low
        case .suffix:
            guard let place = find(part.first, part.count, low, high) else { return nil }
            addSegment(place + part.count - low)
            return 0
        case .suffixAny:
            guard let place = find(part.first, part.count, low, high) else { return nil }
            let start = lastDelimiter(low, place).map { $0 + 1 } ?? low
            addSegment(place + part.count - start)
            return start - low
        case .prefixSuffix: return findBetween(part, low, high)
        }
    }

    private mutating func findCharacter(_ part: GlobPart, _ low: Int, _ high: Int) -> Int? {
        var position = low
        // Each character is looked up in a list.
        while position < high, !isOver(delimiters.count + part.count) {
            let (scalar, width) = character(position, high)
            if isMember(scalar, part) {
                addSegment(UTF8Decoding.encodedLength(of: scalar))
                return position - low
            }
            position += width
        }
        return nil
    }

    /// The length given is in characters.
    private mutating func findRow(_ row: GlobPart, _ low: Int, _ high: Int) -> Int? {
        var position = low
        while position < high, high - position >= row.length, failure == nil {
            if rowMatches(row, position, high) {
                addSegment(row.length)
                return position - low
            }
            position += character(position, high).width
        }
        return nil
    }

    /// The first place of all the parts, with every length that one of them has there.
    private mutating func findEither(_ part: GlobPart, _ low: Int, _ high: Int) -> Int? {
        let base = segments.count
        var best: Int?
        for child in 0..<part.count {
            let start = segments.count
            guard let place = find(children[part.first + child], low, high), place <= best ?? place else {
                segments.removeLast(segments.count - start)
                continue
            }
            if let best, place < best { segments.removeSubrange(base..<start) }
            if place == best { keepOnce(from: base) }
            best = place
        }
        return best
    }

    /// The lengths that all of the parts, which match from the beginning, have in common.
    private mutating func findEvery(_ part: GlobPart, _ low: Int, _ high: Int) -> Int? {
        let base = segments.count
        for child in 0..<part.count {
            let start = segments.count
            guard find(children[part.first + child], low, high) != nil else { return nil }
            keepOnce(from: start)
            if child > 0 { intersect(base, start) }
            if segments.count == base { return nil }
        }
        return 0
    }

    /// Sorts the lengths from a place on and drops those that are there twice.
    private mutating func keepOnce(from base: Int) {
        let count = segments.withUnsafeMutableBufferPointer { buffer -> Int in
            var lengths = UnsafeMutableBufferPointer(rebasing: buffer[base...])
            lengths.sort()
            var kept = min(lengths.count, 1)
            for index in lengths.indices.dropFirst() where lengths[index] != lengths[kept - 1] {
                lengths[kept] = lengths[index]
                kept += 1
            }
            return base + kept
        }
        segments.removeLast(segments.count - count)
    }

    /// Leaves what is from `base` to `start` as well as behind it; both are in order.
    private mutating func intersect(_ base: Int, _ start: Int) {
        var (left, right, kept) = (base, start, base)
        while left < start, right < segments.count {
            let (one, other) = (segments[left], segments[right])
            if one == other {
                segments[kept] = one
                kept += 1
            }
            if one <= other { left += 1 }
            if other <= one { right += 1 }
        }
        segments.removeLast(segments.count - kept)
    }

    /// Around the first place of a text: all that ends behind it, or, negated, before it.
    private mutating func findAround(_ part: GlobPart, _ low: Int, _ high: Int) -> Int? {
        let place = find(part.first, part.count, low, high)
        if part.isNegated {
            addStarts(low, place ?? high)
            return 0
        }
        guard let place else { return nil }
        addStarts(place + part.count, high, from: low)
        return 0
    }

    /// From a prefix's first place to each of a suffix's, from the last one back, without those that overlap.
    private mutating func findBetween(_ part: GlobPart, _ low: Int, _ high: Int) -> Int? {
        guard let place = find(part.first, part.count, low, high) else { return nil }
        var position = high - part.secondCount
        var isFound = false
        while position >= place {
            if stands(part.second, part.secondCount, at: position) {
                addSegment(position + part.secondCount - place)
                isFound = true
                position -= part.secondCount
            } else {
                position -= 1
            }
        }
        return isFound ? place - low : nil
    }

    /// The beginning of each character, and the end, from `origin` or `low`.
    private mutating func addStarts(_ low: Int, _ high: Int, from origin: Int? = nil) {
        let origin = origin ?? low
        var position = low
        while position < high, failure == nil {
            addSegment(position - origin)
            position += character(position, high).width
        }
        addSegment(high - origin)
    }

    /// Where some characters end, by their numbers; a byte that is none counts as one of three.
    ///
    /// - Returns: how many there are.
    private mutating func addEnds(_ origin: Int, _ low: Int, _ high: Int, from first: Int = 1, upTo last: Int = .max) -> Int {
        var (position, number) = (low, 0)
        while position < high, number < last, failure == nil {
            let (scalar, width) = character(position, high)
            number += 1
            if number >= first { addSegment(position - origin + UTF8Decoding.encodedLength(of: scalar)) }
            position += width
        }
        return number >= first ? number - first + 1 : 0
    }
}
