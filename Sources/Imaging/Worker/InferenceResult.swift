/// One output of a network.
package struct OutputTensor: Hashable, Sendable {
    package let name: String
    /// Always `FP32`, in the words of the Open Inference Protocol.
    package var datatype: String { "FP32" }
    package let shape: [Int]
    /// Row by row, as many as the shape's product.
    package let values: [Float]
}

/// The place where a heat map is highest.
package struct Peak: Hashable, Sendable {
    /// The output's name.
    package let output: String
    /// The map's value there.
    package let value: Float
    /// In pixels of the source image, from 0.
    package let row: Int
    /// In pixels of the source image, from 0.
    package let column: Int
}

/// How long the steps of one request took.
package struct InferenceTimings: Hashable, Sendable {
    /// Waiting for a thread.
    package internal(set) var queued: Duration = .zero
    /// From file to pixels.
    package internal(set) var decode: Duration = .zero
    /// From pixels to the network's input.
    package internal(set) var preprocess: Duration = .zero
    /// The network.
    package internal(set) var inference: Duration = .zero
    /// From acceptance to the result.
    package internal(set) var total: Duration = .zero
}

/// What a model said about one image, and which model it was.
package struct InferenceResult: Sendable {
    package let model: String
    package let version: String
    /// SHA-256 of the model's manifest, in hexadecimal.
    package let digest: String
    /// The engine that ran it, with its version.
    package let engine: String
    /// What a reader must be told with every result.
    package let notice: String
    package let outputs: [OutputTensor]
    /// One for each output that is a heat map.
    package let peaks: [Peak]
    package internal(set) var timings: InferenceTimings
}
