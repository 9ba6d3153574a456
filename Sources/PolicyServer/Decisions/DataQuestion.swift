/// A question to the data API.
struct DataQuestion: Sendable {
    var path: DocumentPath
    /// The input's JSON text; `nil` leaves `input` undefined.
    var input: [UInt8]?
    var isStrict = false
    var peer: Peer
    var received: ContinuousClock.Instant

    init(path: DocumentPath, input: [UInt8]?, peer: Peer, received: ContinuousClock.Instant) {
        self.path = path
        self.input = input
        self.peer = peer
        self.received = received
    }
}

/// What the data API answers, logged already.
struct DataReply: Sendable {
    var id: String
    var revision: String
    /// The result's JSON text; `nil` when undefined.
    var result: [UInt8]?
    var preparation: Duration
    var evaluation: Duration
    /// The query did not have to be compiled for this request.
    var wasPrepared: Bool
}
