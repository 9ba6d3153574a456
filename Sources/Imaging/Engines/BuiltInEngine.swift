import CImaging

/// Ward's own kernel for the shipped kind of network: needs nothing installed, about twice as slow as OpenVINO.
package struct BuiltInEngine: InferenceEngine {
    package init() {}

    package var name: String { "ward built-in kernel" }
    package var fileRole: String { "kernel" }

    package func load(_ bytes: [UInt8], manifest: ModelManifest, sessions: Int) throws(ModelError) -> any LoadedNetwork {
        try BuiltInNetwork(bytes, manifest: manifest)
    }
}

/// `@unchecked Sendable`: the kernel behind the pointer is never written after it was read.
private final class BuiltInNetwork: LoadedNetwork, @unchecked Sendable {
    fileprivate let kernel: OpaquePointer
    fileprivate let manifest: ModelManifest

    init(_ bytes: [UInt8], manifest: ModelManifest) throws(ModelError) {
        var problem: UnsafePointer<CChar>?
        guard let kernel = ward_kernel_create(bytes, bytes.count, &problem) else {
            throw ModelError(
                .engineFailed, "the kernel file of \(manifest.name) is unusable: \(problem.map { String(cString: $0) } ?? "unknown")")
        }
        let heat = [1, 1, Int(ward_kernel_heat_rows(kernel)), Int(ward_kernel_heat_columns(kernel))]
        let input = [1, 1, Int(ward_kernel_input_rows(kernel)), Int(ward_kernel_input_columns(kernel))]
        let outputs = Dictionary(uniqueKeysWithValues: manifest.outputs.map { ($0.name, $0.shape) })
        guard outputs == ["prob": [1, 1], "heat": heat], manifest.inputs.map(\.shape) == [input] else {
            ward_kernel_destroy(kernel)
            throw ModelError(
                .engineFailed,
                "the kernel file of \(manifest.name) takes \(input) and gives prob [1, 1] and heat \(heat), which is not what its manifest says"
            )
        }
        self.kernel = kernel
        self.manifest = manifest
    }

    deinit {
        ward_kernel_destroy(kernel)
    }

    func makeSession() throws(ModelError) -> any InferenceSession {
        guard let session = ward_kernel_session_create(kernel) else {
            throw ModelError(.engineFailed, "there is not enough memory for a session of \(manifest.name)")
        }
        return BuiltInSession(network: self, session: session)
    }
}

/// `@unchecked Sendable`: a model's pool hands a session to one user at a time.
private final class BuiltInSession: InferenceSession, @unchecked Sendable {
    private let network: BuiltInNetwork
    private let session: OpaquePointer

    init(network: BuiltInNetwork, session: OpaquePointer) {
        self.network = network
        self.session = session
    }

    deinit {
        ward_kernel_session_destroy(session)
    }

    func run(_ input: [Float]) throws(InferenceError) -> [OutputTensor] {
        let manifest = network.manifest
        guard input.count == manifest.inputRows * manifest.inputColumns else {
            throw InferenceError(.engineFailed, "the input has \(input.count) values")
        }
        var prob: Float = 0
        var heat = [Float](repeating: 0, count: Int(ward_kernel_heat_rows(network.kernel)) * Int(ward_kernel_heat_columns(network.kernel)))
        ward_kernel_run(session, input, &heat, &prob)
        return manifest.outputs.map { spec in
            OutputTensor(name: spec.name, shape: spec.shape, values: spec.name == "prob" ? [prob] : heat)
        }
    }
}
