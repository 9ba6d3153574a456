import Synchronization

/// An admitted, loaded and warmed-up model.
package final class Model: Sendable {
    package let manifest: ModelManifest
    /// SHA-256 of `model.json` in hexadecimal; it pins the hash of every file.
    package let digest: String
    /// Name and version of the engine that runs it.
    package let engine: String
    private let network: any LoadedNetwork
    private let idle: Mutex<[any InferenceSession]>

    package var name: String { manifest.name }
    package var version: String { manifest.version }

    /// Checks hashes, loads, and proves each session with the golden image.
    init(_ files: ModelFiles, engine: any InferenceEngine, sessions: Int) throws(ModelError) {
        let network = try engine.load(try files.bytes(role: engine.fileRole), manifest: files.manifest, sessions: sessions)
        let golden = try GoldenCheck(files)
        var idle: [any InferenceSession] = []
        for _ in 0..<max(sessions, 1) {
            let session = try network.makeSession()
            try golden.run(on: session)
            idle.append(session)
        }
        self.manifest = files.manifest
        self.digest = files.digest
        self.engine = engine.name
        self.network = network
        self.idle = Mutex(idle)
    }

    /// Whether the manifest says how to prepare images of a modality.
    package func accepts(modality: String?) -> Bool {
        modality.map { manifest.modalities[$0] != nil } ?? false
    }

    /// Runs the network on prepared input of `rows * columns` values. Blocking.
    package func run(_ input: [Float]) throws(InferenceError) -> [OutputTensor] {
        let session: any InferenceSession
        if let taken = idle.withLock({ $0.popLast() }) {
            session = taken
        } else {
            // More threads than sessions: another one costs memory, not correctness.
            do {
                session = try network.makeSession()
            } catch {
                throw InferenceError(.engineFailed, error.message)
            }
        }
        defer { idle.withLock { $0.append(session) } }
        return try session.run(input)
    }

    /// Decodes, prepares and runs. Blocking.
    func infer(image: OpenedImage, header: DICOMHeader, frame: Int, isAbandoned: () -> Bool) -> Result<InferenceResult, InferenceError> {
        do throws(InferenceError) {
            let clock = ContinuousClock()
            let start = clock.now
            let pixels: PixelImage
            do {
                pixels = try image.decodePixels(header, frame: frame)
            } catch {
                throw InferenceError(image: error)
            }
            guard !isAbandoned() else { throw InferenceError(.cancelled, "nobody waits for the result any more") }
            let decoded = clock.now
            let (input, placement) = try prepare(pixels, modality: header.modality)
            let prepared = clock.now
            let outputs = try run(input)
            var timings = InferenceTimings()
            timings.decode = decoded - start
            timings.preprocess = prepared - decoded
            timings.inference = clock.now - prepared
            return .success(
                InferenceResult(
                    model: name, version: version, digest: digest, engine: engine, notice: manifest.notice, outputs: outputs,
                    peaks: peaks(outputs, placement), timings: timings))
        } catch {
            return .failure(error)
        }
    }

    private func prepare(_ image: PixelImage, modality: String?) throws(InferenceError) -> ([Float], Preprocessor.Placement) {
        guard let modality, let preparation = manifest.modalities[modality] else {
            throw InferenceError(.unsupportedModality, "model \(name) is not for this modality")
        }
        let preprocessor = Preprocessor(rows: manifest.inputRows, columns: manifest.inputColumns, window: preparation.window)
        let (input, placement) = preprocessor.prepare(image)
        return (input, placement)
    }

    /// Decodes and prepares an image for `run`, for tests and benchmarks.
    package func prepare(_ image: PixelImage, modality: String) throws(InferenceError) -> [Float] {
        try prepare(image, modality: Optional(modality)).0
    }

    private func peaks(_ outputs: [OutputTensor], _ placement: Preprocessor.Placement) -> [Peak] {
        zip(manifest.outputSpecs, outputs).compactMap { expected, output in
            expected.kind == .heatmap ? peak(of: output, placement) : nil
        }
    }

    // The highest cell, refined by the centroid of its 3x3 neighbourhood: finer than the map's stride.
    private func peak(of output: OutputTensor, _ placement: Preprocessor.Placement) -> Peak? {
        let (rows, columns) = (output.shape[2], output.shape[3])
        guard let highest = output.values.indices.max(by: { output.values[$0] < output.values[$1] }) else { return nil }
        var (weight, rowSum, columnSum) = (0.0, 0.0, 0.0)
        for row in max(highest / columns - 1, 0)...min(highest / columns + 1, rows - 1) {
            for column in max(highest % columns - 1, 0)...min(highest % columns + 1, columns - 1) {
                let value = Double(max(output.values[row * columns + column], 0))
                weight += value
                rowSum += value * Double(row)
                columnSum += value * Double(column)
            }
        }
        guard weight > 0, weight.isFinite else { return nil }
        let rowStride = Double(manifest.inputRows) / Double(rows)
        let columnStride = Double(manifest.inputColumns) / Double(columns)
        let place = placement.source(
            row: (rowSum / weight + 0.5) * rowStride - 0.5, column: (columnSum / weight + 0.5) * columnStride - 0.5)
        return Peak(output: output.name, value: output.values[highest], row: place.row, column: place.column)
    }
}
