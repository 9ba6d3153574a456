/// A number of any size: an integer or a decimal, never rounded.
///
/// Equality is by value: `1`, `1.0` and `10e-1` are the same number, though each is written as it was read.
public struct RegoNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Canonical, so that equal numbers have equal storage.
    enum Storage: Sendable, Hashable {
        case integer(Int64)
        case double(Double)
        case big(Decimal)
    }

    let storage: Storage
    /// How the number was written, where that is not how Ward would write it.
    private var text: String?

    /// The number of an integer.
    public init(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) {
            storage = .integer(small)
        } else {
            self = RegoNumber(text: String(value)) ?? RegoNumber(Int64(0))
        }
    }

    /// The number that a `Double` stands for: the shortest decimal nearest to it. `nil` for infinities and NaN.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        storage = RegoNumber.storage(of: .number(value))
    }

    /// Reads a number as JSON writes it; `nil` for any other text.
    public init?(text: String) {
        let arena = Arena(chunkSize: 1024)
        defer { arena.destroy() }
        let value = Value.number(text: text, in: arena)
        guard value.isDefined else { return nil }
        self.init(value)
    }

    init(_ value: Value) {
        storage = RegoNumber.storage(of: value.unspelled)
        if unsafe value.numberSpelling != nil { text = value.numberText }
    }

    private static func storage(of value: Value) -> Storage {
        switch value.tag {
        case .integer: .integer(value.asInteger)
        case .double: .double(value.asDouble)
        default: .big(Decimal(value))
        }
    }

    func makeValue(in arena: Arena) -> Value {
        if let text { return .number(text: text, in: arena) }
        return switch storage {
        case .integer(let integer): .integer(integer)
        case .double(let double): .number(double)
        case .big(let decimal): .number(decimal, in: arena)
        }
    }

    /// The number as an `Int64`, when it is one.
    public var int64: Int64? {
        if case .integer(let integer) = storage { return integer }
        return nil
    }

    /// The nearest `Double`; infinite when the number is too large for one.
    public var double: Double {
        switch storage {
        case .integer(let integer):
            return Double(integer)
        case .double(let double):
            return double
        case .big(let decimal):
            let arena = Arena(chunkSize: 1024)
            defer { arena.destroy() }
            return Value.number(decimal, in: arena).doubleValue
        }
    }

    /// The number as JSON writes it.
    public var description: String {
        if let text { return text }
        return switch storage {
        case .integer(let integer): String(integer)
        case .double(let double): DoubleText.decimal(of: double).text
        case .big(let decimal): decimal.text
        }
    }

    /// Compares values, whatever their texts.
    public static func == (a: RegoNumber, b: RegoNumber) -> Bool { a.storage == b.storage }

    /// Hashes the value.
    public func hash(into hasher: inout Hasher) { hasher.combine(storage) }

    /// Orders by value.
    public static func < (a: RegoNumber, b: RegoNumber) -> Bool {
        if case .integer(let x) = a.storage, case .integer(let y) = b.storage { return x < y }
        return Decimal.compare(a.decimal, b.decimal) < 0
    }

    private var decimal: Decimal {
        switch storage {
        case .integer(let integer): Decimal(.integer(integer))
        case .double(let double): DoubleText.decimal(of: double)
        case .big(let decimal): decimal
        }
    }
}
