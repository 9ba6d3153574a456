/// Rego modules and JSON documents by a grammar, where the bytes choose: equal bytes make equal texts, and every text is well formed.
struct ModuleGenerator {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var nextVariable = 0
    private var variables: [String] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A number below a bound; zero when no bytes are left.
    mutating func pick(_ bound: Int) -> Int {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        var choice = Int(bytes[position])
        if bound > 256, position + 1 < bytes.count {
            position += 1
            choice = choice << 8 | Int(bytes[position])
        }
        return choice % max(bound, 1)
    }

    private mutating func choose(_ options: [String]) -> String { options[pick(options.count)] }

    // MARK: JSON

    private static let scalars = [
        "null", "true", "false", "0", "1", "-1", "2", "-0", "1.0", "0.5", "1e8", "1e308", "1e-308", "1e400", "5e-324", "-1e999999999",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551616", "123456789012345678901234567890",
        "4294967296", "65536", "1000000", "0.1", "3.5", "100", "-7", "63", "64", #""""#, #""a""#, #""b""#, #""a.b.c""#, #""é日本""#,
        #""\u0000""#,
        #""\ud800""#, #""%s %d %v""#, #""%*d%[9]s%1000000d""#, #""(a*)*b""#, #""[""#, #""\\""#, #""10.0.0.0/8""#, #""::1/129""#,
        #""255.255.255.255""#,
        #""2024-02-30T25:61:61Z""#, #""2006-01-02T15:04:05Z07:00""#, #""1h2m""#, #""-9223372036854775808ns""#, #""UTC""#,
        #""America/New_York""#,
        #""1.2.3-rc.1+x""#, #""10Ki""#, #""1e9999Mi""#, #""{\"a\": [1, 2]}""#, #""a: &x [*x]""#, #""- 1\n- {b: c}""#, #""aGVsbG8=""#,
        #""68656c6c6f""#,
        #""eyJhbGciOiJIUzI1NiJ9.e30.x""#, #""-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----""#,
        #""https://x:y@h:99/p?q=%zz#f""#,
        #""/a/b/0""#, #""a/~1/~0""#, #""query { a(b: {c: [1]}) { ...F } } fragment F on A { b }""#, #""type Query { a: Int }""#,
        #""{{ .a }}{{range $x := .b}}{{end}}""#,
        #""add""#, #""replace""#, #""**.b""#, #""{a,b}*[!c]?""#, #""$0${1}\\1""#, #""sha256""#, #""HS256""#,
    ]

    private static let keys = [
        "a", "b", "c", "op", "path", "value", "from", "type", "properties", "items", "$ref", "alg", "k", "kty", "pattern", "",
    ]

    /// A document, with values that are often at a builtin's limits.
    mutating func json() -> String {
        depth += 1
        defer { depth -= 1 }
        switch pick(depth > 4 ? 5 : 9) {
        case 0...4: return choose(Self.scalars)
        case 5, 6: return "[" + (0..<pick(5)).map { _ in json() }.joined(separator: ",") + "]"
        case 7: return "{" + (0..<pick(5)).map { _ in "\"\(choose(Self.keys))\":\(json())" }.joined(separator: ",") + "}"
        default: return "\"" + String(repeating: choose(["a", "é", "(", "[", "{", "%", "/", " ", "1", "."]), count: pick(300)) + "\""
        }
    }

    // MARK: Modules

    private static let calls: [(String, Int)] = [
        ("count", 1), ("sum", 1), ("max", 1), ("sort", 1), ("abs", 1), ("sprintf", 2), ("concat", 2), ("split", 2), ("numbers.range", 2),
        ("object.get", 3), ("object.union", 2), ("array.concat", 2), ("json.marshal", 1), ("walk", 1), ("regex.match", 2), ("is_number", 1),
        ("to_number", 1), ("union", 1), ("p.f", 1), ("g", 2), ("startswith", 2), ("trim", 2), ("type_name", 1), ("json.patch", 2),
    ]

