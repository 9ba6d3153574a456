@_spi(Engine) import RegoRuntime
import Testing

/// An arena that lives as long as a test's body.
@discardableResult
func withArena<Result>(_ body: (Arena) throws -> Result) rethrows -> Result {
    let arena = Arena(chunkSize: 4096)
    defer { arena.destroy() }
    return try body(arena)
}

/// Reads JSON into an arena; the tests' texts are well-formed.
func read(_ json: String, _ arena: Arena) throws -> Value {
    try JSONParser.parse(Array(json.utf8), into: arena)
}

/// A set of the values that a JSON array lists.
func readSet(_ json: String, _ arena: Arena) throws -> Value {
    let builder = SetBuilder(in: arena)
    for element in try read(json, arena).elements { builder.insert(element) }
    return builder.finish()
}

/// Reproducible random numbers.
struct TestRandom: RandomNumberGenerator {
    private var random: BuiltinRandom
    init(_ seed: UInt64) { random = BuiltinRandom(seed: seed) }
    mutating func next() -> UInt64 { random.next() }
}

/// A random value of any kind, nested at most so deep.
func randomValue(_ random: inout TestRandom, depth: Int) -> RegoValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .null
    case 1: return .boolean(Bool.random(using: &random))
    case 2: return .number(RegoNumber(Int.random(in: -20...20, using: &random)))
    case 3: return .number(RegoNumber(Double(Int.random(in: -40...40, using: &random)) / 8) ?? RegoNumber(0))
    case 4: return .number(RegoNumber(text: "\(Int.random(in: 1...9, using: &random))0000000000000000000000001") ?? RegoNumber(0))
    case 5:
        return .string(
            ["", "a", "b", "é", "key", "sixteen bytes ok", "a string of more than sixteen bytes", "\u{1F600}"].randomElement(using: &random)
                ?? "")
    case 6: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(&random, depth: depth - 1) })
    case 7: return .set(Set((0..<Int.random(in: 0...12, using: &random)).map { _ in randomValue(&random, depth: depth - 1) }))
    default:
        let members = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            (randomValue(&random, depth: depth - 1), randomValue(&random, depth: depth - 1))
        }
        return .object(Dictionary(members, uniquingKeysWith: { $1 }))
    }
}
