/// One decoded frame of a monochrome image.
package struct PixelImage: Sendable {
    package let rows: Int
    package let columns: Int
    /// Stored values row by row; 32-bit unsigned ones keep their bit pattern.
    package let samples: [Int32]
    /// Whether `samples` are to be read as `UInt32`.
    package let isUnsigned32: Bool
    /// `MONOCHROME1`: the smallest value is white.
    package let isInverted: Bool
    /// From stored values to the modality's unit (Hounsfield for CT): `value * slope + intercept`.
    package let slope: Double
    package let intercept: Double

    /// The stored value of a sample, whatever its signedness.
    package func storedValue(at index: Int) -> Double {
        isUnsigned32 ? Double(UInt32(bitPattern: samples[index])) : Double(samples[index])
    }
}
