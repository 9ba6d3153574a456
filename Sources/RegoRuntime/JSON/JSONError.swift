/// Why bytes are not the JSON text that was expected, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Open: later versions may add codes.
    public struct Code: Hashable, Sendable {
        /// The code as logs show it.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// A byte that JSON's grammar does not allow there.
        public static let syntax = Code("syntax")
        /// The text ends before its value does.
        public static let truncated = Code("truncated")
        /// Something other than white space follows the value.
        public static let trailingData = Code("trailing_data")
        /// The bytes of a string are not UTF-8.
        public static let encoding = Code("encoding")
        /// Arrays and objects are nested too deeply, or the text is too long.
        public static let limit = Code("limit")
    }

    /// What kind of fault this is.
    public let code: Code
    /// What is wrong, for people.
    public let message: String
    /// Where, in bytes from the beginning.
    public let offset: Int
    /// The line, from 1.
    public let row: Int
    /// The byte in its line, from 1.
    public let column: Int

    /// Makes an error at an offset of the text, which gives row and column.
    init(_ code: Code, _ message: String, at offset: Int, in bytes: UnsafeRawBufferPointer) {
        self.code = code
        self.message = message
        self.offset = offset
        var row = 1
        var lineStart = 0
        for position in 0..<min(offset, bytes.count) where unsafe bytes[position] == UInt8(ascii: "\n") {
            row += 1
            lineStart = position + 1
        }
        self.row = row
        self.column = offset - lineStart + 1
    }

    /// `row:column: message`.
    public var description: String { "\(row):\(column): \(message)" }

    /// Errors are equal by code and place.
    public static func == (a: JSONError, b: JSONError) -> Bool { a.code == b.code && a.offset == b.offset }

    /// Hashes code and place.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(offset)
    }
}
