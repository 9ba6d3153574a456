import Glibc
@_spi(Engine) import RegoRuntime
import Testing

/// JSON is read in two ways, into an arena with strings that stay in the text, and into a frozen heap: both must read the same.
@Suite struct JSONFreezeTests {
    /// What a reader made of a text: the value's text, or the error.
    private enum Outcome: Equatable, CustomStringConvertible {
        case value(String)
        case error(code: String, offset: Int, message: String)

        init(_ error: JSONError) { self = .error(code: error.code.description, offset: error.offset, message: error.message) }

        var description: String {
            switch self {
            case .value(let text): text
            case .error(let code, let offset, let message): "\(code) at \(offset): \(message)"
            }
        }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        withArena { arena in
            do throws(JSONError) {
                return .value(unsafe try JSONParser.parse(bytes, into: arena, symbols: nil).jsonText())
            } catch {
                return Outcome(error)
            }
        }
    }

    private func freeze(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        let builder = FrozenHeap.Builder()
        do throws(JSONError) {
            let value = unsafe try builder.freeze(json: bytes)
            let heap = builder.finish(forgettingSymbols: true)
            checkFrozen(value)
            return withExtendedLifetime(heap) { .value(value.jsonText()) }
        } catch {
            return Outcome(error)
        }
    }

    private func checkFrozen(_ value: Value) {
        switch value.tag {
        case .array:
            for element in value.elements { checkFrozen(element) }
        case .object:
            let wanted = TableHeader.isSorted | TableHeader.isFrozen | TableHeader.hasHash
            #expect(value.table.pointee.flags & wanted == wanted)
            for element in value.values { checkFrozen(element) }
        default: break
        }
    }

    @Test func randomDocuments() {
        var writer = DocumentWriter(seed: 31)
        for _ in 0..<150 {
            let text = writer.document()
            text.withUnsafeBytes { bytes in
                let (parsed, frozen) = (parse(bytes), freeze(bytes))
                #expect(parsed == frozen, "\(String(decoding: text, as: UTF8.self))")
                guard case .value(let written) = parsed else {
                    Issue.record("\(parsed): \(String(decoding: text, as: UTF8.self))")
                    return
                }
                #expect(Array(written.utf8).withUnsafeBytes(freeze) == parsed)
            }
        }
    }

    /// A text that ends too early, or goes wrong anywhere, is refused in the same words and at the same place.
    @Test func everyPrefixAndEveryWrongByte() {
        var writer = DocumentWriter(seed: 32)
        for _ in 0..<6 {
            let text = writer.document()
            for end in 0...min(text.count, 250) {
                text[..<end].withUnsafeBytes { bytes in #expect(parse(bytes) == freeze(bytes)) }
            }
            for position in 0..<min(text.count, 120) {
                var wrong = text
                wrong[position] = writer.byte()
                wrong.withUnsafeBytes { bytes in #expect(parse(bytes) == freeze(bytes)) }
            }
        }
    }

    /// Nothing after a text is read: here there is nothing but a page that must not be touched.
    @Test func textsAtTheEndOfAPage() throws {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let memory = try #require(
            unsafe mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { unsafe munmap(memory, 2 * page) }
        #expect(unsafe mprotect(memory + page, page, PROT_NONE) == 0)
        var writer = DocumentWriter(seed: 33)
        for length in Array(0..<200) + Array(stride(from: 200, to: page, by: 129)) {
            var text = length < 200 ? writer.document() : [UInt8](repeating: UInt8(ascii: "7"), count: length)
            if length < 200 { text = Array(text.prefix(length)) }
            let start = unsafe memory + page - text.count
            unsafe start.copyMemory(from: text, byteCount: text.count)
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: text.count)
            let expected = text.withUnsafeBytes(parse)
            #expect(unsafe parse(bytes) == expected && freeze(bytes) == expected)
        }
    }

    @Test func stringMetAgainIsKeptOnce() throws {
        let builder = FrozenHeap.Builder()
        let value = try Array(#"["met again and again","met again and again"]"#.utf8).withUnsafeBytes {
            unsafe try builder.freeze(json: $0)
        }
        let heap = builder.finish()
        let strings = withExtendedLifetime(heap) { value.elements.map(\.w1) }
        #expect(strings.count == 2 && strings[0] == strings[1])
    }

    @Test func manyElements() throws {
        let numbers = "[" + (0..<300_000).map { String($0 * 7) }.joined(separator: ",") + "]"
        let members = "{" + (0..<70_000).map { "\"key number \($0)\":\"\($0 % 100)\"" }.joined(separator: ",") + "}"
        for text in [numbers, members] {
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBytes { parse($0) == freeze($0) })
        }
        let builder = FrozenHeap.Builder()
        let value = try Array(members.utf8).withUnsafeBytes { unsafe try builder.freeze(json: $0) }
        let heap = builder.finish()
        withArena { arena in
            for number in stride(from: 0, to: 70_000, by: 997) {
                #expect(value.lookup(.string("key number \(number)", in: arena)).swiftString == String(number % 100))
            }
        }
        // Each member takes 32 bytes, its key 16 at most, and the index four or eight.
        #expect(heap.byteCount < 70_000 * 64)
    }

