extension Input {
    /// A Swift value as the input document.
    ///
    /// - Throws: `EncodingError`, whose coding path says which part has no form in Rego.
    public static func encoding(_ value: some Encodable) throws -> Input { .value(try RegoEncoder().encode(value)) }
}

extension Answer {
    /// The decision as a Swift value; `nil` when undefined.
    ///
    /// - Throws: `DecodingError`, whose coding path says which part of the decision does not fit the type.
    public func decode<Decision: Decodable>(_ type: Decision.Type = Decision.self) throws -> Decision? {
        try value.map { try RegoDecoder().decode(type, from: $0) }
    }
}

extension PreparedQuery {
    /// Asks about a Swift value and reads the decision as another; `nil` when undefined.
    ///
    /// ```swift
    /// struct Request: Encodable { var user: User; var action: String }
    /// struct Decision: Decodable { var allow: Bool; var reasons: Set<String> }
    /// guard let decision = try query.decide(Decision.self, input: request), decision.allow else { return refuse() }
    /// ```
    ///
    /// - Throws: `EvaluationError` if the evaluation ended without an answer, `EncodingError` or `DecodingError` if a value does not fit.
    public func decide<Decision: Decodable>(
        _ type: Decision.Type = Decision.self, input: some Encodable, limits: EvaluationLimits = EvaluationLimits()
    ) throws -> Decision? {
        try evaluate(.encoding(input), limits: limits).decode(type)
    }

    /// Asks without an input document and reads the decision as a Swift value; `nil` when undefined.
    ///
    /// - Throws: `EvaluationError` if the evaluation ended without an answer, `DecodingError` if the decision does not fit the type.
    public func decide<Decision: Decodable>(
        _ type: Decision.Type = Decision.self, limits: EvaluationLimits = EvaluationLimits()
    ) throws -> Decision? {
        try evaluate(limits: limits).decode(type)
    }
}
