/// Something that can run a network. Implementations hold no request state.
package protocol InferenceEngine: Sendable {
    /// Name and version, for results and logs.
    var name: String { get }
    /// The role in `model.json` of the file that this engine reads.
    var fileRole: String { get }
    /// Loads a network from bytes whose hash was checked.
    ///
    /// - Parameter sessions: how many sessions will run at once.
    func load(_ bytes: [UInt8], manifest: ModelManifest, sessions: Int) throws(ModelError) -> any LoadedNetwork
}

/// A loaded network, shared by its sessions.
package protocol LoadedNetwork: Sendable {
    /// Memory and state for one run at a time.
    func makeSession() throws(ModelError) -> any InferenceSession
}

/// One run at a time: whoever has taken the session from its model's pool is its only user.
package protocol InferenceSession: AnyObject, Sendable {
    /// Runs the network on `rows * columns` values. Blocking.
    ///
    /// - Returns: the manifest's outputs in its order.
    func run(_ input: [Float]) throws(InferenceError) -> [OutputTensor]
}
