@_spi(Engine) import RegoRuntime
import Testing

private func lengthOf(_ frame: UnsafeMutableRawPointer) {
    let call = BuiltinCall(frame)
    switch call[0].tag {
    case .string: call.return(.integer(call[0].codePointCount))
    case .array, .object, .set: call.return(.integer(call[0].length))
    default: call.failType(0, "array", "object", "set", "string")
    }
}

private func joined(_ frame: UnsafeMutableRawPointer) {
    let call = BuiltinCall(frame)
    guard let separator = call.string(0), let parts = call.strings(1) else { return }
    call.return(parts.map(\.swiftString).joined(separator: separator.swiftString))
}

private func quotient(_ frame: UnsafeMutableRawPointer) {
    let call = BuiltinCall(frame)
    guard let a = call.number(0), let b = call.number(1) else { return }
    call.return { () throws(ArithmeticError) in try Value.divide(a, b, in: call.arena) }
}

private func operands(_ frame: UnsafeMutableRawPointer) {
    let call = BuiltinCall(frame)
    guard call.integer(0) != nil, call.object(1) != nil, call.set(2) != nil, call.array(3) != nil, call.boolean(4) != nil else { return }
    guard call.bigInteger(5) != nil else { return }
    call.return(true)
}

private func modes(_ frame: UnsafeMutableRawPointer) {
    BuiltinCall(frame).failChoice(1, "sha256", "md5")
}

@Suite struct BuiltinTests {
    static let registry = BuiltinRegistry([
        [
            BuiltinDefinition("count", arity: 1, implementation: lengthOf), BuiltinDefinition("concat", arity: 2, implementation: joined),
            BuiltinDefinition("div", arity: 2, implementation: quotient),
        ],
        [BuiltinDefinition("operands", arity: 6, implementation: operands), BuiltinDefinition("hmac", arity: 2, implementation: modes)],
    ])

    /// Calls a builtin on the elements of a JSON array; `{"$set": […]}` stands for a set.
    private func call(_ name: String, _ json: String) throws -> (result: String?, failure: BuiltinFailure?) {
        let context = BuiltinContext()
        return try withArena { arena in
            let arguments = try read(json, arena).elements.map { element in
                let members = element.lookup(.string("$set", in: arena))
                guard members.isDefined else { return element }
                let set = SetBuilder(in: arena)
                for member in members.elements { set.insert(member) }
                return set.finish()
            }
            let definition = try #require(BuiltinTests.registry.definition(named: name))
            #expect(definition.arity == arguments.count)
            return arguments.withUnsafeBufferPointer { arguments in
                var frame = BuiltinFrame(
                    arguments: arguments.baseAddress!, count: arguments.count, arena: arena, context: .passUnretained(context),
                    name: definition.name)
                definition.implementation(&frame)
                #expect(frame.hasFailed == !context.failures.isEmpty)
                return (frame.result.isDefined ? frame.result.jsonText() : nil, context.failures.last)
            }
        }
    }

    @Test(arguments: [
        ("count", "[[1,2]]", "2"), ("count", #"["héé"]"#, "3"), ("concat", #"["-",["a","b"]]"#, #""a-b""#),
        ("concat", #"["",{"$set":["b","a"]}]"#, #""ab""#),
        ("div", "[7,2]", "3.5"), ("operands", #"[1,{},{"$set":[]},[],false,1e30]"#, "true"),
    ])
    func results(name: String, arguments: String, expected: String) throws {
        let (result, failure) = try call(name, arguments)
        #expect(result == expected && failure == nil)
    }

    @Test(arguments: [
        ("count", "[1]", BuiltinFailureKind.type, "count: operand 1 must be one of {array, object, set, string} but got number"),
        ("concat", "[null,[]]", .type, "concat: operand 1 must be string but got null"),
        ("concat", #"["",7]"#, .type, "concat: operand 2 must be one of {array, set} but got number"),
        ("concat", #"["",["a",true]]"#, .type, "concat: operand 2 must be array of strings but got array containing boolean"),
        ("concat", #"["",{"$set":[[]]}]"#, .type, "concat: operand 2 must be set of strings but got set containing array"),
        ("div", "[1,0]", .builtin, "div: divide by zero"),
        ("operands", #"[1.5,1,1,1,1,1]"#, .type, "operands: operand 1 must be integer number but got floating-point number"),
        ("operands", #"[1,1,1,1,1,1]"#, .type, "operands: operand 2 must be object but got number"),
        ("operands", #"[1,{},[],1,1,1]"#, .type, "operands: operand 3 must be set but got array"),
        ("operands", #"[1,{},{"$set":[]},"",1,1]"#, .type, "operands: operand 4 must be array but got string"),
        ("operands", #"[1,{},{"$set":[]},[],{},1]"#, .type, "operands: operand 5 must be boolean but got object"),
        ("operands", #"[1,{},{"$set":[]},[],true,{"$set":[]}]"#, .type, "operands: operand 6 must be integer but got set"),
        ("hmac", "[1,2]", .type, "hmac: operand 2 must be one of {sha256, md5}"),
    ])
    func failures(name: String, arguments: String, kind: BuiltinFailureKind, message: String) throws {
        let (result, failure) = try call(name, arguments)
        #expect(result == nil)
        #expect(failure == BuiltinFailure(kind: kind, message: message))
    }

    @Test func registryFindsNames() {
        let registry = BuiltinTests.registry
        #expect(registry.count == 5)
        for index in 0..<registry.count { #expect(registry.index(of: "\(registry[index].name)") == index) }
        #expect(registry.index(of: "") == nil && registry.index(of: "coun") == nil && registry.definition(named: "countt") == nil)
        #expect(BuiltinRegistry([]).index(of: "count") == nil)
    }

    private final class Pattern {
        let text: String
        init(_ text: String) { self.text = text }
    }

    @Test func cachesKeepWhatIsUsed() {
        let context = BuiltinContext()
        withArena { arena in
            let cache = context.cache(of: Pattern.self)
            let favourite = Value.string("favourite", in: arena)
            cache.insert(Pattern("favourite"), for: favourite)
            for number in 0..<2000 {
                let key = Value.string("pattern \(number)", in: arena)
                #expect(cache.object(for: key) == nil)
                cache.insert(Pattern("pattern \(number)"), for: key)
                #expect((cache.object(for: key) as? Pattern)?.text == "pattern \(number)")
                #expect((cache.object(for: favourite) as? Pattern)?.text == "favourite")
            }
            #expect(context.cache(of: Pattern.self) === cache)
        }
    }

    @Test func contextsForgetOneEvaluation() {
        let context = BuiltinContext()
        context.remember("id", for: "uuid")
        context.failures.append(BuiltinFailure(kind: .builtin, message: "x: y"))
        context.cancellation = Cancellation()
        context.cancellation?.cancel()
        #expect(context.isCancelled && context.remembered("uuid") == "id")
        context.reset()
        context.time = 42
        #expect(context.time == 42 && context.failures.isEmpty && context.remembered("uuid") == nil && !context.isCancelled)
    }

    @Test func seededRandomNumbersRepeat() {
        var (a, b, c) = (BuiltinRandom(seed: 1), BuiltinRandom(seed: 1), BuiltinRandom(seed: 2))
        let first = (0..<10).map { _ in a.next() }
        #expect(first == (0..<10).map { _ in b.next() })
        #expect(first != (0..<10).map { _ in c.next() })
    }
}
