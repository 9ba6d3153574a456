import LinearRegex
@_spi(Engine) import RegoRuntime

/// Reads a schema of draft 4, 6 or 7 (a mixture of them where `$schema` says nothing, as OPA does).
///
/// References count from the `$id` of the schema that they stand in. Nothing is fetched: one that leaves the document is a fault.
struct SchemaCompiler {
    /// Schemas within schemas; deeper ones are refused, since every step is one of the stack.
    static let maximumDepth = 200
    private static let primitiveTypes = ["array", "boolean", "integer", "number", "null", "object", "string"]

    private let call: BuiltinCall
    /// A schema, and what addresses in it count from.
    private struct Place {
        var value: Value
        var base: SchemaAddress
    }

    /// Where a schema's object is in memory: equal ones may share it, but then they can differ in what their references mean.
    private struct NodeKey: Hashable {
        let object: UInt64
        let base: Int
    }

    /// The schemas read so far, so that references may go around in circles.
    private var nodes: [NodeKey: SchemaNode] = [:]
    /// The schemas that have an `$id`, and the whole document.
    private var documents: [SchemaAddress: Place] = [:]
    private var base = SchemaAddress([])
    private var baseNumber = 0
    private var baseNumbers: [SchemaAddress: Int] = [SchemaAddress([]): 0]
    private var depth = 0

    private init(_ call: BuiltinCall, root: Value) {
        self.call = call
        documents[base] = Place(value: root, base: base)
    }

    /// The schema that a value describes.
    static func compile(_ root: Value, for call: BuiltinCall) throws(SchemaFault) -> SchemaNode {
        guard root.tag == .object || root.tag == .true || root.tag == .false else { throw SchemaFault("schema is invalid") }
        var compiler = SchemaCompiler(call, root: root)
        compiler.collectIdentifiers(root, base: compiler.base, depth: 0)
        return try compiler.schema(root, "schema")
    }

    /// What addresses within a schema count from.
    private func address(within value: Value, _ outer: SchemaAddress) -> SchemaAddress {
        guard value.tag == .object else { return outer }
        for name in ["$id", "id"] {
            let identifier = value.lookup(.string(name, in: call.arena))
            if identifier.isString { return SchemaAddress(identifier.byteArray).resolved(against: outer) }
        }
        return outer
    }

    private mutating func enter(_ base: SchemaAddress) {
        guard base != self.base else { return }
        self.base = base
        let number = baseNumbers[base] ?? baseNumbers.count
        baseNumbers[base] = number
        baseNumber = number
    }

    private mutating func collectIdentifiers(_ value: Value, base: SchemaAddress, depth: Int) {
        guard value.isCollection, depth < Self.maximumDepth, !call.context.isInterrupted else { return }
        if value.tag == .array {
            for element in value.elements { collectIdentifiers(element, base: base, depth: depth + 1) }
        } else if value.tag == .object {
            let inner = address(within: value, base)
            if inner != base, documents[inner] == nil { documents[inner] = Place(value: value, base: inner) }
            let (keys, values) = (value.keys, value.values)
            for index in 0..<value.length where !keys[index].isString("enum") && !keys[index].isString("const") {
                collectIdentifiers(values[index], base: inner, depth: depth + 1)
            }
        }
    }

    private mutating func schema(_ value: Value, _ keyword: String) throws(SchemaFault) -> SchemaNode {
        if value.tag == .true || value.tag == .false {
            let node = SchemaNode()
            node.always = value.tag == .true
            return node
        }
        guard value.tag == .object else { throw SchemaFault("Invalid type. Expected: valid schema, given: \(keyword)") }
        let outer = base
        enter(address(within: value, outer))
        defer { enter(outer) }
        let key = NodeKey(object: value.w1, base: baseNumber)
        if let known = nodes[key] { return known }
        try checkInterruption()
        guard depth < Self.maximumDepth else { throw SchemaFault("the schema is nested deeper than \(Self.maximumDepth) levels") }
        depth += 1
        defer { depth -= 1 }
        let node = SchemaNode()
        nodes[key] = node
        let reference = value.lookup(.string("$ref", in: call.arena))
        if reference.isDefined {
            guard reference.isString else { throw Self.wrongType("$ref", "string") }
            let place = try target(of: reference)
            enter(place.base)
            node.reference = try schema(place.value, "$ref")
            return node
        }
        let (keys, values) = (value.sortedKeys, value.sortedValues)
        for index in 0..<value.length {
            let keyword = keys[index].swiftString
            let value = values[index]
            if try general(keyword, value, node) { continue }
            if try objects(keyword, value, node) { continue }
            if try arrays(keyword, value, node) { continue }
            if try scalars(keyword, value, node) { continue }
            try combinations(keyword, value, node)
        }
        try checkRanges(node)
        return node
    }

