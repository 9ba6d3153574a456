import BigInt
import LinearRegex
@_spi(Engine) import RegoRuntime

/// The keywords that mean something for one kind of value only.
extension SchemaValidator {
    mutating func numbers(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) {
        if let divisor = node.multipleOf, !Self.isMultiple(value, of: divisor) {
            report("multiple_of", "Must be a multiple of \(Self.shown(divisor))", &result)
        }
        if let bound = node.maximum, Value.compareNumbers(value, bound) > 0 {
            report("number_lte", "Must be less than or equal to \(Self.shown(bound))", &result)
        }
        if let bound = node.exclusiveMaximum, Value.compareNumbers(value, bound) >= 0 {
            report("number_lt", "Must be less than \(Self.shown(bound))", &result)
        }
        if let bound = node.minimum, Value.compareNumbers(value, bound) < 0 {
            report("number_gte", "Must be greater than or equal to \(Self.shown(bound))", &result)
        }
        if let bound = node.exclusiveMinimum, Value.compareNumbers(value, bound) <= 0 {
            report("number_gt", "Must be greater than \(Self.shown(bound))", &result)
        }
        result.score += 1
    }

    /// Exactly, in decimal: 0.3 is a multiple of 0.1. Numbers with more digits than arithmetic takes are multiples of nothing.
    private static func isMultiple(_ value: Value, of divisor: Value) -> Bool {
        let (a, b) = (Decimal(value), Decimal(divisor))
        let exponent = min(a.exponent, b.exponent)
        let whole = { (x: Decimal) in Decimal(isNegative: x.isNegative, digits: x.digits, exponent: x.exponent - exponent).bigInt }
        guard let dividend = whole(a), let divisor = whole(b), divisor.signum() != 0 else { return false }
        return (dividend % divisor).signum() == 0
    }

    mutating func strings(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) {
        if node.minLength != nil || node.maxLength != nil {
            let length = value.codePointCount
            if let bound = node.minLength, length < bound {
                report("string_gte", "String length must be greater than or equal to \(bound)", &result)
            }
            if let bound = node.maxLength, length > bound {
                report("string_lte", "String length must be less than or equal to \(bound)", &result)
            }
        }
        if let pattern = node.pattern, !Self.matches(pattern, value) {
            report("pattern", "Does not match pattern '\(String(decoding: pattern.pattern, as: UTF8.self))'", &result)
        }
        result.score += 1
    }

    /// The automata want UTF-8; only decoders make other strings.
    private static func matches(_ regex: Regex, _ text: Value) -> Bool {
        UTF8Text.isValid(text.utf8) ? regex.matches(text.utf8) : regex.matches(text.swiftString)
    }

    mutating func arrays(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) throws(Exhausted) {
        if let schema = node.items {
            for index in 0..<value.length { result.merge(try check(value.elements[index], at: "\(index)", schema)) }
        } else if let tuple = node.tuple {
            for index in 0..<min(value.length, tuple.count) {
                result.merge(try check(value.elements[index], at: "\(index)", tuple[index]))
            }
            if value.length > tuple.count {
                switch node.additionalItems {
                case .allowed: break
                case .forbidden: report("array_no_additional_items", "No additional items allowed on array", &result)
                case .schema(let schema):
                    for index in tuple.count..<value.length {
                        result.merge(try check(value.elements[index], at: "\(index)", schema))
                    }
                }
            }
        }
        if let bound = node.minItems, value.length < bound {
            report("array_min_items", "Array must have at least \(bound) items", &result)
        }
        if let bound = node.maxItems, value.length > bound {
            report("array_max_items", "Array must have at most \(bound) items", &result)
        }
        if node.isUnique { unique(value, &result) }
        if let schema = node.contains { try contains(value, schema, &result) }
        result.score += 1
    }

    private mutating func unique(_ value: Value, _ result: inout SchemaResult) {
        let places = ObjectBuilder(in: arena, capacity: value.length)
        for index in 0..<value.length {
            let first = places.lookup(value.elements[index])
            if first.isDefined {
                report("unique", "array items[\(first.asInteger),\(index)] must be unique", &result)
                return
            }
            places.put(value.elements[index], .integer(index))
        }
    }

    private mutating func contains(_ value: Value, _ schema: SchemaNode, _ result: inout SchemaResult) throws(Exhausted) {
        var best: SchemaResult?
        for index in 0..<value.length {
            let part = try check(value.elements[index], at: "\(index)", schema)
            if part.isValid { return }
            if part.score > best?.score ?? Int.min { best = part }
        }
        report("contains", "At least one of the items must match", &result)
        if let best { result.merge(best) }
    }

    mutating func objects(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) throws(Exhausted) {
        for (name, dependency) in node.dependencies where value.lookup(name).isDefined {
            try step()
            switch dependency {
            case .properties(let names):
                for (index, other) in names.enumerated() where value.lookup(other).isUndefined {
                    if index & 1023 == 1023 { try step() }
                    report("missing_dependency", "Has a dependency on \(other.swiftString)", &result)
                }
            case .schema(let schema): result.merge(try check(value, schema))
            }
        }
        if let bound = node.minProperties, value.length < bound {
            report("array_min_properties", "Must have at least \(bound) properties", &result)
        }
        if let bound = node.maxProperties, value.length > bound {
            report("array_max_properties", "Must have at most \(bound) properties", &result)
        }
        for name in node.required where value.lookup(name).isUndefined {
            report("required", "\(name.swiftString) is required", &result)
        }
        try members(value, node, &result)
        for (name, schema) in node.properties {
            let member = value.lookup(name)
            if member.isDefined { result.merge(try check(member, at: name.swiftString, schema)) }
        }
        result.score += 1
    }

    /// Patterns, names and what is left for `additionalProperties`.
    private mutating func members(_ value: Value, _ node: SchemaNode, _ result: inout SchemaResult) throws(Exhausted) {
        var isOpen = node.patternProperties.isEmpty && node.nameSchema == nil
        if case .allowed = node.additionalProperties {} else { isOpen = false }
        if isOpen { return }
        let (keys, values) = (value.sortedKeys, value.sortedValues)
        for index in 0..<value.length {
            let (key, member) = (keys[index], values[index])
            // Documents made by policies may have other keys; they cannot be written as JSON and match nothing.
            let name = Self.shown(key)
            var isKnown = node.propertyNames.contains(Array(name.utf8))
            for (pattern, schema) in node.patternProperties where key.isString {
                try step()
                guard Self.matches(pattern, key) else { continue }
                isKnown = true
                result.merge(try check(member, at: name, schema))
            }
            if !isKnown {
                switch node.additionalProperties {
                case .allowed: break
                case .forbidden:
                    report("additional_property_not_allowed", "Additional property \(name) is not allowed", &result)
                case .schema(let schema): result.merge(try check(member, at: name, schema))
                }
            }
            if let schema = node.nameSchema {
                let part = try check(key, schema)
                if !part.isValid {
                    report("invalid_property_name", "Property name of \"\(name)\" does not match", &result)
                    result.merge(part)
                }
            }
        }
    }
}
