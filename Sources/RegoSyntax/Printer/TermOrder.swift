/// The order of terms in OPA: null, booleans, numbers, strings, template strings, variables, references, arrays, objects, sets, comprehensions, calls.
package enum TermOrder {
    /// Less than, equal to or greater than 0 as the first term stands before, with or behind the second.
    package static func compare(_ left: Term, _ right: Term) -> Int {
        let ranks = (rank(left), rank(right))
        guard ranks.0 == ranks.1 else { return ranks.0 - ranks.1 }
        switch (left.kind, right.kind) {
        case (.boolean(let left), .boolean(let right)): return (left ? 1 : 0) - (right ? 1 : 0)
        case (.number(let left), .number(let right)): return NumberText.compare(left, right)
        case (.string(let left), .string(let right)), (.variable(let left), .variable(let right)): return compare(left.utf8, right.utf8)
        case (.array(let left), .array(let right)), (.reference(let left), .reference(let right)), (.call(let left), .call(let right)):
            return compare(left, right)
        case (.set(let left), .set(let right)): return compare(members(left), members(right))
        case (.object(let left), .object(let right)):
            return compare(items(left), items(right)) { compare([$0.key, $0.value], [$1.key, $1.value]) }
        case (.arrayComprehension(let left, let inner), .arrayComprehension(let right, let other)),
            (.setComprehension(let left, let inner), .setComprehension(let right, let other)):
            let heads = compare(left, right)
            return heads != 0 ? heads : compare(inner, other)
        case (.objectComprehension(let key, let value, let inner), .objectComprehension(let otherKey, let otherValue, let other)):
            let heads = compare([key, value], [otherKey, otherValue])
            return heads != 0 ? heads : compare(inner, other)
        case (.templateString(let left, let isRaw), .templateString(let right, let isOtherRaw)):
            if isRaw != isOtherRaw { return isRaw ? 1 : -1 }
            return left.count != right.count ? left.count - right.count : compare(left, right, by: compare)
        default: return 0
        }
    }

    private static func compare(_ left: Body, _ right: Body) -> Int { compare(left, right, by: compare) }

    private static func compare(_ left: Expression, _ right: Expression) -> Int {
        let ranks = (rank(left), rank(right))
        guard ranks.0 == ranks.1 else { return ranks.0 - ranks.1 }
        if left.isNegated != right.isNegated { return left.isNegated ? 1 : -1 }
        let order: Int
        switch (left.kind, right.kind) {
        case (.term(let left), .term(let right)): order = compare(left, right)
        case (.call(let left), .call(let right)), (.some(let left), .some(let right)): order = compare(left, right)
        case (.every(let left), .every(let right)):
            let terms = compare([left.key, left.value, left.domain], [right.key, right.value, right.domain], by: compare)
            order = terms != 0 ? terms : compare(left.body, right.body)
        default: order = 0
        }
        if order != 0 { return order }
        return compare(left.with, right.with) { compare([$0.target, $0.value], [$1.target, $1.value]) }
    }

    private static func compare(_ left: Term?, _ right: Term?) -> Int {
        guard let left, let right else { return (left == nil ? 0 : 1) - (right == nil ? 0 : 1) }
        return compare(left, right)
    }

    private static func compare(_ left: Term.TemplatePart, _ right: Term.TemplatePart) -> Int {
        switch (left, right) {
        case (.text(let left), .text(let right)): compare(left.utf8, right.utf8)
        case (.expression(let left), .expression(let right)): compare(left, right)
        case (.text, .expression): -1
        case (.expression, .text): 1
        }
    }

    /// A set's members in order, the first of those that are equal.
    package static func members(_ terms: [Term]) -> [Term] {
        var members: [Term] = []
        for term in sorted(terms) where members.last.map({ compare($0, term) != 0 }) ?? true { members.append(term) }
        return members
    }

    /// An object's items in the order of their keys; of equal keys the first is written, with the last one's value.
    package static func items(_ items: [Term.ObjectItem]) -> [Term.ObjectItem] {
        var latest: [Term.ObjectItem] = []
        for item in sorted(items) {
            if let last = latest.last, compare(last.key, item.key) == 0 {
                latest[latest.count - 1].value = item.value
            } else {
                latest.append(item)
            }
        }
        return latest
    }

    private static func compare(_ left: [Term], _ right: [Term]) -> Int { compare(left, right, by: compare) }

    private static func compare<Element>(_ left: [Element], _ right: [Element], by compare: (Element, Element) -> Int) -> Int {
        for (left, right) in zip(left, right) {
            let order = compare(left, right)
            if order != 0 { return order }
        }
        return left.count - right.count
    }

    private static func compare(_ left: String.UTF8View, _ right: String.UTF8View) -> Int {
        if left.elementsEqual(right) { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }

    private static func sorted(_ terms: [Term]) -> [Term] { sorted(terms) { compare($0, $1) } }

    private static func sorted(_ items: [Term.ObjectItem]) -> [Term.ObjectItem] { sorted(items) { compare($0.key, $1.key) } }

    /// Equal elements stay in their order.
    private static func sorted<Element>(_ elements: [Element], by compare: (Element, Element) -> Int) -> [Element] {
        elements.enumerated().sorted { left, right in
            let order = compare(left.element, right.element)
            return order != 0 ? order < 0 : left.offset < right.offset
        }.map(\.element)
    }

    private static func rank(_ term: Term) -> Int {
        switch term.kind {
        case .null: 0
        case .boolean: 1
        case .number: 2
        case .string: 3
        case .templateString: 4
        case .variable: 5
        case .reference: 6
        case .array: 7
        case .object: 8
        case .set: 9
        case .arrayComprehension: 10
        case .objectComprehension: 11
        case .setComprehension: 12
        case .call: 13
        }
    }

    private static func rank(_ expression: Expression) -> Int {
        switch expression.kind {
        case .some: 0
        case .term: 1
        case .call: 2
        case .every: 3
        }
    }
}

extension NumberText {
    /// Compares two numbers by value, exactly.
    static func compare(_ left: String, _ right: String) -> Int {
        let (left, right) = (digits(of: left), digits(of: right))
        guard left.sign == right.sign else { return left.sign - right.sign }
        if left.exponent != right.exponent { return left.exponent < right.exponent ? -left.sign : left.sign }
        if left.digits == right.digits { return 0 }
        return left.digits.lexicographicallyPrecedes(right.digits) ? -left.sign : left.sign
    }

    /// A number as ± 0.d₁d₂… × 10^`exponent`, without zeros on either side of the digits.
    private static func digits(of text: String) -> (sign: Int, digits: [UInt8], exponent: Int) {
        guard let (_, exponent) = scientific(text) else { return (0, [], 0) }
        let mantissa = text.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        var digits = mantissa.filter { $0 &- UInt8(ascii: "0") < 10 }.drop { $0 == UInt8(ascii: "0") }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (mantissa.first == UInt8(ascii: "-") ? -1 : 1, Array(digits), exponent)
    }
}