    @Test(arguments: [
        "0.1", "-0.5", "1.50", "0.0000001", "0.00000009", "-0.000001", "123456789012345.6", "12345678901234.5", "1.5e3", "0.0", "-0.0",
        "0.10", "1.0000000000000001", "9007199254740993.5", "0.30000000000000004", "5e-324", "1.7976931348623157e308", "12.5E-2", "1.25",
        "0.999999999999999", "0.9999999999999999", "99999999999999.9", "100000000000000.5", "4.35", "0.000100", "1e2", "2.5e-8",
    ])
    func fractions(text: String) throws {
        try withArena { arena in
            let value = try read(text, arena)
            #expect(value.numberText == text)
            #expect(Value.equal(value, Value.number(text: text, in: arena)))
            #expect(Value.number(text: text, in: arena).unspelled.tag == value.unspelled.tag)
            if value.unspelled.tag == .double { #expect(value.unspelled.asDouble == Double(text)) }
        }
        #expect(Array(text.utf8).withUnsafeBytes { parse($0) == freeze($0) })
    }

    /// The short way of writing a double writes what the long way does.
    @Test func doublesAreWrittenAlike() {
        var random = TestRandom(34)
        for round in 0..<6_000 {
            let double =
                switch round % 4 {
                case 0: Double(bitPattern: random.next())
                case 1: Double(Int.random(in: -1_000_000_000...1_000_000_000, using: &random)) / 1e4
                case 2: Double.random(in: -1...1, using: &random) * 1e-4
                default: Double.random(in: -2e15...2e15, using: &random)
                }
            let value = Value.number(double)
            guard value.tag == .double else { continue }
            #expect(value.jsonText() == Decimal(value).text)
        }
    }
}

/// Writes JSON texts of all sorts, the same ones for the same seed.
private struct DocumentWriter {
    private var random: TestRandom
    private var text: [UInt8] = []

    init(seed: UInt64) { random = TestRandom(seed) }

    mutating func byte() -> UInt8 { UInt8.random(in: 0...255, using: &random) }

    /// An object or array, nested a little.
    mutating func document() -> [UInt8] {
        text = []
        space()
        write(depth: 4, isContainer: true)
        space()
        return text
    }

    private mutating func pick(_ texts: [String]) { text += Array((texts.randomElement(using: &random) ?? "").utf8) }

    private mutating func space() { pick(["", "", "", " ", "\n", "\t\r\n  "]) }

    private mutating func write(depth: Int, isContainer: Bool = false) {
        switch Int.random(in: isContainer ? 6...7 : 0...(depth > 0 ? 7 : 5), using: &random) {
        case 0: pick(["null", "true", "false"])
        case 1: text += Array(String(Int.random(in: Int.min...Int.max, using: &random)).utf8)
        case 2: pick(["0", "-0", "1.50", "1e400", "-2.5E-3", "0.000001", "123456789012345678901234567890.5", "0.0", "17", "1.25"])
        case 3...5: string()
        case 6:
            let count = Int.random(in: 0...12, using: &random)
            sequence("[", "]", count) { $0.write(depth: depth - 1) }
        default:
            let count = Int.random(in: 0...20, using: &random)
            sequence("{", "}", count) { writer in
                writer.string()
                writer.space()
                writer.text.append(UInt8(ascii: ":"))
                writer.space()
                writer.write(depth: depth - 1)
            }
        }
    }

    private mutating func sequence(_ opening: String, _ closing: String, _ count: Int, _ element: (inout DocumentWriter) -> Void) {
        pick([opening])
        for index in 0..<count {
            if index > 0 { pick([","]) }
            space()
            element(&self)
            space()
        }
        pick([closing])
    }

    private mutating func string() {
        pick(["\""])
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            pick([
                "a", "key", "é", "\u{1F600}", "\\n", "\\u0041", "\\ud83d\\ude00", "\\ud800", "sixteen bytes ok", "\\\\", "\\\"", "0123456",
                "/",
                String(repeating: "long ", count: Int.random(in: 0...30, using: &random)), String(Int.random(in: 0...999, using: &random)),
            ])
        }
        pick(["\""])
    }
}
