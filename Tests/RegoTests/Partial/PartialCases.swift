import Rego
import Testing

/// Queries with what OPA leaves of them, from `cases.json`.
struct PartialCase: CustomTestStringConvertible, Sendable {
    let number: Int
    let query: String
    let modules: [String]
    let data: RegoValue
    let input: RegoValue?
    let options: PartialOptions
    let wantQueries: [String]
    let wantSupport: [String]

    var testDescription: String { "\(number): \(query) | \(modules.joined(separator: " | "))" }

    init(number: Int, _ value: RegoValue) {
        self.number = number
        query = value["query"]?.string ?? ""
        modules = value["modules"].map(Self.texts) ?? []
        data = value["data"] ?? [:]
        input = value["input"]
        var options = PartialOptions()
        if let unknowns = value["unknowns"] { options.unknowns = Self.texts(unknowns) }
        if let disabled = value["disabledInlining"] { options.disabledInlining = Self.texts(disabled) }
        options.shallowInlining = value["shallow"] == true
        options.nondeterministicBuiltins = value["nondeterministic"] == true
        self.options = options
        wantQueries = value["queries"].map(Self.texts) ?? []
        wantSupport = value["support"].map(Self.texts) ?? []
    }

    private static func texts(_ value: RegoValue) -> [String] { value.array?.compactMap(\.string) ?? [] }

    static let all: [PartialCase] = {
        let path = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        guard let bytes = try? Loader.read("/\(path)/cases.json"), let file = try? RegoValue(json: bytes) else { return [] }
        return (file["cases"]?.array ?? []).enumerated().map { PartialCase(number: $0.offset, $0.element) }
    }()

    func policy() throws -> Policy {
        let modules = modules.enumerated().map { Policy.Module(name: "m\($0.offset).rego", text: $0.element) }
        return try Policy(modules: modules, data: data)
    }

    func answer() throws -> PartialAnswer {
        try policy().partial(query: query, input: input.map { .value($0) } ?? .none, options: options)
    }
}

extension PartialAnswer {
    /// The queries in an order that does not depend on that of evaluation.
    var sortedQueries: [String] { queries.sorted() }

    /// The modules' texts in an order that does not depend on their packages.
    var sortedSupport: [String] { support.map { String(decoding: $0.bytes, as: UTF8.self) }.sorted() }
}
