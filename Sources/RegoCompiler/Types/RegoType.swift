import Synchronization

/// The type of a Rego term, as far as it is known before evaluation (OPA: v1/types).
///
/// Where a part's type is not known, `nil` stands for it. Composites that would be larger or deeper than any that authors write become
/// `any`, so that no chain of rules makes types grow without bound.
package enum RegoType: Sendable {
    case null
    case boolean
    case number
    case string
    case array(ArrayType)
    case object(ObjectType)
    case set(SetType)
    /// One of several types, in their order; of every type if none is named.
    case any([RegoType])
    case function(FunctionType)
}

/// An array: elements at known positions, then any number of further ones.
package final class ArrayType: Sendable {
    package let elements: [RegoType?]
    /// The type of the elements after the known ones; `nil` if there are none.
    package let rest: RegoType?
    let extent: TypeExtent
    private let lazyValues = AtomicLazyReference<TypeBox>()

    init(_ elements: [RegoType?], rest: RegoType?) {
        self.elements = elements
        self.rest = rest
        var extent = TypeExtent()
        for element in elements { extent.add(element) }
        if let rest { extent.add(rest) }
        self.extent = extent
    }

    /// The type of all elements together.
    var values: RegoType? {
        TypeBox.get(lazyValues) {
            for element in elements { $0.add(element) }
            $0.add(rest)
        }
    }

    /// The type of the element at a position.
    func element(at position: Int) -> RegoType? {
        guard position >= 0 else { return nil }
        return position < elements.count ? elements[position] : rest
    }
}

/// An object: properties with known keys, in the order of the keys, then any number of further ones.
package final class ObjectType: Sendable {
    package struct Property: Sendable {
        package let key: TypeKey
        package let value: RegoType?
    }

    /// The types of the keys and values beside the known properties.
    package struct Dynamic: Sendable {
        package let key: RegoType?
        package let value: RegoType?
    }

    package let properties: [Property]
    package let dynamic: Dynamic?
    let extent: TypeExtent
    private let lazyKeys = AtomicLazyReference<TypeBox>()
    private let lazyValues = AtomicLazyReference<TypeBox>()

    init(_ properties: [Property], dynamic: Dynamic?) {
        let isSorted = zip(properties, properties.dropFirst()).allSatisfy { TypeKey.compare($0.key, $1.key) <= 0 }
        self.properties = isSorted ? properties : properties.sorted { TypeKey.compare($0.key, $1.key) < 0 }
        self.dynamic = dynamic
        var extent = TypeExtent()
        for property in self.properties {
            extent.add(property.value)
        }
        if let dynamic {
            extent.add(dynamic.key)
            extent.add(dynamic.value)
        }
        self.extent = extent
    }

    /// The type of all keys together.
    var keys: RegoType? {
        TypeBox.get(lazyKeys) {
            for property in properties { $0.add(property.key.type) }
            $0.add(dynamic?.key)
        }
    }

    /// The type of all values together.
    var values: RegoType? {
        TypeBox.get(lazyValues) {
            for property in properties { $0.add(property.value) }
            $0.add(dynamic?.value)
        }
    }

    /// The type of the value with a key; `nil` if there can be none.
    func value(of key: TypeKey) -> RegoType? {
        if let position = position(of: key) { return properties[position].value }
        guard let dynamic, RegoType.contains(dynamic.key, key.type) else { return nil }
        return dynamic.value
    }

    func hasProperty(_ key: TypeKey) -> Bool { position(of: key) != nil }

    private func position(of key: TypeKey) -> Int? {
        var low = 0
        var high = properties.count
        while low < high {
            let middle = (low + high) / 2
            if TypeKey.compare(properties[middle].key, key) < 0 { low = middle + 1 } else { high = middle }
        }
        return low < properties.count && TypeKey.compare(properties[low].key, key) == 0 ? low : nil
    }
}

/// The union of a composite's parts, computed when it is first asked for, by any thread.
private final class TypeBox: Sendable {
    let type: RegoType?

    init(_ type: RegoType?) {
        self.type = type
    }