    private static func wrongType(_ keyword: String, _ type: String) -> SchemaFault {
        SchemaFault("Invalid type. Expected: \(type), given: \(keyword)")
    }

    private func target(of reference: Value) throws(SchemaFault) -> Place {
        let address = SchemaAddress(reference.byteArray).resolved(against: base)
        if let known = documents[address] { return known }
        guard var place = documents[address.document] else {
            throw SchemaFault("remote reference \(reference.swiftString) is not allowed: schemas are not fetched")
        }
        let fragment = address.fragment
        if fragment.isEmpty { return place }
        guard fragment.first == UInt8(ascii: "/") else {
            throw SchemaFault("Reference \(reference.swiftString) must be canonical")
        }
        for segment in fragment.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            place.value = step(from: place.value, Self.unescaped(segment))
            guard place.value.isDefined else {
                throw SchemaFault("Object has no key '\(String(decoding: segment, as: UTF8.self))'")
            }
            place.base = self.address(within: place.value, place.base)
        }
        return place
    }

    private func step(from value: Value, _ key: [UInt8]) -> Value {
        if value.tag == .array {
            guard let index = Int(String(decoding: key, as: UTF8.self)), index >= 0, index < value.length else { return .undefined }
            return value.elements[index]
        }
        return value.lookup(key.withUnsafeBufferPointer { .string($0, in: call.arena) })
    }

    /// A JSON pointer's segment out of a URI's fragment: `%41`, `~0` and `~1`.
    private static func unescaped(_ segment: ArraySlice<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        var index = segment.startIndex
        while index < segment.endIndex {
            let byte = segment[index]
            if byte == UInt8(ascii: "%"), index + 2 < segment.endIndex,
                let code = UInt8(String(decoding: segment[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                plain.append(code)
                index += 3
            } else {
                plain.append(byte)
                index += 1
            }
        }
        var result: [UInt8] = []
        index = 0
        while index < plain.count {
            if plain[index] == UInt8(ascii: "~"), index + 1 < plain.count, plain[index + 1] == 48 || plain[index + 1] == 49 {
                result.append(plain[index + 1] == 48 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                index += 2
            } else {
                result.append(plain[index])
                index += 1
            }
        }
        return result
    }

    private mutating func general(_ keyword: String, _ value: Value, _ node: SchemaNode) throws(SchemaFault) -> Bool {
        switch keyword {
        case "type":
            guard value.isString || value.tag == .array else { throw Self.wrongType(keyword, "string/array") }
            for name in value.tag == .array ? Array(value.elements) : [value] {
                guard name.isString else { throw Self.wrongType(keyword, "string/array of strings") }
                let type = name.swiftString
                guard Self.primitiveTypes.contains(type) else {
                    let expected = Self.primitiveTypes.joined(separator: " ")
                    throw SchemaFault(
                        "has a primitive type that is NOT VALID -- given: /\(type)/ Expected valid values are:[\(expected)]")
                }
                guard !node.types.contains(type) else { throw SchemaFault("\(type) type is duplicated") }
                node.types.append(type)
            }
        case "enum":
            guard value.tag == .array else { throw SchemaFault("enum must be of type array") }
            node.enumeration = Array(value.elements)
        case "const":
            node.constant = value
        case "format":
            guard value.isString else { throw SchemaFault("format must be of type string") }
            node.format = value.swiftString
        case "definitions", "$defs":
            guard value.tag == .object else { throw Self.wrongType(keyword, "array of schemas") }
            for definition in value.values { _ = try schema(definition, keyword) }
        case "$schema", "$id", "id", "title", "description":
            guard value.isString else { throw Self.wrongType(keyword, "string") }
        default:
            return false
        }
        return true
    }

    private mutating func objects(_ keyword: String, _ value: Value, _ node: SchemaNode) throws(SchemaFault) -> Bool {
        switch keyword {
        case "properties":
            guard value.tag == .object else { throw Self.wrongType(keyword, "object") }
            for (name, member) in entries(value) {
                node.properties.append((name, try schema(member, keyword)))
                node.propertyNames.insert(name.byteArray)
            }
        case "patternProperties":
            guard value.tag == .object else { throw Self.wrongType(keyword, "valid schema") }
            for (name, member) in entries(value) {
                guard case .success(let regex) = call.compiled(name) else {
                    throw SchemaFault("Invalid regex pattern '\(name.swiftString)'")
                }
                node.patternProperties.append((regex, try schema(member, keyword)))
            }
        case "additionalProperties": node.additionalProperties = try additional(keyword, value)
        case "propertyNames": node.nameSchema = try schema(value, keyword)
        case "required": node.required = try strings(keyword, value)
        case "minProperties": node.minProperties = try count(keyword, value)
        case "maxProperties": node.maxProperties = try count(keyword, value)
        case "dependencies":
            guard value.tag == .object else { throw Self.wrongType(keyword, "object") }
            for (name, member) in entries(value) {
                if member.tag == .array {
                    node.dependencies.append((name, .properties(try strings(keyword, member))))
                } else {
                    node.dependencies.append((name, .schema(try schema(member, keyword))))
                }
            }
        default:
            return false
        }
        return true
    }

    private mutating func arrays(_ keyword: String, _ value: Value, _ node: SchemaNode) throws(SchemaFault) -> Bool {
        switch keyword {
        case "items":
            if value.tag == .array {
                node.tuple = try schemas(keyword, value, allowsEmpty: true)
            } else {
                node.items = try schema(value, keyword)
            }
        case "additionalItems": node.additionalItems = try additional(keyword, value)
        case "contains": node.contains = try schema(value, keyword)
        case "minItems": node.minItems = try count(keyword, value)
        case "maxItems": node.maxItems = try count(keyword, value)
        case "uniqueItems": node.isUnique = try boolean(keyword, value)
        default: return false
        }
        return true
    }

    private mutating func scalars(_ keyword: String, _ value: Value, _ node: SchemaNode) throws(SchemaFault) -> Bool {
        switch keyword {
        case "multipleOf":
            node.multipleOf = try number(keyword, value)
            guard Value.compareNumbers(value, .integer(0)) > 0 else { throw SchemaFault("multipleOf must be strictly greater than 0") }
        case "minimum": node.minimum = try number(keyword, value)
        case "maximum": node.maximum = try number(keyword, value)
        // A boolean of draft 4 turns the neighbour into the exclusive bound.
        case "exclusiveMinimum":
            if value.isNumber { node.exclusiveMinimum = value } else if try boolean(keyword, value) { node.exclusiveMinimum = .true }
        case "exclusiveMaximum":
            if value.isNumber { node.exclusiveMaximum = value } else if try boolean(keyword, value) { node.exclusiveMaximum = .true }
        case "minLength": node.minLength = try count(keyword, value)
        case "maxLength": node.maxLength = try count(keyword, value)
        case "pattern":
            guard value.isString else { throw SchemaFault("pattern must be of type string") }
            guard case .success(let regex) = call.compiled(value) else { throw SchemaFault("pattern must be a valid regex") }
            node.pattern = regex
        default: return false
        }
        return true
    }

    private mutating func combinations(_ keyword: String, _ value: Value, _ node: SchemaNode) throws(SchemaFault) {
        switch keyword {
        case "allOf": node.allOf = try schemas(keyword, value)
        case "anyOf": node.anyOf = try schemas(keyword, value)
        case "oneOf": node.oneOf = try schemas(keyword, value)
        case "not": node.not = try schema(value, keyword)
        case "if": node.condition = try schema(value, keyword)
        case "then": node.then = try schema(value, keyword)
        case "else": node.otherwise = try schema(value, keyword)
        default: break
        }
    }

    private func checkRanges(_ node: SchemaNode) throws(SchemaFault) {
        if node.exclusiveMinimum?.tag == .true {
            guard let bound = node.minimum else { throw SchemaFault("exclusiveMinimum cannot be used without minimum") }
            (node.exclusiveMinimum, node.minimum) = (bound, nil)
        }
        if node.exclusiveMaximum?.tag == .true {
            guard let bound = node.maximum else { throw SchemaFault("exclusiveMaximum cannot be used without maximum") }
            (node.exclusiveMaximum, node.maximum) = (bound, nil)
        }
        if let low = node.minimum, let high = node.maximum, Value.compareNumbers(low, high) > 0 {
            throw SchemaFault("minimum cannot be greater than maximum")
        }
        let ranges = [
            ("minLength", node.minLength, node.maxLength, "maxLength"),
            ("minProperties", node.minProperties, node.maxProperties, "maxProperties"),
            ("minItems", node.minItems, node.maxItems, "maxItems"),
        ]
        for (lowName, low, high, highName) in ranges {
            if let low, let high, low > high { throw SchemaFault("\(lowName) cannot be greater than \(highName)") }
        }
    }

    private func entries(_ object: Value) -> [(Value, Value)] {
        let (keys, values) = (object.sortedKeys, object.sortedValues)
        return (0..<object.length).map { (keys[$0], values[$0]) }
    }

    private mutating func additional(_ keyword: String, _ value: Value) throws(SchemaFault) -> SchemaNode.Additional {
        switch value.tag {
        case .true: return .allowed
        case .false: return .forbidden
        case .object: return .schema(try schema(value, keyword))
        default: throw Self.wrongType(keyword, "boolean/valid schema")
        }
    }

    private mutating func schemas(_ keyword: String, _ value: Value, allowsEmpty: Bool = false) throws(SchemaFault) -> [SchemaNode] {
        guard value.tag == .array else { throw SchemaFault("\(keyword) must be of type array") }
        guard allowsEmpty || value.length > 0 else { throw SchemaFault("\(keyword) must have at least one item") }
        var result: [SchemaNode] = []
        for element in value.elements { result.append(try schema(element, keyword)) }
        return result
    }

    /// A schema can be as large as data may be; who asks for it reports the evaluation's end.
    private func checkInterruption() throws(SchemaFault) {
        if call.context.isInterrupted { throw SchemaFault("reading the schema takes too long") }
    }

    private func strings(_ keyword: String, _ value: Value) throws(SchemaFault) -> [Value] {
        guard value.tag == .array else { throw SchemaFault("\(keyword) must be of type array") }
        for element in value.elements where !element.isString { throw SchemaFault("\(keyword) items must be of type string") }
        var seen: Set<[UInt8]> = []
        for (index, element) in value.elements.enumerated() {
            if index & 255 == 0 { try checkInterruption() }
            guard seen.insert(element.byteArray).inserted else { throw SchemaFault("\(keyword) items must be unique") }
        }
        return Array(value.elements)
    }

    private func count(_ keyword: String, _ value: Value) throws(SchemaFault) -> Int {
        let value = value.unspelled
        guard value.isInteger else { throw SchemaFault("\(keyword) must be of an integer") }
        guard value.asInteger >= 0 else { throw SchemaFault("\(keyword) must be greater than or equal to 0") }
        return Int(value.asInteger)
    }

    private func number(_ keyword: String, _ value: Value) throws(SchemaFault) -> Value {
        guard value.isNumber else { throw SchemaFault("\(keyword) must be of a number") }
        return value
    }

    private func boolean(_ keyword: String, _ value: Value) throws(SchemaFault) -> Bool {
        guard value.tag == .true || value.tag == .false else { throw SchemaFault("\(keyword) must be of type boolean") }
        return value.tag == .true
    }
}
