@_spi(Engine) import RegoRuntime

extension TemplateRenderer {
    /// A pipeline's value, which is kept in its variables.
    mutating func evaluate(pipeline node: TemplateNode, _ dot: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        guard case .pipeline(let pipeline) = node.kind else { return .missing }
        at(node)
        var value: TemplateValue?
        for command in pipeline.commands {
            guard case .command(let words) = command.kind else { continue }
            value = try evaluate(command, words, dot, previous: value).content
        }
        let result = value ?? .missing
        try keep(result, in: pipeline)
        return result
    }

    private mutating func evaluate(
        _ command: TemplateNode, _ words: [TemplateNode], _ dot: TemplateValue, previous: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        try step()
        let first = words[0]
        let hasArguments = words.count > 1 || previous != nil
        switch first.kind {
        case .field(let names):
            at(first)
            return try follow(names, from: dot, dot, words, previous)
        case .chain(let base, let names): return try chain(first, base, names, dot, words, previous)
        case .identifier(let name):
            at(first)
            return try call(name, command, Array(words.dropFirst()), dot, previous)
        case .pipeline:
            if hasArguments { throw noFunction(first) }
            return try evaluate(pipeline: first, dot)
        case .variable(let names): return try variable(first, names, dot, words, previous)
        default: break
        }
        at(first)
        if hasArguments { throw noFunction(first) }
        return try constant(first, dot)
    }

    private func noFunction(_ node: TemplateNode) -> TemplateFailure {
        failure("can't give argument to non-function \(node.source)")
    }

    /// A value that stands for itself.
    private func constant(_ node: TemplateNode, _ dot: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        switch node.kind {
        case .dot: return dot
        case .bool(let value): return TemplateValue(datum: .bool(value))
        case .string(let text, _): return TemplateValue(datum: .text(text.withUnsafeBufferPointer { .string($0, in: arena) }))
        case .number(let number, let text):
            let isInteger = text.hasPrefix("'") || (text.lowercased().hasPrefix("0x") && !text.contains { "pP".contains($0) })
            if let complex = number.complex { return TemplateValue(datum: .complex(complex.real, complex.imaginary)) }
            if let double = number.double, !isInteger, text.contains(where: { ".eEpP".contains($0) }) {
                return TemplateValue(datum: .double(double))
            }
            if let integer = number.integer { return TemplateValue(datum: .int(Int(integer))) }
            throw failure("\(text) overflows int")
        case .nil: throw failure("nil is not a command")
        default: throw failure("can't evaluate command \(TemplateText.quoted(node.source))")
        }
    }

    // MARK: Fields

    private mutating func variable(
        _ node: TemplateNode, _ names: [String], _ dot: TemplateValue, _ words: [TemplateNode], _ previous: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        at(node)
        let value = try value(ofVariable: names[0])
        if names.count == 1 {
            if words.count > 1 || previous != nil { throw noFunction(node) }
            return value
        }
        return try follow(Array(names.dropFirst()), from: value, dot, words, previous)
    }

    private mutating func chain(
        _ node: TemplateNode, _ base: TemplateNode, _ names: [String], _ dot: TemplateValue, _ words: [TemplateNode],
        _ previous: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        at(node)
        return try follow(names, from: try argument(base, dot), dot, words, previous)
    }

    /// Takes fields one after another; only the last may be a method, which takes the arguments.
    private mutating func follow(
        _ names: [String], from start: TemplateValue, _ dot: TemplateValue, _ words: [TemplateNode], _ previous: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        var value = start
        for (index, name) in names.enumerated() {
            let isLast = index == names.count - 1
            value = try field(name, of: value, isLast ? max(words.count - 1, 0) + (previous == nil ? 0 : 1) : 0)
        }
        return value
    }

