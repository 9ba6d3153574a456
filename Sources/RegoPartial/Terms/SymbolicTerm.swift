/// A term of partial evaluation: a value, or what a value depends on that is not known yet.
///
/// Objects' items and sets' members lie in Rego's order, each once. Immutable, so that terms share parts.
final class SymbolicTerm: Sendable {
    enum Kind: Sendable {
        case null
        case boolean(Bool)
        /// A number as it is written.
        case number(String)
        case string(String)
        case variable(String)
        /// A head (a variable, or what stands in its place) and operands.
        case reference([SymbolicTerm])
        /// An operator and operands; only copy propagation makes such terms.
        case call([SymbolicTerm])
        case array([SymbolicTerm])
        case object([Item])
        case set([SymbolicTerm])
        case comprehension(SymbolicComprehension)
    }

    struct Item: Sendable {
        var key: SymbolicTerm
        var value: SymbolicTerm
    }

    let kind: Kind
    /// Whether no variables are in the term, the heads of references aside.
    let isGround: Bool
    /// How deep the term is nested.
    let depth: Int

    init(_ kind: Kind) {
        self.kind = kind
        switch kind {
        case .null, .boolean, .number, .string: (isGround, depth) = (true, 0)
        case .variable: (isGround, depth) = (false, 0)
        case .reference(let operands):
            isGround = operands.dropFirst().allSatisfy(\.isGround)
            depth = Self.depth(above: operands)
        case .call(let terms), .array(let terms), .set(let terms):
            isGround = terms.allSatisfy(\.isGround)
            depth = Self.depth(above: terms)
        case .object(let items):
            isGround = items.allSatisfy { $0.key.isGround && $0.value.isGround }
            depth = 1 + items.reduce(0) { max($0, $1.key.depth, $1.value.depth) }
        case .comprehension(let comprehension): (isGround, depth) = (false, comprehension.depth)
        }
    }

    static func depth(above terms: [SymbolicTerm]) -> Int { 1 + terms.reduce(0) { max($0, $1.depth) } }

    static let `true` = SymbolicTerm(.boolean(true))
    static let `false` = SymbolicTerm(.boolean(false))
    static let data = SymbolicTerm(.variable("data"))
    static let input = SymbolicTerm(.variable("input"))
    static let emptyArray = SymbolicTerm(.array([]))
    static let emptyObject = SymbolicTerm(.object([]))
    static let emptySet = SymbolicTerm(.set([]))

    static func variable(_ name: String) -> SymbolicTerm { SymbolicTerm(.variable(name)) }
    static func string(_ text: String) -> SymbolicTerm { SymbolicTerm(.string(text)) }
    static func integer(_ value: Int) -> SymbolicTerm { SymbolicTerm(.number(String(value))) }
    static func reference(_ operands: [SymbolicTerm]) -> SymbolicTerm { SymbolicTerm(.reference(operands)) }
    static func array(_ elements: [SymbolicTerm]) -> SymbolicTerm { SymbolicTerm(.array(elements)) }

    /// A set of terms in any order, some of them equal perhaps.
    static func set(_ members: [SymbolicTerm]) -> SymbolicTerm {
        var unique: [SymbolicTerm] = []
        unique.reserveCapacity(members.count)
        for member in members.sortedStably(by: compare) where unique.last.map({ $0 != member }) ?? true { unique.append(member) }
        return SymbolicTerm(.set(unique))
    }

    /// An object of items in any order; of equal keys the last one's value stays.
    static func object(_ items: [Item]) -> SymbolicTerm {
        var unique: [Item] = []
        unique.reserveCapacity(items.count)
        for item in items.sortedStably(by: { compare($0.key, $1.key) }) {
            if let last = unique.last, last.key == item.key {
                unique[unique.count - 1].value = item.value
            } else {
                unique.append(item)
            }
        }
        return SymbolicTerm(.object(unique))
    }
}

/// A comprehension, whose body partial evaluation does not enter while something in it is unknown.
final class SymbolicComprehension: Sendable {
    enum Shape: Sendable { case array, set, object }

    let shape: Shape
    /// An object's key; `nil` for arrays and sets.
    let key: SymbolicTerm?
    let value: SymbolicTerm
    let body: SymbolicBody

    init(shape: Shape, key: SymbolicTerm?, value: SymbolicTerm, body: SymbolicBody) {
        self.shape = shape
        self.key = key
        self.value = value
        self.body = body
    }

    /// The terms before the bar.
    var head: [SymbolicTerm] { key.map { [$0, value] } ?? [value] }

    var depth: Int { max(SymbolicTerm.depth(above: head), 1 + body.depth) }
}

// MARK: Parts

extension SymbolicTerm {
    var variable: String? {
        if case .variable(let name) = kind { name } else { nil }
    }

    var reference: [SymbolicTerm]? {
        if case .reference(let operands) = kind { operands } else { nil }
    }

    var string: String? {
        if case .string(let text) = kind { text } else { nil }
    }

    var comprehension: SymbolicComprehension? {
        if case .comprehension(let comprehension) = kind { comprehension } else { nil }
    }

    var isFalse: Bool {
        if case .boolean(false) = kind { true } else { false }
    }

    var isObject: Bool {
        if case .object = kind { true } else { false }
    }

    var isScalar: Bool {
        switch kind {
        case .null, .boolean, .number, .string: true
        default: false
        }
    }

    var isCollection: Bool {
        switch kind {
        case .array, .object, .set: true
        default: false
        }
    }

    /// Whether the term is a value: nothing in it is to be evaluated.
    var isConstant: Bool {
        switch kind {
        case .null, .boolean, .number, .string: true
        case .variable, .reference, .call, .comprehension: false
        case .array(let terms), .set(let terms): terms.allSatisfy(\.isConstant)
        case .object(let items): items.allSatisfy { $0.key.isConstant && $0.value.isConstant }
        }
    }

    /// What a key leads to in an object, an index in an array, or a member in a set; all of them ground.
    func find(_ key: SymbolicTerm) -> SymbolicTerm? {
        switch kind {
        case .object(let items): return Self.position(of: key, in: items.count) { items[$0].key }.map { items[$0].value }
        case .set(let members): return Self.position(of: key, in: members.count) { members[$0] }.map { members[$0] }
        case .array(let elements):
            guard case .number(let text) = key.kind, let index = Int(text), elements.indices.contains(index) else { return nil }
            return elements[index]
        default: return nil
        }
    }

    /// What several keys lead to, one after the other.
    func find(_ path: some Sequence<SymbolicTerm>) -> SymbolicTerm? {
        var term = self
        for key in path {
            guard let next = term.find(key) else { return nil }
            term = next
        }
        return term
    }

    private static func position(of key: SymbolicTerm, in count: Int, _ keyAt: (Int) -> SymbolicTerm) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            let order = compare(keyAt(middle), key)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}

extension [SymbolicTerm] {
    /// Whether a reference begins with another.
    func hasPrefix(_ other: some Collection<SymbolicTerm>) -> Bool {
        other.count <= count && zip(self, other).allSatisfy { $0 == $1 }
    }

    /// The operands before the first that is not ground; the head counts as ground.
    var groundPrefix: ArraySlice<SymbolicTerm> { self[..<(indices.dropFirst().first { !self[$0].isGround } ?? count)] }

    /// The operands before the first that is no value; the head counts as one.
    var constantPrefix: [SymbolicTerm] { Array(self[..<(indices.dropFirst().first { !self[$0].isConstant } ?? count)]) }
}
