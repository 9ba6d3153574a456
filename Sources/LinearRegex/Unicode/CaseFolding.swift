/// Unicode's simple case folding, as Go's `unicode.SimpleFold` walks it.
enum CaseFolding {
    /// Scalars that have partners, sorted, and the partners of each.
    private struct Table: Sendable {
        var scalars: [UInt32] = []
        var partners: [[UInt32]] = []
    }

    private static let table: Table = {
        var members: [UInt32: [UInt32]] = [:]
        var data = PackedText(UnicodeData.folds)
        var start = 0
        while !data.isAtEnd {
            start += data.number()
            let stride = data.number()
            let count = data.number()
            let zigzag = data.number()
            let delta = zigzag & 1 == 0 ? zigzag / 2 : -(zigzag + 1) / 2
            for index in 0..<count {
                let scalar = start + index * stride
                members[UInt32(scalar + delta), default: []].append(UInt32(scalar))
            }
        }
        var pairs: [(UInt32, [UInt32])] = []
        for (key, others) in members {
            let orbit = [key] + others
            for scalar in orbit { pairs.append((scalar, orbit.filter { $0 != scalar })) }
        }
        pairs.sort { $0.0 < $1.0 }
        return Table(scalars: pairs.map(\.0), partners: pairs.map(\.1))
    }()

    /// Calls `body` with each scalar that differs by case alone from one in `low...high`.
    static func forEachEquivalent(of low: UInt32, _ high: UInt32, _ body: (UInt32) -> Void) {
        if high < 0x80 {
            for scalar in low...high { forEachASCIIEquivalent(of: scalar, body) }
            return
        }
        let table = table
        var index = table.scalars.partition { $0 >= low }
        while index < table.scalars.count, table.scalars[index] <= high {
            table.partners[index].forEach(body)
            index += 1
        }
    }

    /// The scalar alone, or with those that differ by case alone; sorted.
    static func orbit(of scalar: UInt32) -> [UInt32] {
        var result = [scalar]
        forEachEquivalent(of: scalar, scalar) { result.append($0) }
        return result.sorted()
    }

    /// Spares most patterns the table.
    private static func forEachASCIIEquivalent(of scalar: UInt32, _ body: (UInt32) -> Void) {
        let lower = scalar | 0x20
        guard lower >= 0x61, lower <= 0x7A, scalar >= 0x41 else { return }
        body(scalar ^ 0x20)
        if lower == 0x6B { body(0x212A) }
        if lower == 0x73 { body(0x017F) }
    }
}

extension [UInt32] {
    /// The first index whose element satisfies a predicate that is false up to some point and true from there.
    fileprivate func partition(_ predicate: (UInt32) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
