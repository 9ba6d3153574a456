import Gatekeeper

/// A request of the Open Inference Protocol v2 that names its image by reference.
///
/// Two forms: `parameters` with `store` and `path`, or one input of datatype `BYTES` and shape `[1]` whose element is `store/path`.
/// Nothing else that the caller says becomes a fact; `parameters.purpose` reaches the policy as `input.claimed.purpose`.
struct InferenceRequest: Sendable, Equatable {
    /// Repeated in the answer.
    var id: String?
    var store: String
    var path: String
    /// The caller's word on why it asks (HL7 PurposeOfUse): `TREAT`, `ETREAT`.
    var purpose: String?
    /// The outputs that are wanted; `nil` for all.
    var outputs: [String]?

    /// Why a body is not such a request.
    struct Malformed: Error, Equatable {
        let message: String
    }

    init(body: [UInt8]) throws(Malformed) {
        do throws(MalformedJSON) {
            let request = try JSONSlice(text: body, depth: 64).object("the body")
            id = try Self.text(request["id"], "id", limit: 256)
            let parameters = try request["parameters"]?.object("parameters") ?? [:]
            purpose = try Self.text(parameters["purpose"], "parameters.purpose", limit: 256)
            let named = try Self.named(parameters)
            let tensor = try request["inputs"].flatMap { inputs throws(MalformedJSON) in try Self.reference(inputs) }
            switch (named, tensor) {
            case (let image?, nil), (nil, let image?): (store, path) = image
            case (_?, _?): throw MalformedJSON(message: "name the image in parameters or in inputs, not in both", offset: 0)
            case (nil, nil):
                throw MalformedJSON(message: "name an image: parameters.store and parameters.path, or one BYTES input", offset: 0)
            }
            outputs = try request["outputs"].map { list throws(MalformedJSON) in try Self.names(list) }
        } catch {
            throw Malformed(message: error.offset > 0 ? error.description : error.message)
        }
    }

    private static func text(_ value: JSONSlice?, _ name: String, limit: Int) throws(MalformedJSON) -> String? {
        guard let value, value.kind != .null else { return nil }
        guard let text = value.string, text.utf8.count <= limit else {
            throw MalformedJSON(message: "\(name) must be a string of at most \(limit) bytes", offset: 0)
        }
        return text
    }

    private static func named(_ parameters: [String: JSONSlice]) throws(MalformedJSON) -> (String, String)? {
        let store = try text(parameters["store"], "parameters.store", limit: 256)
        let path = try text(parameters["path"], "parameters.path", limit: 4096)
        guard store != nil || path != nil else { return nil }
        guard let store, let path else { throw MalformedJSON(message: "parameters.store and parameters.path go together", offset: 0) }
        return (store, path)
    }

    /// The image of `inputs`; `nil` for an empty list.
    private static func reference(_ inputs: JSONSlice) throws(MalformedJSON) -> (String, String)? {
        guard let elements = inputs.elements else { throw MalformedJSON(message: "inputs must be a list", offset: 0) }
        guard let first = elements.first else { return nil }
        let input = try first.object("inputs[0]")
        let shape = input["shape"]?.elements?.map(\.integer)
        guard elements.count == 1, input["datatype"]?.string == "BYTES", shape == [1] else {
            throw MalformedJSON(message: "images are taken by reference: one input of datatype BYTES and shape [1]", offset: 0)
        }
        guard let data = input["data"]?.elements, data.count == 1, let reference = data[0].string, reference.utf8.count <= 4352,
            let slash = reference.utf8.firstIndex(of: UInt8(ascii: "/"))
        else { throw MalformedJSON(message: "inputs[0].data must be one string: store/path", offset: 0) }
        return (String(reference[..<slash]), String(reference[reference.utf8.index(after: slash)...]))
    }

    private static func names(_ list: JSONSlice) throws(MalformedJSON) -> [String] {
        guard let elements = list.elements, elements.count <= 64 else { throw MalformedJSON(message: "outputs must be a list", offset: 0) }
        var names: [String] = []
        for element in elements {
            guard let name = try element.object("outputs[]")["name"]?.string else {
                throw MalformedJSON(message: "each of outputs needs a name", offset: 0)
            }
            names.append(name)
        }
        return names
    }
}