    private func field(_ name: String, of receiver: TemplateValue, _ argumentCount: Int) throws(TemplateFailure) -> TemplateValue {
        switch receiver.datum {
        case .missing: return .missing
        case .null: throw failure("nil pointer evaluating \(receiver.typeName).\(name)")
        case .number(let text) where name == "String" || name == "Int64" || name == "Float64":
            guard argumentCount == 0 else { throw failure("wrong number of args for \(name): want 0 got \(argumentCount)") }
            return try method(name, of: text)
        case .map(let map):
            if argumentCount > 0 { throw failure("\(name) is not a method but has arguments") }
            let value = map.lookup(.string(name, in: arena))
            return value.isUndefined ? .missing : TemplateValue(entry: value, in: arena)
        default: throw failure("can't evaluate field \(name) in type \(receiver.typeName)")
        }
    }

    /// What `json.Number` can do.
    private func method(_ name: String, of text: Value) throws(TemplateFailure) -> TemplateValue {
        let digits = text.swiftString
        switch name {
        case "Int64":
            guard let integer = Int64(digits) else {
                let why = digits.allSatisfy { $0.isNumber || $0 == "-" } ? "value out of range" : "invalid syntax"
                throw failure("error calling Int64: strconv.ParseInt: parsing \(TemplateText.quoted(digits)): \(why)")
            }
            return TemplateValue(datum: .int(Int(integer)))
        case "Float64":
            guard let double = Double(digits), double.isFinite else {
                throw failure("error calling Float64: strconv.ParseFloat: parsing \(TemplateText.quoted(digits)): value out of range")
            }
            return TemplateValue(datum: .double(double))
        default: return TemplateValue(datum: .text(text))
        }
    }

    // MARK: Calls

    /// An argument of a function that takes any value.
    private mutating func argument(_ node: TemplateNode, _ dot: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        at(node)
        switch node.kind {
        case .dot: return dot
        case .nil: return .missing
        case .field(let names): return try follow(names, from: dot, dot, [], nil)
        case .variable(let names): return try variable(node, names, dot, [], nil)
        case .pipeline: return try evaluate(pipeline: node, dot)
        case .identifier(let name): return try call(name, node, [], dot, nil)
        case .chain(let base, let names): return try chain(node, base, names, dot, [], nil)
        default: return try constant(node, dot)
        }
    }

    /// An argument that has to be a string.
    private mutating func text(_ node: TemplateNode, _ dot: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        switch node.kind {
        case .nil:
            at(node)
            throw failure("cannot assign nil to string")
        case .bool, .number:
            at(node)
            throw failure("expected string; found \(node.source)")
        default: return try text(try argument(node, dot))
        }
    }

    private func text(_ value: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        switch value.datum {
        case .text: return value
        case .missing: throw failure("invalid value; expected string")
        case .null: throw failure("wrong type for value; expected string; got \(value.typeName)")
        default: throw failure("wrong type for value; expected string; got \(value.contentTypeName)")
        }
    }

    /// - Parameter node: What a failure of the function is reported at.
    private mutating func call(
        _ name: String, _ node: TemplateNode, _ words: [TemplateNode], _ dot: TemplateValue, _ previous: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        let count = words.count + (previous == nil ? 0 : 1)
        let (least, isVariadic) = TemplateFunctions.arity(of: name)
        if isVariadic, count < least { throw failure("wrong number of args for \(name): want at least \(least) got \(words.count)") }
        if !isVariadic, count != least { throw failure("wrong number of args for \(name): want \(least) got \(count)") }
        if name == "and" || name == "or" {
            // These look at no more arguments than they need.
            var value = TemplateValue.missing
            for word in words {
                value = try argument(word, dot)
                if value.isTrue == (name == "or") { return value }
            }
            return previous ?? value
        }
        var arguments: [TemplateValue] = []
        for (index, word) in words.enumerated() {
            arguments.append(name == "printf" && index == 0 ? try text(word, dot) : try argument(word, dot))
        }
        if let previous { arguments.append(name == "printf" && words.isEmpty ? try text(previous) : previous) }
        do throws(TemplateFunctions.Fault) {
            return try TemplateFunctions.call(name, arguments, callee: words.first?.source, in: arena)
        } catch {
            at(node)
            throw failure("error calling \(name): \(error.message)")
        }
    }
}
