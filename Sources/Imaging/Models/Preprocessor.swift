/// Turns decoded pixels into a network's input: rescale, window to 0...1, fit into the input without distortion, zeros around.
struct Preprocessor {
    /// How a place in the input maps back to the source image.
    struct Placement: Hashable, Sendable {
        /// Input pixels for one source pixel.
        let scale: Double
        let top: Int
        let left: Int
        let rows: Int
        let columns: Int

        /// The source pixel under a point of the input, which is counted in pixels with centres at whole numbers.
        func source(row: Double, column: Double) -> (row: Int, column: Int) {
            func map(_ value: Double, _ inset: Int, _ limit: Int) -> Int {
                let position = ((value - Double(inset) + 0.5) / scale - 0.5).rounded()
                return min(max(Int(position), 0), limit - 1)
            }
            return (map(row, top, rows), map(column, left, columns))
        }
    }

    let rows: Int
    let columns: Int
    let window: Window

    func prepare(_ image: PixelImage) -> (input: [Float], placement: Placement) {
        let normal = normalized(image)
        let scale = min(Double(rows) / Double(image.rows), Double(columns) / Double(image.columns))
        let height = min(max(Int((Double(image.rows) * scale).rounded()), 1), rows)
        let width = min(max(Int((Double(image.columns) * scale).rounded()), 1), columns)
        let placement = Placement(
            scale: scale, top: (rows - height) / 2, left: (columns - width) / 2, rows: image.rows, columns: image.columns)
        if height == image.rows && width == image.columns && height == rows && width == columns {
            return (normal, placement)
        }
        let horizontal = Resampling(from: image.columns, to: width)
        let vertical = Resampling(from: image.rows, to: height)
        let narrow = horizontal.applyToRows(normal, rows: image.rows)
        let small = vertical.applyToColumns(narrow, columns: width)
        var input = [Float](repeating: 0, count: rows * columns)
        for row in 0..<height {
            let target = (row + placement.top) * columns + placement.left
            input.replaceSubrange(target..<target + width, with: small[row * width..<(row + 1) * width])
        }
        return (input, placement)
    }

    private func normalized(_ image: PixelImage) -> [Float] {
        let (slope, intercept) = (Float(image.slope), Float(image.intercept))
        var values = [Float](repeating: 0, count: image.samples.count)
        if image.isUnsigned32 {
            for index in values.indices { values[index] = Float(UInt32(bitPattern: image.samples[index])) * slope + intercept }
        } else {
            for index in values.indices { values[index] = Float(image.samples[index]) * slope + intercept }
        }
        let (low, high) = window.bounds(of: values)
        let factor = 1 / (high - low)
        for index in values.indices {
            // The comparison also sends what is not a number (an absurd rescale) to zero.
            let value = (values[index] - low) * factor
            let clipped = value > 0 ? min(value, 1) : 0
            values[index] = image.isInverted ? 1 - clipped : clipped
        }
        return values
    }
}

/// Weights that resample one axis: areas when it gets shorter (no aliasing), linear interpolation when it gets longer.
struct Resampling {
    private struct Tap {
        let first: Int
        let weights: [Float]
    }

    private let source: Int
    private let taps: [Tap]

    init(from source: Int, to target: Int) {
        self.source = source
        let ratio = Double(source) / Double(target)
        self.taps = (0..<target).map { index in
            ratio > 1 ? Self.area(index, ratio, source) : Self.linear(index, ratio, source)
        }
    }

    private static func area(_ index: Int, _ ratio: Double, _ source: Int) -> Tap {
        let (start, end) = (Double(index) * ratio, min(Double(index + 1) * ratio, Double(source)))
        let first = min(Int(start), source - 1)
        let last = min(max(Int(end.rounded(.up)) - 1, first), source - 1)
        let weights = (first...last).map { max(min(end, Double($0 + 1)) - max(start, Double($0)), 0) }
        let sum = weights.reduce(0, +)
        return Tap(first: first, weights: weights.map { Float($0 / sum) })
    }

    private static func linear(_ index: Int, _ ratio: Double, _ source: Int) -> Tap {
        let position = min(max((Double(index) + 0.5) * ratio - 0.5, 0), Double(source - 1))
        let first = min(Int(position), max(source - 2, 0))
        let part = Float(position - Double(first))
        return Tap(first: first, weights: source > 1 ? [1 - part, part] : [1])
    }

    func applyToRows(_ values: [Float], rows: Int) -> [Float] {
        var result = [Float](repeating: 0, count: rows * taps.count)
        for row in 0..<rows {
            for (index, tap) in taps.enumerated() {
                var sum: Float = 0
                for (offset, weight) in tap.weights.enumerated() { sum += weight * values[row * source + tap.first + offset] }
                result[row * taps.count + index] = sum
            }
        }
        return result
    }

    func applyToColumns(_ values: [Float], columns: Int) -> [Float] {
        var result = [Float](repeating: 0, count: taps.count * columns)
        for (index, tap) in taps.enumerated() {
            for (offset, weight) in tap.weights.enumerated() {
                let line = (tap.first + offset) * columns
                for column in 0..<columns { result[index * columns + column] += weight * values[line + column] }
            }
        }
        return result
    }
}
