import Glibc

/// Synthetic chest CT slices, drawn as `examples/models/phantom.py` draws them, from another random generator: slices that no training saw.
struct Phantom {
    static let size = 256

    private(set) var hu: [Float]
    /// Row, column and radius in pixels.
    private(set) var nodule: (row: Double, column: Double, radius: Double)?

    private struct Ellipse {
        let row: Double
        let column: Double
        let a: Double
        let b: Double
        var angle = 0.0
    }

    init(seed: UInt64, withNodule: Bool) {
        var random = SeededGenerator(state: seed)
        hu = Array(repeating: -1000, count: Self.size * Self.size)
        let (row, column) = (random.uniform(124, 132), random.uniform(124, 132))
        let (width, height) = (random.uniform(96, 112), random.uniform(70, 84))
        draw(Ellipse(row: row, column: column, a: width, b: height), random.uniform(-120, -80), 1.5)
        let shell = random.uniform(7, 13)
        draw(Ellipse(row: row, column: column, a: width - shell, b: height - shell), random.uniform(20, 60), 1.5)
        let air = random.uniform(-880, -800)
        var lungs: [Ellipse] = []
        for side in [-1.0, 1.0] {
            let lung = Ellipse(
                row: row + random.uniform(-6, 2), column: column + side * random.uniform(44, 50), a: random.uniform(29, 35),
                b: random.uniform(44, 53), angle: side * random.uniform(-0.1, 0.1))
            draw(lung, air, 1.5)
            lungs.append(lung)
        }
        let heart = Ellipse(
            row: row + random.uniform(4, 14), column: column + random.uniform(4, 14), a: random.uniform(24, 31), b: random.uniform(22, 29),
            angle: random.uniform(-0.4, 0.4))
        draw(heart, random.uniform(20, 60), 1.5)
        drawBones(row, column, width, height, shell, &random)
        for lung in lungs { drawVessels(in: lung, &random) }
        if withNodule { drawNodule(lungs, heart, &random) }
        blurAndAddNoise(&random)
    }

    private mutating func drawBones(
        _ row: Double, _ column: Double, _ width: Double, _ height: Double, _ shell: Double, _ random: inout SeededGenerator
    ) {
        let spine = row + height * random.uniform(0.58, 0.64)
        draw(Ellipse(row: spine, column: column, a: random.uniform(10, 13), b: random.uniform(9, 12)), random.uniform(300, 500), 1.5)
        draw(Ellipse(row: spine + 11, column: column, a: 5, b: 4), 20, 1)
        for index in 0..<10 {
            let angle = 2 * Double.pi * (Double(index) + random.uniform(-0.2, 0.2)) / 10
            let rib = Ellipse(
                row: row + (height - shell - 5) * sin(angle), column: column + (width - shell - 5) * cos(angle), a: random.uniform(6, 9),
                b: random.uniform(2.2, 3.2), angle: angle + .pi / 2)
            draw(rib, random.uniform(350, 700), 1)
        }
    }

    private mutating func drawVessels(in lung: Ellipse, _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 10..<22, using: &random) {
            let (row, column) = Self.point(in: lung, margin: 4, &random)
            let vessel = Ellipse(
                row: row, column: column, a: random.uniform(4, 14), b: random.uniform(0.7, 1.8), angle: random.uniform(0, .pi))
            draw(vessel, random.uniform(-350, 40), 1)
        }
        for _ in 0..<Int.random(in: 3..<9, using: &random) {
            let (row, column) = Self.point(in: lung, margin: 4, &random)
            let radius = random.uniform(0.8, 2.2)
            draw(Ellipse(row: row, column: column, a: radius, b: radius), random.uniform(-300, 40), 1)
        }
    }

    private mutating func drawNodule(_ lungs: [Ellipse], _ heart: Ellipse, _ random: inout SeededGenerator) {
        let radius = random.uniform(3, 8)
        var place = (row: 0.0, column: 0.0)
        for _ in 0..<64 {
            place = Self.point(in: lungs[Int.random(in: 0..<2, using: &random)], margin: radius + 2, &random)
            let (v, u) = ((place.row - heart.row) / (heart.b + radius), (place.column - heart.column) / (heart.a + radius))
            if v * v + u * u > 1 { break }
        }
        let ellipse = Ellipse(
            row: place.row, column: place.column, a: radius * random.uniform(0.9, 1.1), b: radius, angle: random.uniform(0, .pi))
        draw(ellipse, random.uniform(-120, 60), 1.5)
        nodule = (place.row, place.column, radius)
    }

    private static func point(in lung: Ellipse, margin: Double, _ random: inout SeededGenerator) -> (row: Double, column: Double) {
        let (angle, radius) = (random.uniform(0, 2 * .pi), random.uniform(0, 1).squareRoot())
        return (lung.row + radius * max(lung.b - margin, 1) * sin(angle), lung.column + radius * max(lung.a - margin, 1) * cos(angle))
    }

    private mutating func draw(_ ellipse: Ellipse, _ value: Double, _ edge: Double) {
        let reach = Int((max(ellipse.a, ellipse.b) + edge + 1).rounded(.up))
        let (top, bottom) = (max(0, Int(ellipse.row) - reach), min(Self.size, Int(ellipse.row) + reach + 2))
        let (left, right) = (max(0, Int(ellipse.column) - reach), min(Self.size, Int(ellipse.column) + reach + 2))
        let (c, s) = (cos(ellipse.angle), sin(ellipse.angle))
        let least = min(ellipse.a, ellipse.b)
        guard top < bottom, left < right else { return }
        for row in top..<bottom {
            for column in left..<right {
                let (y, x) = (Double(row) - ellipse.row, Double(column) - ellipse.column)
                let (u, v) = ((x * c + y * s) / ellipse.a, (y * c - x * s) / ellipse.b)
                let weight = min(max((1 - (u * u + v * v).squareRoot()) * least / edge + 0.5, 0), 1)
                let index = row * Self.size + column
                if weight > 0 { hu[index] += Float(weight * (value - Double(hu[index]))) }
            }
        }
    }

    private mutating func blurAndAddNoise(_ random: inout SeededGenerator) {
        let (source, last) = (hu, Self.size - 1)
        let deviation = random.uniform(18, 40)
        for row in 0...last {
            for column in 0...last {
                let index = row * Self.size + column
                let around =
                    source[max(row - 1, 0) * Self.size + column] + source[min(row + 1, last) * Self.size + column]
                    + source[row * Self.size + max(column - 1, 0)] + source[row * Self.size + min(column + 1, last)]
                // Box-Muller.
                let noise = (-2 * log(1 - random.uniform(0, 1))).squareRoot() * cos(2 * .pi * random.uniform(0, 1)) * deviation
                hu[index] = min(max(((2 * source[index] + around) / 6 + Float(noise)).rounded(), -1024), 3071)
            }
        }
    }

    /// The slice as a DICOM CT file; `factor` repeats pixels to make a larger one.
    func dicom(factor: Int = 1) -> [UInt8] {
        let side = Self.size * factor
        var pixels: [UInt8] = []
        pixels.reserveCapacity(side * side * 2)
        for row in 0..<side {
            for column in 0..<side {
                let value = Int(hu[row / factor * Self.size + column / factor]) + 1024
                pixels.append(UInt8(value & 255))
                pixels.append(UInt8(value >> 8))
            }
        }
        return DICOMBuilder.image(rows: side, columns: side, pixels: pixels).file
    }
}
