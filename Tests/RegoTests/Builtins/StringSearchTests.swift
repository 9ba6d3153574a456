import Rego
import TestSupport
import Testing

/// Short and long texts take different ways through the string builtins: both give what the plainest code gives.
@Suite("String builtins on random text")
struct StringSearchTests {
    private static let rules = """
        p := [answers(c) | some c in input.cases]

        answers(c) := [
            split(c.text, c.part), concat(c.part, split(c.text, c.part)), concat(c.part, [c.text, c.new, c.text]),
            replace(c.text, c.part, c.new), upper(c.text), lower(c.text), trim(c.text, c.part), trim_left(c.text, c.part),
            trim_right(c.text, c.part), trim_prefix(c.text, c.part), trim_suffix(c.text, c.part), startswith(c.text, c.part),
            endswith(c.text, c.part), contains(c.text, c.part), indexof(c.text, c.part),
            replace(c.text, c.part, c.new) == concat(c.new, split(c.text, c.part)), split(c.text, c.part)[0] == c.text,
            sprintf("%s|%v", [c.text, c.part]) == concat("|", [c.text, c.part]),
            concat("", [substring(c.text, 0, 3), substring(c.text, 3, -1)]) == c.text, upper(lower(c.text)) == upper(c.text),
        ]
        """

    /// Characters, of which each is one code point: what is compared is what code points are.
    private static let alphabet: [Character] = Array("aaAbzZ[`{@,,.. /é中")

    private struct Case {
        var text: [Character]
        var part: [Character]
        var new: [Character]
    }

    private static func cases(_ count: Int, seed: UInt64) -> [Case] {
        var random = XorShift(state: seed)
        func word(_ lengths: [Int]) -> [Character] {
            let isASCII = random.next() % 4 != 0
            let letters = isASCII ? alphabet.filter(\.isASCII) : alphabet
            return (0..<(lengths.randomElement(using: &random) ?? 0)).map { _ in letters.randomElement(using: &random) ?? "a" }
        }
        return (0..<count).map { index in
            let text = word([0, 1, 3, 7, 8, 9, 12, 15, 16, 17, 24, 31, 60, 64, 72, 127, 128, 129, 200])
            var part = word([1, 1, 1, 1, 2, 3, 8, 9])
            if index % 4 == 0, !text.isEmpty {
                // One that occurs.
                let start = Int(random.next() % UInt64(text.count))
                part = Array(text[start..<min(text.count, start + 1 + Int(random.next() % 9))])
            }
            return Case(text: text, part: part, new: word([0, 1, 2, 16, 17]))
        }
    }

    /// Every place where a part stands, none overlapping the one before.
    private static func places(of part: [Character], in text: [Character]) -> [Int] {
        var result: [Int] = []
        var place = 0
        while place + part.count <= text.count {
            if Array(text[place..<(place + part.count)]) == part {
                result.append(place)
                place += part.count
            } else {
                place += 1
            }
        }
        return result
    }

    private static func expected(_ c: Case) -> RegoValue {
        func string(_ characters: some Sequence<Character>) -> RegoValue { .string(String(characters)) }
        let found = places(of: c.part, in: c.text)
        var fields: [[Character]] = []
        var start = 0
        for place in found {
            fields.append(Array(c.text[start..<place]))
            start = place + c.part.count
        }
        fields.append(Array(c.text[start...]))
        let replaced = fields.map { String($0) }.joined(separator: String(c.new))
        let left = c.text.drop { c.part.contains($0) }
        func withoutTail(_ text: some Sequence<Character>) -> [Character] {
            text.reversed().drop { c.part.contains($0) }.reversed()
        }
        let starts = c.text.starts(with: c.part)
        let ends = c.text.reversed().starts(with: c.part.reversed())
        return .array([
            .array(fields.map(string)), string(c.text), string(c.text + c.part + c.new + c.part + c.text), .string(replaced),
            .string(String(c.text).uppercased()), .string(String(c.text).lowercased()), string(withoutTail(left)), string(left),
            string(withoutTail(c.text)), string(starts ? Array(c.text.dropFirst(c.part.count)) : c.text),
            string(ends ? Array(c.text.dropLast(c.part.count)) : c.text), .boolean(starts), .boolean(ends), .boolean(!found.isEmpty),
            .number(RegoNumber(found.first ?? -1)), true, .boolean(fields[0] == c.text), true, true, true,
        ])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyWayGivesTheSame(seed: UInt64) throws {
        let cases = Self.cases(1000, seed: seed &* 0x9E37_79B9_7F4A_7C15)
        let input = RegoValue.array(
            cases.map { .object(["text": .string(String($0.text)), "part": .string(String($0.part)), "new": .string(String($0.new))]) })
        guard case .array(let answers)? = try evaluate(Self.rules, input: ["cases": input]) else {
            Issue.record("no answer")
            return
        }
        #expect(answers.count == cases.count)
        for (answer, c) in zip(answers, cases) {
            #expect(answer == Self.expected(c), "\(String(c.text)) | \(String(c.part)) | \(String(c.new))")
        }
    }
}
