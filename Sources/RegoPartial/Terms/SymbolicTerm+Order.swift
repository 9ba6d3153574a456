import RegoSyntax

extension SymbolicTerm: Hashable {
    static func == (left: SymbolicTerm, right: SymbolicTerm) -> Bool { left === right || compare(left, right) == 0 }

    /// Numbers of different texts may be equal: only their kind counts.
    func hash(into hasher: inout Hasher) {
        hasher.combine(rank)
        switch kind {
        case .null, .number, .comprehension: break
        case .boolean(let value): hasher.combine(value)
        case .string(let text), .variable(let text): for byte in text.utf8 { hasher.combine(byte) }
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms): hasher.combine(terms)
        case .object(let items): for item in items { hasher.combine(item.key) }
        }
    }

    /// Less than, equal to or greater than 0 as the first term stands before, with or behind the second in OPA's order.
    static func compare(_ left: SymbolicTerm, _ right: SymbolicTerm) -> Int {
        if left === right { return 0 }
        let (first, second) = (left.rank, right.rank)
        guard first == second else { return first - second }
        switch (left.kind, right.kind) {
        case (.boolean(let left), .boolean(let right)): return (left ? 1 : 0) - (right ? 1 : 0)
        case (.number(let left), .number(let right)): return compare(number: left, right)
        case (.string(let left), .string(let right)), (.variable(let left), .variable(let right)): return compare(text: left, right)
        case (.array(let left), .array(let right)), (.reference(let left), .reference(let right)), (.call(let left), .call(let right)),
            (.set(let left), .set(let right)):
            return compare(left, right)
        case (.object(let left), .object(let right)):
            return compare(left.flatMap { [$0.key, $0.value] }, right.flatMap { [$0.key, $0.value] })
        case (.comprehension(let left), .comprehension(let right)):
            let heads = compare(left.head, right.head)
            return heads != 0 ? heads : SymbolicExpression.compare(left.body, right.body)
        default: return 0
        }
    }

    static func compare(_ left: [SymbolicTerm], _ right: [SymbolicTerm]) -> Int {
        for (left, right) in zip(left, right) {
            let order = compare(left, right)
            if order != 0 { return order }
        }
        return left.count - right.count
    }

    static func compare(text left: String, _ right: String) -> Int {
        if left.utf8.elementsEqual(right.utf8) { return 0 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }

    private static func compare(number left: String, _ right: String) -> Int {
        if left == right { return 0 }
        if let left = Int64(left), let right = Int64(right) { return left < right ? -1 : left > right ? 1 : 0 }
        return TermOrder.compare(Term(.number(left)), Term(.number(right)))
    }

    private var rank: Int {
        switch kind {
        case .null: 0
        case .boolean: 1
        case .number: 2
        case .string: 3
        case .variable: 5
        case .reference: 6
        case .array: 7
        case .object: 8
        case .set: 9
        case .comprehension(let comprehension):
            switch comprehension.shape {
            case .array: 10
            case .object: 11
            case .set: 12
            }
        case .call: 13
        }
    }
}

extension Array {
    /// The elements in order, those that are equal in the order in which they were.
    func sortedStably(by compare: (Element, Element) -> Int) -> [Element] {
        if indices.dropFirst().allSatisfy({ compare(self[$0 - 1], self[$0]) < 0 }) { return self }
        return enumerated().sorted { left, right in
            let order = compare(left.element, right.element)
            return order != 0 ? order < 0 : left.offset < right.offset
        }.map(\.element)
    }
}
