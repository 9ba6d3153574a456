import DecisionLog
import Testing

@Suite struct PrimitiveTests {
    /// FIPS 180-4's examples (NIST, "SHA-256 examples"), and lengths around the ends of blocks against values made with coreutils' sha256sum.
    static let digests: [([UInt8], String)] = [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (Array(repeating: UInt8(ascii: "a"), count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]

    @Test(arguments: digests.indices)
    func sha256(index: Int) {
        let (message, expected) = Self.digests[index]
        func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        #expect(hexadecimal(SHA256.hash(message)) == expected)
        // In pieces of every awkward length.
        for piece in [1, 63, 64, 65, 127] where message.count <= 100_000 {
            var hasher = SHA256()
            for start in stride(from: 0, to: message.count, by: piece) {
                hasher.update(Array(message[start..<min(start + piece, message.count)]))
            }
            #expect(hexadecimal(hasher.finish()) == expected)
        }
    }

    @Test func sha256AroundBlocks() {
        // Each prefix hashed at once and byte by byte.
        let message = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for count in 50...140 {
            var hasher = SHA256()
            for byte in message[..<count] { hasher.update([byte]) }
            #expect(hasher.finish() == SHA256.hash(Array(message[..<count])))
        }
    }

    static let times: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00Z"),
        (1_795_346_752_169_300_015, "2026-11-22T11:25:52.169300015Z"),
        (1_582_934_400_500_000_000, "2020-02-29T00:00:00.5Z"),
        (951_782_399_000_000_001, "2000-02-28T23:59:59.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (-86_400_000_000_000, "1969-12-31T00:00:00Z"),
        (4_102_444_800_000_000_000, "2100-01-01T00:00:00Z"),
    ]

    @Test(arguments: times)
    func timesAsText(nanoseconds: Int64, text: String) {
        #expect(DecisionTime.text(nanoseconds) == text)
        #expect(DecisionTime.parse(text) == nanoseconds)
    }

    @Test(arguments: [
        ("2026-11-22", "2026-11-22T00:00:00Z"), ("2026-11-22T12:25:52+01:00", "2026-11-22T11:25:52Z"),
        ("2026-11-22 05:55:52.1234567899-05:30", "2026-11-22T11:25:52.123456789Z"), ("2026-11-22t11:25:52z", "2026-11-22T11:25:52Z"),
    ])
    func otherFormsOfTimes(text: String, same: String) throws {
        #expect(DecisionTime.parse(text).map(DecisionTime.text) == same)
    }

    @Test(arguments: [
        "", "now", "2026", "2026-13-01", "2026-00-01", "2026-02-29", "2100-02-29", "2026-11-22T", "2026-11-22T24:00:00Z",
        "2026-11-22T11:60:00Z",
        "2026-11-22T11:25:52", "2026-11-22T11:25:52.Z", "2026-11-22T11:25:52Zx", "2026-11-22T11:25:52+1:00", "9999-01-01", "0001-01-01",
        "٢٠٢٦-11-22",
    ])
    func whatIsNoTime(text: String) {
        #expect(DecisionTime.parse(text) == nil)
    }
}
