@_spi(Engine) import RegoRuntime

extension Input {
    /// The document as a value; undefined if there is none.
    ///
    /// - Parameter symbols: the heap of the program whose keys those of JSON texts are to share; `nil` for none.
    func value(in arena: Arena, symbols: FrozenHeap? = nil, limits: EvaluationLimits) throws(EvaluationError) -> Value {
        switch self {
        case .none: return .undefined
        case .value(let value):
            guard !value.isNested(deeperThan: JSONParser.defaultDepth) else {
                throw EvaluationError(code: .input, message: "input is nested deeper than \(JSONParser.defaultDepth)")
            }
            return value.makeValue(in: arena)
        case .json(let bytes):
            guard bytes.count <= limits.inputSize else {
                throw EvaluationError(code: .input, message: "input has \(bytes.count) bytes, more than \(limits.inputSize)")
            }
            var failure: JSONError?
            let value = unsafe bytes.withUnsafeBytes { buffer -> Value in
                do throws(JSONError) {
                    return unsafe try JSONParser.parse(buffer, into: arena, symbols: symbols)
                } catch {
                    failure = error
                    return .undefined
                }
            }
            if let failure { throw EvaluationError(code: .input, message: failure.description) }
            return value
        }
    }
}
