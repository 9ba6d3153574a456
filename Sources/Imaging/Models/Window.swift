/// Which values of an image map to 0 and to 1.
package enum Window: Hashable, Sendable {
    /// In the modality's unit (Hounsfield for CT).
    case fixed(center: Double, width: Double)
    /// From one percentile of the image's own values to another: for modalities without a scale, such as MR.
    case percentile(low: Double, high: Double)

    struct Written: Decodable {
        let kind: String
        let center: Double?
        let width: Double?
        let low: Double?
        let high: Double?

        func checked(modality: String) throws(ModelError) -> Window {
            switch (kind, center, width, low, high) {
            case ("fixed", let center?, let width?, nil, nil) where width > 0 && width.isFinite && center.isFinite:
                return .fixed(center: center, width: width)
            case ("percentile", nil, nil, let low?, let high?) where low >= 0 && low < high && high <= 100:
                return .percentile(low: low, high: high)
            default:
                throw ModelError(
                    .manifestInvalid,
                    "model.json: the window of \(modality) must be {kind: fixed, center, width > 0} or {kind: percentile, low < high}")
            }
        }
    }

    /// The bounds for an image's rescaled values.
    func bounds(of values: [Float]) -> (low: Float, high: Float) {
        switch self {
        case .fixed(let center, let width):
            return (Float(center - width / 2), Float(center + width / 2))
        case .percentile(let low, let high):
            // Every n-th value is enough for a percentile and keeps the sort short.
            let step = max(1, values.count / 16384)
            let sorted = stride(from: 0, to: values.count, by: step).map { values[$0] }.sorted()
            guard let last = sorted.indices.last else { return (0, 1) }
            func value(_ percent: Double) -> Float { sorted[Int((Double(last) * percent / 100).rounded())] }
            return (value(low), max(value(high), value(low) + 1e-6))
        }
    }
}
