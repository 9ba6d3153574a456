@_spi(Engine) import RegoRuntime

/// Executes templates over values, as Go's `text/template` does.
struct TemplateRenderer {
    private enum Flow { case goesOn, breaks, continues }

    /// Calls of templates within each other; Go has a bound of 100,000.
    private static let maximumCalls = 200

    let arena: Arena
    private let source: [UInt8]
    private let templates: [[UInt8]: TemplateNode]
    private let context: BuiltinContext
    private var rounds = 0
    private var calls = 0
    /// The template that is executed.
    private var name = TemplateParser.mainName
    /// The part that is executed, which messages point to.
    private var current: TemplateNode?
    private var variables: [(name: String, value: TemplateValue)] = []
    private(set) var output: TextBuilder

    init(_ templates: [[UInt8]: TemplateNode], of source: [UInt8], context: BuiltinContext, in arena: Arena) {
        self.arena = arena
        self.source = source
        self.templates = templates
        self.context = context
        output = TextBuilder(in: arena, capacity: 256)
    }

    /// Executes the main template.
    mutating func render(_ data: TemplateValue) throws(TemplateFailure) {
        guard let main = templates[name] else { throw failure("\"template\" is an incomplete or empty template") }
        variables = [("$", data)]
        _ = try run(main, data)
    }

    // MARK: Messages

    mutating func at(_ node: TemplateNode) { current = node }

    func failure(_ message: String) -> TemplateFailure {
        guard let current else { return TemplateFailure("\(String(decoding: name, as: UTF8.self)): \(message)") }
        let before = source[..<min(current.position, source.count)]
        let line = 1 + before.count { $0 == 10 }
        let column = before.count - (before.lastIndex(of: 10).map { $0 + 1 } ?? 0)
        let executing = TemplateText.quoted(String(decoding: name, as: UTF8.self))
        return TemplateFailure("template:\(line):\(column): executing \(executing) at <\(current.source)>: \(message)")
    }

    /// - Throws: when the evaluation's limits are passed; the clock is asked now and then.
    mutating func step() throws(TemplateFailure) {
        rounds &+= 1
        if arena.isExhausted || rounds & 255 == 0 && context.isInterrupted {
            throw failure("the text exceeds the evaluation's limits")
        }
    }

    // MARK: Parts

    private mutating func run(_ node: TemplateNode, _ dot: TemplateValue) throws(TemplateFailure) -> Flow {
        try step()
        at(node)
        switch node.kind {
        case .text(let text): output.append(text)
        case .action(let pipeline):
            let value = try evaluate(pipeline: pipeline, dot)
            if case .pipeline(let parts) = pipeline.kind, parts.variables.isEmpty {
                at(node)
                GoFormat.append(value.isNothing ? .text(.string("<no value>", in: arena)) : value.argument, to: &output, in: arena)
            }
        case .list(let nodes):
            for node in nodes {
                let flow = try run(node, dot)
                if flow != .goesOn { return flow }
            }
        case .if(let pipeline, let then, let otherwise):
            return try branch(pipeline, then, otherwise, dot, setsDot: false)
        case .with(let pipeline, let then, let otherwise):
            return try branch(pipeline, then, otherwise, dot, setsDot: true)
        case .range(let pipeline, let body, let otherwise): try loop(pipeline, body, otherwise, dot)
        case .template(let name, let pipeline): try call(name, pipeline, dot)
        case .break: return .breaks
        case .continue: return .continues
        default: throw failure("unknown node: \(node.source)")
        }
        return .goesOn
    }

    private mutating func branch(
        _ pipeline: TemplateNode, _ then: TemplateNode, _ otherwise: TemplateNode?, _ dot: TemplateValue, setsDot: Bool
    ) throws(TemplateFailure) -> Flow {
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let value = try evaluate(pipeline: pipeline, dot)
        if value.isTrue { return try run(then, setsDot ? value : dot) }
        return try otherwise.map { otherwise throws(TemplateFailure) in try run(otherwise, dot) } ?? .goesOn
    }

