import GRDB

/// A row's columns as they are stored, in the order of `RowCoding.contentNames`: what the chain covers.
struct ChainFields: Sendable {
    /// One column's value.
    enum Field: Sendable, Equatable {
        case null
        case integer(Int64)
        case text(String)
        /// A type that no row is written with.
        case foreign
    }

    var sequence: Int64
    var id: String?
    var link: [UInt8]
    var fields: [Field]

    init(_ row: Row) {
        sequence = (row["sequence"] as DatabaseValue).storage.integer ?? 0
        id = (row["id"] as DatabaseValue).storage.text
        link = (row["link"] as DatabaseValue).storage.bytes ?? []
        fields = RowCoding.contentNames.map { name in
            switch (row[name] as DatabaseValue).storage {
            case .null: .null
            case .int64(let value): .integer(value)
            case .string(let value): .text(value)
            default: .foreign
            }
        }
    }

    /// The digest of a row's content. Each field is written with its kind and length, so that no two contents give the same bytes.
    static func digest(_ fields: [Field]) -> [UInt8] {
        var canonical = Array("ward.decision.1".utf8)
        canonical.reserveCapacity(1024)
        for field in fields {
            switch field {
            case .null:
                canonical.append(0)
            case .integer(let value):
                canonical.append(1)
                append(UInt64(bitPattern: value), to: &canonical)
            case .text(let text):
                canonical.append(2)
                append(UInt64(text.utf8.count), to: &canonical)
                canonical.append(contentsOf: text.utf8)
            case .foreign:
                canonical.append(3)
            }
        }
        return SHA256.hash(canonical)
    }

    /// A row's link: the digest of its predecessor's link, its place and its content's digest.
    static func link(after previous: [UInt8], sequence: Int64, digest: [UInt8]) -> [UInt8] {
        var canonical = Array("ward.link.1".utf8)
        canonical.append(contentsOf: previous)
        append(UInt64(bitPattern: sequence), to: &canonical)
        canonical.append(contentsOf: digest)
        return SHA256.hash(canonical)
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
    }
}

extension DatabaseValue.Storage {
    fileprivate var integer: Int64? { if case .int64(let value) = self { value } else { nil } }
    fileprivate var text: String? { if case .string(let value) = self { value } else { nil } }

    /// A blob's bytes; `nil` for another type.
    var bytes: [UInt8]? { if case .blob(let value) = self { Array(value) } else { nil } }
}
