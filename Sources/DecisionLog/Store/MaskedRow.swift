import FoundationEssentials
import GRDB

/// A decision as it will be stored, masked, checked and hashed. Making one is the caller's work, so that the writer's thread only writes; and
/// the only way into the log, so that nothing gets there unmasked.
struct MaskedRow: Sendable {
    private static let idLimit = 64
    /// Longer texts are cut: they come from outside (`sub`, a path) and belong into columns.
    private static let textLimit = 4_096
    private static let listLimit = 256

    let fields: [ChainFields.Field]
    let digest: [UInt8]
    /// The row's size, about.
    let byteCount: Int

    init(_ record: DecisionRecord, _ masker: Masker) throws(DecisionLogError) {
        guard !record.id.isEmpty, record.id.utf8.count <= Self.idLimit, record.id.utf8.allSatisfy(Self.isIdentifier) else {
            throw DecisionLogError(.invalid, "a decision id is 1 to \(Self.idLimit) letters, digits and hyphens")
        }
        let masked = masker.mask(record)
        var fields: [ChainFields.Field] = []
        fields.reserveCapacity(RowCoding.contentNames.count)
        fields.append(.text(record.id))
        fields.append(.integer(record.timestamp))
        fields.append(.text(record.kind.rawValue))
        fields.append(.text(Self.line(masked.path)))
        fields.append(Self.text(masked.query))
        fields.append(.text(record.status.rawValue))
        fields.append(masked.input.map { .text(String(decoding: $0, as: UTF8.self)) } ?? .null)
        fields.append(masked.result.map { .text(String(decoding: $0, as: UTF8.self)) } ?? .null)
        fields.append(Self.list(masked.reasons))
        fields.append(Self.text(record.revision))
        fields.append(Self.text(masked.caller.subject))
        fields.append(Self.text(masked.caller.role))
        fields.append(Self.text(masked.caller.address))
        fields.append(record.latency.map { .integer($0) } ?? .null)
        fields.append(Self.text(masked.error))
        fields.append(Self.object(masked.labels))
        fields.append(Self.text(record.model?.name))
        fields.append(Self.text(record.model?.sha256))
        fields.append(Self.list(masked.erased))
        fields.append(Self.list(masked.masked))
        self.fields = fields
        digest = ChainFields.digest(fields)
        byteCount = fields.reduce(256) { sum, field in
            if case .text(let text) = field { sum + text.utf8.count } else { sum + 8 }
        }
    }

    /// The INSERT's arguments.
    func arguments(sequence: Int64, link: [UInt8]) -> StatementArguments {
        var values: [(any DatabaseValueConvertible)?] = [sequence]
        values.reserveCapacity(fields.count + 2)
        for field in fields {
            switch field {
            case .null, .foreign: values.append(nil)
            case .integer(let value): values.append(value)
            case .text(let text): values.append(text)
            }
        }
        values.append(Data(link))
        return StatementArguments(values)
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func text(_ text: String?) -> ChainFields.Field { text.map { .text(line($0)) } ?? .null }

    /// A text for a column: cut to the limit, control characters replaced (SQLite reads up to a NUL, and a terminal obeys an escape).
    private static func line(_ text: String) -> String {
        if text.utf8.count <= textLimit, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            guard line.utf8.count < textLimit else { return line + "…" }
            line.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return line
    }

    private static func list(_ texts: [String]) -> ChainFields.Field {
        guard !texts.isEmpty else { return .null }
        var json = JSONText()
        json.strings(texts.prefix(listLimit).map(line) + (texts.count > listLimit ? ["… and \(texts.count - listLimit) more"] : []))
        return .text(json.text)
    }

    private static func object(_ members: [String: String]) -> ChainFields.Field {
        guard !members.isEmpty else { return .null }
        var json = JSONText()
        json.object(Dictionary(members.prefix(listLimit).map { (line($0.key), line($0.value)) }) { first, _ in first })
        return .text(json.text)
    }
}