    static func get(_ place: borrowing AtomicLazyReference<TypeBox>, collect: (inout TypeUnion) -> Void) -> RegoType? {
        if let known = place.load() { return known.type }
        var union = TypeUnion()
        collect(&union)
        return place.storeIfNil(TypeBox(union.type)).type
    }
}

/// A set with members of one type.
package final class SetType: Sendable {
    package let member: RegoType?
    let extent: TypeExtent

    init(of member: RegoType?) {
        self.member = member
        var extent = TypeExtent()
        extent.add(member)
        self.extent = extent
    }
}

/// A function's parameters and result.
package final class FunctionType: Sendable {
    /// A parameter or result: its type, and for builtins its name.
    package struct Parameter: Sendable {
        package var name: String?
        package var type: RegoType?

        package init(name: String? = nil, type: RegoType?) {
            self.name = name
            self.type = type
        }
    }

    package let parameters: [Parameter]
    /// The type of any number of further arguments; `nil` if there are none.
    package let variadic: RegoType?
    /// `nil` for functions that yield nothing, and where the type is not known.
    package let result: Parameter?

    package init(_ parameters: [Parameter], variadic: RegoType? = nil, result: Parameter?) {
        self.parameters = parameters
        self.variadic = variadic
        self.result = result?.type == nil ? nil : result
    }

    package var arity: Int { parameters.count }

    /// The parameters as a call sees them: its result may be a last argument.
    var signature: FunctionArguments {
        FunctionArguments(parameters: result.map { parameters + [$0] } ?? parameters, variadic: variadic)
    }

    /// How many arguments a call may give, any number of further ones aside: its result may be a last one.
    var argumentLimit: Int { result == nil ? parameters.count : parameters.count + 1 }

    /// The type of the argument at a position as a call sees it.
    func type(ofArgument position: Int) -> RegoType? {
        if position < parameters.count { return parameters[position].type }
        return position == parameters.count && result != nil ? result?.type : variadic
    }
}

/// What a function may be called with.
struct FunctionArguments {
    let parameters: [FunctionType.Parameter]
    let variadic: RegoType?

    subscript(position: Int) -> RegoType? { position < parameters.count ? parameters[position].type : variadic }
}

/// How large a type is when it is written out, how deeply nested, and whether all of it is known.
struct TypeExtent: BitwiseCopyable {
    private(set) var size: Int32 = 1
    private(set) var depth: Int16 = 1
    private(set) var hasUnknown = false

    mutating func add(_ part: RegoType?) {
        let extent = part?.extent ?? TypeExtent()
        size = min(size + extent.size, 1 << 28)
        depth = max(depth, extent.depth + 1)
        hasUnknown = hasUnknown || RegoType.isUnknown(part)
    }

    static let sizeLimit: Int32 = 1 << 17
    static let depthLimit: Int16 = 128

    var isWithinLimits: Bool { size <= Self.sizeLimit && depth <= Self.depthLimit }
}

extension RegoType {
    /// The type of everything.
    package static let any = RegoType.any([])

    var extent: TypeExtent {
        switch self {
        case .null, .boolean, .number, .string, .function: return TypeExtent()
        case .array(let array): return array.extent
        case .object(let object): return object.extent
        case .set(let set): return set.extent
        case .any(let types):
            return types.reduce(into: TypeExtent()) { $0.add($1) }
        }
    }

    /// An array with elements at known positions and further ones.
    package static func array(of elements: [RegoType?] = [], rest: RegoType? = nil) -> RegoType {
        let type = ArrayType(elements, rest: rest)
        return type.extent.isWithinLimits ? .array(type) : .any
    }

    /// An object with known properties, in any order, and further ones.
    package static func object(of properties: [ObjectType.Property] = [], dynamic: ObjectType.Dynamic? = nil) -> RegoType {
        let type = ObjectType(properties, dynamic: dynamic)
        return type.extent.isWithinLimits ? .object(type) : .any
    }

    /// A set with members of one type.
    package static func set(of member: RegoType?) -> RegoType {
        let type = SetType(of: member)
        return type.extent.isWithinLimits ? .set(type) : .any
    }

    /// Whether this is the type of everything.
    var isAny: Bool {
        if case .any(let types) = self { types.isEmpty } else { false }
    }
}
