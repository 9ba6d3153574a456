@_spi(Engine) import RegoRuntime

/// What a document has against a schema.
struct SchemaResult {
    struct Finding {
        var kind: StaticString
        var field: String
        var description: String
    }

    var findings: [Finding] = []
    /// How much of a schema held: of several failed alternatives the best one is reported.
    var score = 0

    var isValid: Bool { findings.isEmpty }

    mutating func merge(_ other: SchemaResult) {
        findings += other.findings
        score += other.score
    }
}

/// Holds a document against a schema.
struct SchemaValidator {
    /// The document or its schema ask for more than one evaluation may do.
    struct Exhausted: Error {
        var message: String
    }

    /// Nested checks; schemas may refer to themselves without ever getting further into the document.
    private static let maximumDepth = 300
    /// Checks in total: alternatives within alternatives multiply.
    private static let maximumSteps = 2_000_000
    private static let maximumFindings = 10_000

    let arena: Arena
    private var path: [String] = []
    private var depth = 0
    private var steps = 0
    private var count = 0

    private let isInterrupted: () -> Bool

    /// - Parameter isInterrupted: asked now and then; ends the checks as exhausted.
    init(in arena: Arena, isInterrupted: @escaping () -> Bool) {
        self.arena = arena
        self.isInterrupted = isInterrupted
    }

    /// Counts something that takes time.
    mutating func step() throws(Exhausted) {
        steps += 1
        if steps & 127 == 0, isInterrupted() || arena.isExhausted { throw Exhausted(message: "checking the document takes too long") }
    }

    /// Checks a value, the document or a part of it.
    mutating func check(_ value: Value, _ node: SchemaNode) throws(Exhausted) -> SchemaResult {
        try step()
        guard steps <= Self.maximumSteps, count <= Self.maximumFindings else {
            throw Exhausted(message: "checking the document takes too many steps")
        }
        guard depth < Self.maximumDepth else {
            throw Exhausted(message: "document and schema are nested deeper than \(Self.maximumDepth) levels")
        }
        depth += 1
        defer { depth -= 1 }
        var result = SchemaResult()
        if let always = node.always {
            if !always { report("false", "False always fails validation", &result) }
            return result
        }
        if let reference = node.reference { return try check(value, reference) }
        let given = Self.typeName(value)
        if !node.types.isEmpty, !node.types.contains(given), !(given == "integer" && node.types.contains("number")) {
            let expected = node.types.count == 1 ? node.types[0] : "[\(node.types.joined(separator: ","))]"
            report("invalid_type", "Invalid type. Expected: \(expected), given: \(given)", &result)
            return result
        }
        try combinations(value, node, &result)
        switch value.tag {
        case .integer, .double, .bigNumber: numbers(value, node, &result)
        case .string: strings(value, node, &result)
        case .array: try arrays(value, node, &result)
        default: break
        }
        general(value, node, &result)
        if value.tag == .object { try objects(value, node, &result) }
        result.score += 1
        return result
    }

    /// Checks a value below the present one.
    mutating func check(_ value: Value, at step: String, _ node: SchemaNode) throws(Exhausted) -> SchemaResult {
        path.append(step)
        let result: SchemaResult
        do throws(Exhausted) {
            result = try check(value, node)
        } catch {
            path.removeLast()
            throw error
        }
        path.removeLast()
        return result
    }

    mutating func report(_ kind: StaticString, _ description: String, _ result: inout SchemaResult) {
        count += 1
        result.findings.append(SchemaResult.Finding(kind: kind, field: field, description: description))
        result.score -= 2
    }

    /// Where the checks are, as messages name it.
    var field: String { path.isEmpty ? "(Root)" : path.joined(separator: ".") }

    private static func typeName(_ value: Value) -> String {
        switch value.unspelled.tag {
        case .integer: "integer"
        case .double, .bigNumber: Decimal(value).isInteger ? "integer" : "number"
        default: "\(value.typeName)"
        }
    }

    /// A value as messages show it: strings without quotes.
    static func shown(_ value: Value) -> String { value.isString ? value.swiftString : value.regoText }

    private mutating func combinations(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) throws(Exhausted) {
        if !node.anyOf.isEmpty {
            let (held, best) = try alternatives(value, node.anyOf, stopsAtFirst: true)
            if held == 0 {
                report("number_any_of", "Must validate at least one schema (anyOf)", &result)
                result.merge(best)
            }
        }
        if !node.oneOf.isEmpty {
            let (held, best) = try alternatives(value, node.oneOf, stopsAtFirst: false)
            if held != 1 {
                report("number_one_of", "Must validate one and only one schema (oneOf)", &result)
                if held == 0 { result.merge(best) }
            }
        }
        var allHold = true
        for schema in node.allOf {
            let part = try check(value, schema)
            allHold = allHold && part.isValid
            result.merge(part)
        }
        if !allHold { report("number_all_of", "Must validate all the schemas (allOf)", &result) }
        if let schema = node.not, try check(value, schema).isValid {
            report("number_not", "Must not validate the schema (not)", &result)
        }
        if let condition = node.condition {
            let holds = try check(value, condition).isValid
            if holds, let schema = node.then {
                let part = try check(value, schema)
                if !part.isValid {
                    report("condition_then", "Must validate \"then\" as \"if\" was valid", &result)
                    result.merge(part)
                }
            } else if !holds, let schema = node.otherwise {
                let part = try check(value, schema)
                if !part.isValid {
                    report("condition_else", "Must validate \"else\" as \"if\" was not valid", &result)
                    result.merge(part)
                }
            }
        }
        result.score += 1
    }

    private mutating func alternatives(
        _ value: Value, _ schemas: [SchemaNode], stopsAtFirst: Bool
    ) throws(Exhausted) -> (held: Int, best: SchemaResult) {
        var held = 0
        var best: SchemaResult?
        for schema in schemas {
            let part = try check(value, schema)
            if part.isValid {
                held += 1
                if stopsAtFirst { break }
            } else if part.score > best?.score ?? Int.min {
                best = part
            }
        }
        return (held, best ?? SchemaResult())
    }

    private mutating func general(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) {
        if let constant = node.constant, !Value.equal(value, constant) {
            report("const", "\(field) does not match: \(constant.jsonText())", &result)
        }
        if let allowed = node.enumeration, !allowed.contains(where: { Value.equal($0, value) }) {
            let list = allowed.map(\.regoText).joined(separator: ", ")
            report("enum", "\(field) must be one of the following: \(list)", &result)
        }
        if let format = node.format, value.isString, !SchemaFormats.matches(value, format) {
            report("format", "Does not match format '\(format)'", &result)
        }
        result.score += 1
    }
}
