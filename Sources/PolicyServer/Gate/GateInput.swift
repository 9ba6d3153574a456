import Gatekeeper
import Imaging

/// The `input` that the gate's policy sees, but for `data`.
struct GateInput {
    let action: String
    let caller: Caller
    let model: Model
    let question: Gate.Question
    let request: InferenceRequest

    /// The whole document. All but `claimed` is established by Ward.
    func document(data: JSON) -> JSON {
        let peer = question.peer
        let client = JSON.members(
            ("address", .string(peer.address)), ("transport", .string(peer.transport.rawValue)),
            ("certificate", peer.certificate.map { .members(("subject", .string($0.subject)), ("names", .strings($0.alternativeNames))) }))
        let described = JSON.members(
            ("name", .string(model.name)), ("version", .string(model.version)), ("sha256", .string(model.digest)))
        return .members(
            ("action", .string(action)), ("user", caller.document), ("data", data), ("model", described), ("client", client),
            ("claimed", .members(("purpose", request.purpose.map { .string($0) }))))
    }
}
