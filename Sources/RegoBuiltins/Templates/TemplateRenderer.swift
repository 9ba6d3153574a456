@_spi(Engine) import RegoRuntime

/// Executes templates over values.
struct TemplateRenderer {
    private enum Flow { case goesOn, breaks, continues }

    /// Calls of templates within each other.
    private static let maximumCalls = 100

    private let arena: Arena
    private let definitions: [[UInt8]: [TemplateNode]]
    private let context: BuiltinContext
    private var rounds = 0
    private var variables: [(name: [UInt8], value: Value)] = []
    private var calls = 0
    private(set) var output: TextBuilder

    init(definitions: [[UInt8]: [TemplateNode]], root: Value, context: BuiltinContext, in arena: Arena) {
        self.arena = arena
        self.definitions = definitions
        self.context = context
        output = TextBuilder(in: arena, capacity: 256)
        variables = [([36], root)]
    }

    mutating func render(_ nodes: [TemplateNode], dot: Value) throws(TemplateFailure) {
        _ = try run(nodes, dot)
    }

    private mutating func run(_ nodes: [TemplateNode], _ dot: Value) throws(TemplateFailure) -> Flow {
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        for node in nodes {
            rounds &+= 1
            // The clock is asked now and then: a node takes less time than it does.
            if arena.isExhausted || rounds & 255 == 0 && context.isInterrupted {
                throw TemplateFailure(" the text exceeds the evaluation's limits")
            }
            switch node {
            case .text(let text): text.withUnsafeBufferPointer { output.append($0) }
            case .output(let pipeline):
                let value = try evaluate(pipeline, dot)
                if pipeline.variables.isEmpty { append(value) }
            case .branch(let pipeline, let then, let otherwise):
                let outer = variables.count
                let value = try evaluate(pipeline, dot)
                let flow = try run(Self.isTrue(value) ? then : otherwise, dot)
                variables.removeSubrange(outer...)
                if flow != .goesOn { return flow }
            case .with(let pipeline, let then, let otherwise):
                let outer = variables.count
                let value = try evaluate(pipeline, dot)
                let flow = Self.isTrue(value) ? try run(then, value) : try run(otherwise, dot)
                variables.removeSubrange(outer...)
                if flow != .goesOn { return flow }
            case .range(let pipeline, let body, let otherwise):
                try loop(pipeline, body, otherwise, dot)
            case .call(let name, let pipeline):
                try call(name, pipeline, dot)
            case .stop(let isBreak):
                return isBreak ? .breaks : .continues
            }
        }
        return .goesOn
    }

    private mutating func loop(
        _ pipeline: TemplateNode.Pipeline, _ body: [TemplateNode], _ otherwise: [TemplateNode], _ dot: Value
    ) throws(TemplateFailure) {
        let outer = variables.count
        defer { variables.removeSubrange(outer...) }
        var plain = pipeline
        plain.variables = []
        let collection = try evaluate(plain, dot)
        var pairs: [(Value, Value)] = []
        switch collection.tag {
        case .array, .set:
            for (index, element) in (collection.sequence ?? collection.elements).enumerated() {
                pairs.append((.integer(index), TemplateFunctions.datum(element, in: arena)))
            }
        case .object:
            let (keys, values) = (collection.sortedKeys, collection.sortedValues)
            for index in 0..<collection.length {
                pairs.append((TemplateFunctions.datum(keys[index], in: arena), TemplateFunctions.datum(values[index], in: arena)))
            }
        case .integer where collection.asInteger < 1_000_000:
            for index in 0..<max(collection.asInteger, 0) { pairs.append((.integer(index), .integer(index))) }
        case .null, .undefined: break
        default: throw TemplateFailure(" range can't iterate over \(collection.regoText)")
        }
        if pairs.isEmpty {
            _ = try run(otherwise, dot)
            return
        }
        let names = pipeline.variables
        if !pipeline.isAssignment { for name in names { variables.append((name, .null)) } }
        for (key, value) in pairs {
            if names.count == 2 {
                set(names[0], key)
                set(names[1], value)
            } else if let name = names.first {
                set(name, value)
            }
            if try run(body, value) == .breaks { return }
        }
    }

