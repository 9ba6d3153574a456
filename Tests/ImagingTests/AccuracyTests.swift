import Imaging
import Testing

@Suite("Accuracy on phantoms that no training saw")
struct AccuracyTests {
    private static let engine: EngineChoice = .openVINOOrBuiltIn(directory: nil)

    @Test("nodules are found and placed, through DICOM, window and network")
    func accuracy() throws {
        let options = ModelLoadOptions(engine: Self.engine, sessions: 1, admission: .inProcess)
        let model = try #require(try ModelRegistry.load(directory: Repository.model, options: options)["ct-nodule"])
        let reader = DICOMReader()
        var (positive, negative): ([Float], [Float]) = ([], [])
        var near = 0
        for index in 0..<100 {
            let phantom = Phantom(seed: UInt64(50_000 + index), withNodule: index % 2 == 0)
            let bytes = phantom.dicom()
            let pixels = try reader.decodePixels(bytes: bytes, header: try reader.readHeader(bytes: bytes))
            let outputs = try model.run(try model.prepare(pixels, modality: "CT"))
            let prob = try #require(outputs.first { $0.name == "prob" }?.values.first)
            if let nodule = phantom.nodule {
                positive.append(prob)
                let heat = try #require(outputs.first { $0.name == "heat" }).values
                let cell = try #require(heat.indices.max { heat[$0] < heat[$1] })
                let (row, column) = (Double(cell / 32) * 8 + 3.5, Double(cell % 32) * 8 + 3.5)
                let distance = ((row - nodule.row) * (row - nodule.row) + (column - nodule.column) * (column - nodule.column)).squareRoot()
                if distance <= 8 { near += 1 }
            } else {
                negative.append(prob)
            }
        }
        let right = positive.filter { $0 >= 0.5 }.count + negative.filter { $0 < 0.5 }.count
        let ordered = positive.reduce(0) { sum, value in sum + negative.filter { $0 < value }.count }
        let auc = Double(ordered) / Double(positive.count * negative.count)
        print("accuracy \(Double(right) / 100), AUC \(auc), peak within 8 pixels \(Double(near) / 50), engine \(model.engine)")
        #expect(right >= 92)
        #expect(auc >= 0.96)
        #expect(near >= 46)
    }

    @Test("an image of twice the size gives the same answer and its own coordinates")
    func resampled() async throws {
        let folder = try TemporaryFolder()
        let phantom = Phantom(seed: 50_002, withNodule: true)
        try writeFile(phantom.dicom(), "\(folder.path)/1.dcm")
        try writeFile(phantom.dicom(factor: 2), "\(folder.path)/2.dcm")
        let store = try ImageStore(name: "phantoms", root: folder.path)
        let options = ModelLoadOptions(engine: Self.engine, sessions: 2, admission: .inProcess)
        let model = try #require(try ModelRegistry.load(directory: Repository.model, options: options)["ct-nodule"])
        let worker = try InferenceWorker()
        var results: [InferenceResult] = []
        for name in ["1.dcm", "2.dcm"] {
            let image = try store.open(relativePath: name)
            results.append(try await worker.infer(model: model, image: image, header: try image.readHeader(), timeout: .seconds(60)))
        }
        await worker.shutdown()
        let nodule = try #require(phantom.nodule)
        for (result, factor) in zip(results, [1.0, 2.0]) {
            let peak = try #require(result.peaks.first)
            #expect(
                abs(Double(peak.row) - nodule.row * factor) <= 6 * factor && abs(Double(peak.column) - nodule.column * factor) <= 6 * factor
            )
            #expect(result.notice.contains("Not for clinical use"))
            #expect(result.timings.total >= result.timings.inference)
        }
        #expect(abs((results[0].outputs[0].values.first ?? 0) - (results[1].outputs[0].values.first ?? 1)) < 1e-3)
    }

    @Test("an MR image runs through the same pipeline, an ultrasound image is refused")
    func modalities() async throws {
        let folder = try TemporaryFolder()
        for modality in ["MR", "US"] {
            let pixels = (0..<2 * 60 * 90).map { UInt8(truncatingIfNeeded: $0 % 2 == 0 ? $0 &* 7 : 3) }
            try writeFile(
                DICOMBuilder.image(rows: 60, columns: 90, modality: modality, pixels: pixels).file, "\(folder.path)/\(modality).dcm")
        }
        let store = try ImageStore(name: "phantoms", root: folder.path)
        let model = try #require(try ModelRegistry.load(directory: Repository.model, options: builtIn)["ct-nodule"])
        let worker = try InferenceWorker()
        let mr = try store.open(relativePath: "MR.dcm")
        let result = try await worker.infer(model: model, image: mr, header: try mr.readHeader(), timeout: .seconds(60))
        #expect(result.outputs.map(\.name) == ["prob", "heat"])
        #expect(result.outputs.allSatisfy { $0.values.allSatisfy { $0 >= 0 && $0 <= 1 } })
        let us = try store.open(relativePath: "US.dcm")
        let header = try us.readHeader()
        await #expect(throws: InferenceError(.unsupportedModality, "")) { try await worker.infer(model: model, image: us, header: header) }
        await worker.shutdown()
    }
}
