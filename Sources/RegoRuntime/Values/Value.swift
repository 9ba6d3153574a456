/// A Rego value in sixteen trivial bytes.
///
/// Small values lie in the words themselves; strings, arrays, objects, sets and big numbers are pointers into memory that outlives the
/// value: the immutable `FrozenHeap` of a snapshot, or the `Arena` of the evaluation under way. Nothing counts references.
///
/// `w0` is `tag` (bits 0..<8), `aux` (8..<32) and `length` (32..<64):
///
/// | tag | aux | length | `w1` |
/// |---|---|---|---|
/// | null, false, true | 0 | 0 | 0 |
/// | integer | 0 | 0 | the `Int64` |
/// | double | 0 | 0 | the bits of a finite `Double` that is not an `Int64`'s value |
/// | bigNumber | 0 | 2^31 | → `BigNumber` |
/// | string | isASCII (bit 8), hash (bits 9..<32) | bytes of UTF-8 | → the bytes, followed by 16 readable ones |
/// | array | 0 | elements | → `Value[length]` |
/// | object, set | 0 | entries | → `TableHeader` |
///
/// Numbers are canonical: what fits an `Int64` is an `integer` (so is -0), what a `Double`'s shortest decimal equals is a `double`, everything
/// else a `bigNumber`; so two scalars are equal exactly when their words are. A number whose source wrote it otherwise than Ward would
/// (`1.0`, `1e8`) is a `bigNumber` too, which has both: the text is printed, the number compared.
@_spi(Engine) public struct Value: BitwiseCopyable, @unchecked Sendable {
    /// The kind, and what the table above says of it.
    public var w0: UInt64
    /// The value itself, or where it lies.
    public var w1: UInt64

    /// Makes a value of its words.
    @inlinable @inline(__always)
    public init(w0: UInt64, w1: UInt64) {
        self.w0 = w0
        self.w1 = w1
    }

    /// The kinds in Rego's sort order. All numbers sort by value among each other.
    public enum Tag: UInt8, BitwiseCopyable {
        case undefined = 0
        case null = 1
        case `false` = 2
        case `true` = 3
        case integer = 4
        case double = 5
        case bigNumber = 6
        case string = 7
        case array = 8
        case object = 9
        case set = 10
        /// An unfinished collection in a register of the machine; never seen outside of it.
        case builder = 11
    }

    /// Makes a value of its parts.
    @inlinable @inline(__always)
    public init(tag: Tag, length: Int = 0, w1: UInt64 = 0) {
        self.init(w0: UInt64(tag.rawValue) | UInt64(UInt32(truncatingIfNeeded: length)) << 32, w1: w1)
    }

    /// No value.
    public static var undefined: Value { @inlinable @inline(__always) get { Value(w0: 0, w1: 0) } }
    /// `null`
    public static var null: Value { @inlinable @inline(__always) get { Value(w0: 1, w1: 0) } }
    /// `false`
    public static var `false`: Value { @inlinable @inline(__always) get { Value(w0: 2, w1: 0) } }
    /// `true`
    public static var `true`: Value { @inlinable @inline(__always) get { Value(w0: 3, w1: 0) } }

    /// `true` or `false`
    @inlinable @inline(__always)
    public static func boolean(_ value: Bool) -> Value { Value(w0: value ? 3 : 2, w1: 0) }

    /// An integer.
    @inlinable @inline(__always)
    public static func integer(_ value: Int64) -> Value { Value(w0: 4, w1: UInt64(bitPattern: value)) }

    /// An integer.
    @inlinable @inline(__always)
    public static func integer(_ value: Int) -> Value { Value(w0: 4, w1: UInt64(bitPattern: Int64(value))) }

    /// The kind.
    public var tag: Tag {
        // A value is only made with a tag's raw value in the low byte.
        @inlinable @inline(__always) get { unsafe unsafeBitCast(UInt8(truncatingIfNeeded: w0), to: Tag.self) }
    }

    /// Bytes of a string, elements of an array, entries of an object or set.
    public var length: Int { @inlinable @inline(__always) get { Int(w0 >> 32) } }

    /// Whether it is no value.
    public var isUndefined: Bool { @inlinable @inline(__always) get { w0 == 0 } }
    /// Whether it is a value.
    public var isDefined: Bool { @inlinable @inline(__always) get { w0 != 0 } }

    /// Defined and not `false`: what a body's expression needs to hold.
    public var isTruthy: Bool { @inlinable @inline(__always) get { w0 != 0 && w0 != 2 } }

    /// Whether it is an `integer`.
    public var isInteger: Bool { @inlinable @inline(__always) get { w0 == 4 } }
    /// Whether it is a number.
    public var isNumber: Bool { @inlinable @inline(__always) get { tag.rawValue >= 4 && tag.rawValue <= 6 } }
    /// Whether it is a string.
    public var isString: Bool { @inlinable @inline(__always) get { tag == .string } }

    /// The value of an `integer`.
    public var asInteger: Int64 { @inlinable @inline(__always) get { Int64(bitPattern: w1) } }
    /// The value of a `double`.
    public var asDouble: Double { @inlinable @inline(__always) get { Double(bitPattern: w1) } }
}
