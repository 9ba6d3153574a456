import Gatekeeper
import Rego

extension JSON {
    /// The tree of a text that the engine wrote.
    init(checked text: [UInt8]) throws {
        do {
            self.init(try JSONSlice(text: text))
        } catch {
            throw APIError.internalError("the result is not JSON: \(error)")
        }
    }

    private init(_ slice: JSONSlice) {
        switch slice.kind {
        case .null: self = .null
        case .boolean: self = .bool(slice.boolean ?? false)
        case .number: self = .literal(String(decoding: slice.raw, as: UTF8.self))
        case .string: self = .string(slice.string ?? "")
        case .array: self = .array((slice.elements ?? []).map { JSON($0) })
        case .object: self = .object((slice.members ?? []).map { (name: $0.name, value: JSON($0.value)) })
        }
    }
}
