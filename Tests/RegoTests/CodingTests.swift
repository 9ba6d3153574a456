import Rego
import Testing

/// Swift values to Rego values and back.
@Suite struct CodingTests {
    struct Patient: Codable, Equatable {
        enum Sex: String, Codable { case female, male }
        struct Ward: Codable, Equatable {
            var name: String
            var beds: [Int]
        }
        var name: String
        var age: UInt8
        var weight: Double
        var sex: Sex?
        var ward: Ward
        var tags: Set<String>
        var scores: [String: Float]
        var isAlive: Bool
    }

    static let patient = Patient(
        name: "Ada", age: 36, weight: 61.5, sex: .female, ward: .init(name: "B", beds: [1, 2]), tags: ["a", "b"],
        scores: ["news": 0.1], isAlive: true)

    @Test func roundTrip() throws {
        let value = try RegoEncoder().encode(Self.patient)
        #expect(value["ward"]?["beds"] == [1, 2])
        #expect(value["scores"]?["news"] == 0.1)
        #expect(try RegoDecoder().decode(Patient.self, from: value) == Self.patient)
    }

    @Test func absentOptionalsAreLeftOut() throws {
        var patient = Self.patient
        patient.sex = nil
        let value = try RegoEncoder().encode(patient)
        #expect(value["sex"] == nil)
        #expect(try RegoDecoder().decode(Patient.self, from: value).sex == nil)
    }

    @Test func decisionsAreTyped() throws {
        struct Decision: Decodable, Equatable {
            var allow: Bool
            var reasons: Set<String>
            var level: Int?
        }
        let module = """
            package medical
            decision := {"allow": count(reasons) == 0, "reasons": reasons}
            reasons contains "no doctor" if input.name != "Ada"
            reasons contains "too young" if input.age < 18
            """
        let query = try Policy(modules: [.init(name: "m.rego", text: module)]).prepare(path: ["medical", "decision"])
        #expect(try query.decide(Decision.self, input: Self.patient) == Decision(allow: true, reasons: []))
        let refusal = try query.decide(Decision.self, input: ["name": RegoValue.string("Bob"), "age": 9])
        #expect(refusal == Decision(allow: false, reasons: ["no doctor", "too young"]))
        let nothing = try Policy(modules: []).prepare(path: ["medical", "decision"])
        #expect(try nothing.decide(Decision.self, input: Self.patient) == nil)
        #expect(try nothing.decide(Bool.self) == nil)
    }

    @Test func setsComeInRegosOrder() throws {
        let set: RegoValue = .set(["b", "a", 10, 9, true])
        #expect(try RegoDecoder().decode([RegoValue].self, from: set) == [true, 9, 10, "a", "b"])
    }

    @Test(
        arguments: [
            ("18446744073709551615", UInt64.max.description), ("1.0", "1"), ("1e2", "100"),
        ])
    func integersOfAnySize(number: String, expected: String) throws {
        let value = try RegoValue(json: number)
        #expect(try RegoDecoder().decode(UInt64.self, from: value).description == expected)
        #expect(try RegoDecoder().decode(Int128.self, from: value).description == expected)
    }