    /// A module of package `p`, in v1.
    mutating func module() -> String {
        var text = "package p\n\n"
        for index in 0..<(1 + pick(6)) { text += rule(index) + "\n" }
        return text + "f(x) := x\ng(x, y) := [x, y] if x != y\n"
    }

    private mutating func rule(_ index: Int) -> String {
        variables = []
        let name = "r\(pick(4))"
        switch pick(8) {
        case 0: return "\(name) contains \(term()) if {\n\(body())}\n"
        case 1: return "\(name)[\(term())] := \(term()) if {\n\(body())}\n"
        case 2: return "default d\(index) := \(choose(Self.scalars.prefix(20).map { $0 }))\n\nd\(index) := \(term()) if {\n\(body())}\n"
        case 3:
            variables = ["x"]
            return "h\(index)(x) := \(term()) if {\n\(body())}\n"
        case 4: return "s\(index) := \(term()) if {\n\(body())} else := \(term()) if {\n\(body())} else := 1\n"
        case 5: return "\(name).a[\(term())].b := \(term()) if {\n\(body())}\n"
        default: return "t\(index) := \(term()) if {\n\(body())}\n"
        }
    }

    private mutating func body() -> String {
        (0..<(1 + pick(4))).map { _ in "\t\(expression())\n" }.joined()
    }

    private mutating func declared() -> String {
        nextVariable += 1
        let name = "v\(nextVariable)"
        variables.append(name)
        return name
    }

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        switch pick(depth > 3 ? 4 : 10) {
        case 0:
            let value = term()
            return "\(declared()) := \(value)"
        case 1:
            let collection = term()
            return "some \(declared()) in \(collection)"
        case 2: return "\(term()) \(choose(["==", "!=", "<", "<=", ">", ">=", "="])) \(term())"
        case 3: return term()
        case 4: return "not \(term())"
        case 5:
            let (collection, known) = (term(), variables)
            let name = declared()
            let inner = expression()
            variables = known
            return "every \(name) in \(collection) { \(inner) }"
        case 6: return "\(term()) with input as \(term())"
        case 7: return "\(term()) with data.p.\(choose(["r0", "r1", "q"])) as \(term())"
        case 8:
            let collection = term()
            return "some \(declared()), \(declared()) in \(collection)"
        default: return "[\(declared()), \(declared())] = \(term())"
        }
    }

    private mutating func term() -> String {
        depth += 1
        defer { depth -= 1 }
        switch pick(depth > 5 ? 5 : 14) {
        case 0, 1: return choose(Self.scalars.filter { !$0.contains("\\ud800") && !$0.contains("e999999999") })
        case 2: return variables.isEmpty ? "input" : choose(variables)
        case 3:
            return choose([
                "input", "input.a", "input.a.b", "input[0]", "input[_]", "data.a", "data.b[_]", "data.p.r0", "data.p.r1", "r2", "data.p",
            ])
        case 4: return variables.isEmpty ? "input.b[_]" : "\(choose(variables))[_]"
        case 5: return "[" + (0..<pick(4)).map { _ in term() }.joined(separator: ", ") + "]"
        case 6: return "{" + (0...pick(3)).map { _ in term() }.joined(separator: ", ") + "}"
        case 7: return "{" + (0..<pick(3)).map { _ in "\(term()): \(term())" }.joined(separator: ", ") + "}"
        case 8, 9:
            let (name, arity) = Self.calls[pick(Self.calls.count)]
            return "\(name == "p.f" ? "f" : name)(" + (0..<arity).map { _ in term() }.joined(separator: ", ") + ")"
        case 10: return "(\(term()) \(choose(["+", "-", "*", "/", "%", "&", "|"])) \(term()))"
        default: return comprehension()
        }
    }

    private mutating func comprehension() -> String {
        let known = variables
        defer { variables = known }
        let kind = pick(3)
        let expressions = (0...pick(2)).map { _ in expression() }.joined(separator: "; ")
        switch kind {
        case 0: return "[\(term()) | \(expressions)]"
        case 1: return "{\(term()) | \(expressions)}"
        default: return "{\(term()): \(term()) | \(expressions)}"
        }
    }
}