    private mutating func loop(
        _ node: TemplateNode, _ body: TemplateNode, _ otherwise: TemplateNode?, _ dot: TemplateValue
    ) throws(TemplateFailure) {
        guard case .pipeline(let pipeline) = node.kind else { return }
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let collection = try evaluate(pipeline: node, dot)
        let inner = variables.count
        var hasRun = false
        switch collection.datum {
        case .int(let count):
            if pipeline.variables.count > 1 { throw failure("can't use \(count) to iterate over more than one variable") }
            var index = 0
            while index < count {
                hasRun = true
                let element = TemplateValue(datum: .int(index))
                if try iterate(pipeline, body, .missing, element, inner) == .breaks { return }
                index += 1
            }
        case .byte(let count):
            if pipeline.variables.count > 1 { throw failure("can't use \(count) to iterate over more than one variable") }
            for index in 0..<count {
                hasRun = true
                if try iterate(pipeline, body, .missing, TemplateValue(datum: .byte(index)), inner) == .breaks { return }
            }
        case .list(let value):
            for (index, element) in (value.sequence ?? value.elements).enumerated() {
                hasRun = true
                let index = TemplateValue(datum: .int(index))
                if try iterate(pipeline, body, index, TemplateValue(entry: element, in: arena), inner) == .breaks { return }
            }
        case .map(let value):
            let (keys, values) = (value.sortedKeys, value.sortedValues)
            for index in 0..<value.length {
                hasRun = true
                let key = TemplateValue(datum: .text(keys[index]))
                if try iterate(pipeline, body, key, TemplateValue(entry: values[index], in: arena), inner) == .breaks { return }
            }
        case .missing, .null: break
        default: throw failure("range can't iterate over \(GoFormat.text(of: collection.argument, in: arena))")
        }
        if !hasRun, let otherwise { _ = try run(otherwise, dot) }
    }

    private mutating func iterate(
        _ pipeline: TemplateNode.Pipeline, _ body: TemplateNode, _ index: TemplateValue, _ element: TemplateValue, _ scope: Int
    ) throws(TemplateFailure) -> Flow {
        let names = pipeline.variables
        if pipeline.isAssignment {
            if names.count > 1 {
                try set(names[0], index)
                try set(names[1], element)
            } else if let name = names.first {
                try set(name, element)
            }
        } else if !names.isEmpty {
            variables[scope - 1].value = element
            if names.count > 1 { variables[scope - 2].value = index }
        }
        defer { variables.removeSubrange(scope...) }
        return try run(body, element)
    }

    private mutating func call(_ callee: [UInt8], _ pipeline: TemplateNode?, _ dot: TemplateValue) throws(TemplateFailure) {
        guard let template = templates[callee] else {
            throw failure("template \(TemplateText.quoted(String(decoding: callee, as: UTF8.self))) not defined")
        }
        guard calls < Self.maximumCalls else { throw failure("exceeded maximum template depth (\(Self.maximumCalls))") }
        let argument = try pipeline.map { pipeline throws(TemplateFailure) in try evaluate(pipeline: pipeline, dot) } ?? .missing
        let outer = (variables, name)
        (variables, name) = ([("$", argument)], callee)
        calls += 1
        defer {
            (variables, name) = outer
            calls -= 1
        }
        _ = try run(template, argument)
    }

    // MARK: Variables

    private mutating func set(_ name: String, _ value: TemplateValue) throws(TemplateFailure) {
        guard let place = variables.lastIndex(where: { $0.name == name }) else { throw failure("undefined variable: \(name)") }
        variables[place].value = value
    }

    func value(ofVariable name: String) throws(TemplateFailure) -> TemplateValue {
        guard let found = variables.last(where: { $0.name == name }) else { throw failure("undefined variable: \(name)") }
        return found.value
    }

    /// Keeps a pipeline's value in its variables.
    mutating func keep(_ value: TemplateValue, in pipeline: TemplateNode.Pipeline) throws(TemplateFailure) {
        for name in pipeline.variables {
            if pipeline.isAssignment { try set(name, value) } else { variables.append((name, value)) }
        }
    }
}