    @Test func numbersKeepTheirValue() throws {
        #expect(try RegoEncoder().encode([UInt64.max]).json() == "[18446744073709551615]")
        #expect(try RegoEncoder().encode([Int128.min]).json() == "[-170141183460469231731687303715884105728]")
        #expect(try RegoEncoder().encode([Float(0.1)]).json() == "[0.1]")
        let big = try RegoValue(json: "123456789012345678901234567890.5")
        #expect(try RegoDecoder().decode(RegoNumber.self, from: big).description == "123456789012345678901234567890.5")
        #expect(try RegoDecoder().decode([String: RegoValue].self, from: ["a": big])["a"] == big)
        #expect(try RegoEncoder().encode(["a": RegoValue.set([1])]) == ["a": .set([1])])
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan]) func numbersThatRegoLacks(number: Double) {
        #expect(throws: EncodingError.self) { try RegoEncoder().encode(["x": [number]]) }
        #expect(throws: EncodingError.self) { try RegoEncoder().encode(["x": [Float(number)]]) }
    }

    /// What each type says of a value that does not fit it: the path, and what is wrong there.
    @Test func errorsSayWhere() throws {
        func problem(_ json: String) throws -> String {
            let value = try RegoValue(json: json)
            do {
                _ = try RegoDecoder().decode(Patient.self, from: value)
                return "none"
            } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
                DecodingError.keyNotFound(_, let context), DecodingError.valueNotFound(_, let context)
            {
                return context.codingPath.map(\.stringValue).joined(separator: ".") + ": " + context.debugDescription
            }
        }
        #expect(try problem("[]") == ": expected an object, found array")
        #expect(try problem("{}") == #": there is no member "name""#)
        #expect(try problem(#"{"name": 1}"#) == "name: expected a string, found number")
        #expect(try problem(#"{"name": "", "age": 256}"#) == "age: 256 is no UInt8")
        #expect(try problem(#"{"name": "", "age": 1.5}"#) == "age: 1.5 is no UInt8")
        #expect(
            try problem(#"{"name": "", "age": 1, "weight": 1, "ward": {"name": "", "beds": [1, "2"]}}"#)
                == "ward.beds.1: expected a number, found string")
        #expect(try problem(#"{"name": "", "age": 1, "weight": 1e999}"#) == "weight: 1e999 is too large for a Double")
    }

    @Test func recursionIsBounded() throws {
        struct Nest: Codable { var inner: [Nest] }
        let value = (0..<900).reduce(["inner": []] as RegoValue) { inner, _ in ["inner": [inner]] }
        #expect(throws: DecodingError.self) { try RegoDecoder().decode(Nest.self, from: value) }
        let nest = (0..<900).reduce(Nest(inner: [])) { inner, _ in Nest(inner: [inner]) }
        #expect(throws: EncodingError.self) { try RegoEncoder().encode(nest) }
    }

    @Test func inheritanceAndNestedContainers() throws {
        class Base: Codable {
            var a = 1
            init() {}
        }
        final class Derived: Base {
            var b = [[1], [2, 3]]
            override init() { super.init() }
            private enum Keys: CodingKey { case b }
            required init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Keys.self)
                var rows = try container.nestedUnkeyedContainer(forKey: .b)
                b = []
                while !rows.isAtEnd {
                    var row = try rows.nestedUnkeyedContainer()
                    var numbers: [Int] = []
                    while !row.isAtEnd { numbers.append(try row.decode(Int.self)) }
                    b.append(numbers)
                }
                try super.init(from: container.superDecoder())
            }
            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                var rows = container.nestedUnkeyedContainer(forKey: .b)
                for numbers in b {
                    var row = rows.nestedUnkeyedContainer()
                    for number in numbers { try row.encode(number) }
                }
                try super.encode(to: container.superEncoder())
            }
        }
        let value = try RegoEncoder().encode(Derived())
        #expect(value == ["b": [[1], [2, 3]], "super": ["a": 1]])
        #expect(try RegoDecoder().decode(Derived.self, from: value).b == [[1], [2, 3]])
    }

    @Test func keysThatAreIntegers() throws {
        let value: RegoValue = .object([1: "a", "2": "b"])
        #expect(try RegoDecoder().decode([Int: String].self, from: value) == [1: "a", 2: "b"])
    }

    @Test func anInputNestedTooDeeplyIsRefused() throws {
        let deep = (0..<1001).reduce(RegoValue.null) { value, _ in [value] }
        let query = try Policy(modules: []).prepare(query: "input")
        let error = #expect(throws: EvaluationError.self) { try query.evaluate(.value(deep)) }
        #expect(error?.code == .input)
    }
}
