extension RegoType {
    /// Orders types, the unknown one first.
    static func compare(_ left: RegoType?, _ right: RegoType?) -> Int {
        switch (left, right) {
        case (nil, nil): return 0
        case (nil, _): return -1
        case (_, nil): return 1
        case (let left?, let right?): return compare(known: left, right)
        }
    }

    private static func compare(known left: RegoType, _ right: RegoType) -> Int {
        switch (left, right) {
        case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): 0
        case (.array(let a), .array(let b)): compare(a, b)
        case (.object(let a), .object(let b)): compare(a, b)
        case (.set(let a), .set(let b)): a === b ? 0 : compare(a.member, b.member)
        case (.any(let a), .any(let b)): TypeKey.compareLists(a, b) { compare(known: $0, $1) }
        case (.function(let a), .function(let b)): compare(a, b)
        default: left.rank < right.rank ? -1 : 1
        }
    }

    private static func compare(_ left: ArrayType, _ right: ArrayType) -> Int {
        if left === right { return 0 }
        let rest = compare(left.rest, right.rest)
        return rest != 0 ? rest : TypeKey.compareLists(left.elements, right.elements) { compare($0, $1) }
    }

    private static func compare(_ left: ObjectType, _ right: ObjectType) -> Int {
        if left === right { return 0 }
        switch (left.dynamic, right.dynamic) {
        case (nil, nil): break
        case (nil, _): return -1
        case (_, nil): return 1
        case (let a?, let b?):
            let keys = compare(a.key, b.key)
            if keys != 0 { return keys }
            let values = compare(a.value, b.value)
            if values != 0 { return values }
        }
        return TypeKey.compareLists(left.properties, right.properties) { a, b in
            let keys = TypeKey.compare(a.key, b.key)
            return keys != 0 ? keys : compare(a.value, b.value)
        }
    }

    private static func compare(_ left: FunctionType, _ right: FunctionType) -> Int {
        if left === right { return 0 }
        if left.arity != right.arity { return left.arity < right.arity ? -1 : 1 }
        let parameters = TypeKey.compareLists(left.parameters, right.parameters) { compare($0.type, $1.type) }
        if parameters != 0 { return parameters }
        let results = compare(left.result?.type, right.result?.type)
        return results != 0 ? results : compare(left.variadic, right.variadic)
    }

    /// The place of the type's kind among the others.
    var rank: Int {
        switch self {
        case .null: 0
        case .boolean: 1
        case .number: 2
        case .string: 3
        case .array: 4
        case .object: 5
        case .set: 6
        case .any: 7
        case .function: 8
        }
    }
}

// MARK: Unions

extension RegoType {
    /// Types that a union may have: larger ones, which only generated programs have, are of any type, as each reference asks them all.
    static let unionLimit = 1024

    /// The type of what is of one type or the other; of functions only with functions of the same arity.
    static func union(_ left: RegoType?, _ right: RegoType?) -> RegoType? {
        guard let left else { return right }
        guard let right else { return left }
        switch (left, right) {
        case (.function(let a), .function(let b)): return union(a, b)
        case (.function, _), (_, .function): return nil
        case (.any(let a), .any(let b)):
            if a.isEmpty || b.isEmpty { return .any }
            let merged = merge(a, b)
            return merged.count > unionLimit ? .any : .any(merged)
        case (.any(let types), let other), (let other, .any(let types)):
            let (position, isMember) = find(other, in: types)
            if isMember || types.isEmpty { return .any(types) }
            if types.count >= unionLimit { return .any }
            var wider = types
            wider.insert(other, at: position)
            return .any(wider)
        default:
            let order = compare(known: left, right)
            return order == 0 ? left : .any(order < 0 ? [left, right] : [right, left])
        }
    }

    private static func union(_ left: FunctionType, _ right: FunctionType) -> RegoType? {
        guard left.arity == right.arity, (left.variadic == nil) == (right.variadic == nil) else { return nil }
        let parameters = zip(left.parameters, right.parameters).map { FunctionType.Parameter(type: union($0.type, $1.type)) }
        return .function(
            FunctionType(
                parameters, variadic: union(left.variadic, right.variadic),
                result: FunctionType.Parameter(type: union(left.result?.type, right.result?.type))))
    }

    private static func merge(_ left: [RegoType], _ right: [RegoType]) -> [RegoType] {
        var result: [RegoType] = []
        result.reserveCapacity(max(left.count, right.count))
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            let order = compare(known: left[i], right[j])
            result.append(order <= 0 ? left[i] : right[j])
            if order <= 0 { i += 1 }
            if order >= 0 { j += 1 }
        }
        result += left[i...]
        result += right[j...]
        return result
    }

    /// Where a type stands, or would stand, among the members of a union.
    private static func find(_ type: RegoType, in types: [RegoType]) -> (position: Int, isMember: Bool) {
        var low = 0
        var high = types.count
        while low < high {
            let middle = (low + high) / 2
            let order = compare(known: types[middle], type)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// Whether everything of one type is of the other.
    static func contains(_ wide: RegoType?, _ narrow: RegoType?) -> Bool {
        guard case .any(let types)? = wide else { return compare(wide, narrow) == 0 }
        guard let narrow else { return types.isEmpty }
        if case .function = narrow { return false }
        return types.isEmpty || find(narrow, in: types).isMember
    }
}

/// Collects the union of many types, which sorts them once.
struct TypeUnion {
    private var types: [RegoType] = []
    private var isAny = false
    /// What was collected before a function, whose union with others is not a union.
    private var collected: RegoType?

    mutating func add(_ type: RegoType?) {
        guard let type else { return }
        switch type {
        case .any(let members):
            if members.isEmpty { isAny = true } else { types += members }
        case .function:
            collected = RegoType.union(self.type, type)
            types = []
            isAny = false
        case .null, .boolean, .number, .string:
            if let last = types.last, RegoType.compare(last, type) == 0 { return }
            types.append(type)
        case .array, .object, .set: types.append(type)
        }
    }

    var type: RegoType? {
        guard !isAny || collected != nil else { return .any }
        var distinct: [RegoType] = []
        for type in types.count < 2 ? types : types.sorted(by: { RegoType.compare($0, $1) < 0 }) {
            if let last = distinct.last, RegoType.compare(last, type) == 0 { continue }
            distinct.append(type)
        }
        let union: RegoType? = isAny || distinct.count > RegoType.unionLimit ? .any : distinct.count < 2 ? distinct.first : .any(distinct)
        guard let collected else { return union }
        return union == nil ? collected : RegoType.union(collected, union)
    }
}