    private mutating func call(_ name: [UInt8], _ pipeline: TemplateNode.Pipeline?, _ dot: Value) throws(TemplateFailure) {
        guard let body = definitions[name] else {
            throw TemplateFailure(" template \"\(String(decoding: name, as: UTF8.self))\" not defined")
        }
        guard calls < Self.maximumCalls else { throw TemplateFailure(" exceeded maximum template depth (\(Self.maximumCalls))") }
        let argument = try pipeline.map { pipeline throws(TemplateFailure) in try evaluate(pipeline, dot) } ?? .null
        let outer = variables
        variables = [([36], argument)]
        calls += 1
        defer {
            variables = outer
            calls -= 1
        }
        _ = try run(body, argument)
    }

    private mutating func set(_ name: [UInt8], _ value: Value) {
        if let place = variables.lastIndex(where: { $0.name == name }) { variables[place].value = value }
    }

    // MARK: Pipelines

    private mutating func evaluate(_ pipeline: TemplateNode.Pipeline, _ dot: Value) throws(TemplateFailure) -> Value {
        var value: Value?
        for command in pipeline.commands { value = try evaluate(command, dot, previous: value) }
        let result = value ?? .null
        if let name = pipeline.variables.first {
            if pipeline.isAssignment {
                guard variables.contains(where: { $0.name == name }) else { throw undefined(name) }
                set(name, result)
            } else {
                variables.append((name, result))
            }
        }
        return result
    }

    private func undefined(_ name: [UInt8]) -> TemplateFailure {
        TemplateFailure(" undefined variable \"\(String(decoding: name, as: UTF8.self))\"")
    }

    private mutating func evaluate(_ command: [TemplateNode.Operand], _ dot: Value, previous: Value?) throws(TemplateFailure) -> Value {
        guard let head = command.first else { return .null }
        guard case .function(let name) = head.kind else {
            if command.count > 1 || previous != nil { throw TemplateFailure(" can't give argument to non-function") }
            return try evaluate(head, dot)
        }
        let function = String(decoding: name, as: UTF8.self)
        // These look at no more arguments than they need.
        if function == "and" || function == "or", command.count > 1 {
            var result = Value.null
            for operand in command.dropFirst() {
                result = try evaluate(operand, dot)
                if Self.isTrue(result) == (function == "or") { return result }
            }
            return previous ?? result
        }
        var arguments: [Value] = []
        for operand in command.dropFirst() { arguments.append(try evaluate(operand, dot)) }
        if let previous { arguments.append(previous) }
        return try TemplateFunctions.call(function, arguments, in: arena)
    }

    private mutating func evaluate(_ operand: TemplateNode.Operand, _ dot: Value) throws(TemplateFailure) -> Value {
        var value: Value
        switch operand.kind {
        case .dot: value = dot
        case .literal(let literal): value = literal
        case .pipeline(let pipeline): value = try evaluate(pipeline, dot)
        case .function: value = try evaluate([operand], dot, previous: nil)
        case .variable(let name):
            guard let found = variables.last(where: { $0.name == name }) else { throw undefined(name) }
            value = found.value
        }
        for field in operand.fields {
            guard value.tag == .object else {
                if value.isUndefined || value.tag == .null {
                    throw TemplateFailure(" nil data; no entry for key \"\(String(decoding: field, as: UTF8.self))\"")
                }
                throw TemplateFailure(" can't evaluate field \(String(decoding: field, as: UTF8.self)) in type \(value.typeName)")
            }
            value = TemplateFunctions.datum(value.lookup(field.withUnsafeBufferPointer { .string($0, in: arena) }), in: arena)
        }
        return value
    }

    /// Not `false`, zero, empty or missing.
    static func isTrue(_ value: Value) -> Bool {
        switch value.unspelled.tag {
        case .undefined, .null, .false: false
        case .integer: value.unspelled.asInteger != 0
        case .string, .array, .object, .set: value.length > 0
        default: true
        }
    }

    private mutating func append(_ value: Value) {
        if value.isUndefined { output.append("<undefined>") } else { TemplateFunctions.append(value, to: &output) }
    }
}
