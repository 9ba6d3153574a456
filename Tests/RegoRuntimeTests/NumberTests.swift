import BigInt
@_spi(Engine) import RegoRuntime
import Testing

@Suite struct NumberTests {
    enum Form { case integer, double, big }

    @Test(arguments: [
        ("0", Form.integer, "0"), ("-0", .integer, "0"), ("-0.0", .integer, "0"), ("0e99999", .integer, "0"), ("1.0", .integer, "1"),
        ("12.50e1", .integer, "125"), ("1e3", .integer, "1000"), ("100e-2", .integer, "1"), ("1E8", .integer, "100000000"),
        ("9223372036854775807", .integer, "9223372036854775807"),
        ("-9223372036854775808", .integer, "-9223372036854775808"), ("9223372036854775807.00", .integer, "9223372036854775807"),
        ("0.1", .double, "0.1"), ("-1.5", .double, "-1.5"), ("1.50", .double, "1.5"), ("1e25", .double, "10000000000000000000000000"),
        ("1E+20", .double, "100000000000000000000"), ("123456.789", .double, "123456.789"), ("1234567.5", .double, "1234567.5"),
        ("0.000001", .double, "0.000001"), ("1e-7", .double, "0.0000001"), ("1e-8", .double, "1e-08"), ("1.25e-10", .double, "1.25e-10"),
        ("2.2250738585072014e-308", .double, "2.2250738585072014e-308"), ("5e-324", .double, "5e-324"),
        ("0.30000000000000004", .double, "0.30000000000000004"),
        ("9223372036854775808", .big, "9223372036854775808"), ("-9223372036854775809", .big, "-9223372036854775809"),
        ("-9223372036854776000", .big, "-9223372036854776000"), ("9223372036854776000", .double, "9223372036854776000"),
        ("0.30000000000000001", .big, "0.30000000000000001"), ("1e-400", .big, "1e-400"),
        ("100000000000000000001", .big, "100000000000000000001"), ("4e-324", .big, "4e-324"),
        ("1e999999999", .big, "1e+999999999"), ("12e345678901234567890", .big, "1.2e+1125899906842624"),
        ("-0.5e-99999999999999999999999999", .big, "-5e-1125899906842624"), ("-1.5e-999999999", .big, "-1.5e-999999999"),
        ("123456789012345678901234567890", .big, "123456789012345678901234567890"),
    ])
    func keepsItsText(text: String, form: Form, canonical: String) {
        withArena { arena in
            let value = Value.number(text: text, in: arena)
            let tag: Value.Tag = form == .integer ? .integer : form == .double ? .double : .bigNumber
            #expect(value.unspelled.tag == tag)
            #expect(value.numberText == text)
            #expect(Decimal(value).text == canonical)
            #expect(RegoNumber(text: text)?.description == text)
            let again = Value.number(text: canonical, in: arena)
            #expect(Value.equal(again, value) && Value.equal(value, again))
            #expect(Value.compare(again, value) == 0)
            #expect(again.hash == value.hash)
            #expect(RegoNumber(text: text) == RegoNumber(text: canonical))
            #expect(RegoNumber(text: text).hashValue == RegoNumber(text: canonical).hashValue)
            let copied = value.deepCopy(into: arena)
            #expect(copied.numberText == text && Value.equal(copied, value))
            #expect((try? JSONParser.parse(Array(text.utf8), into: arena))?.numberText == text)
        }
    }

    @Test func spellingsAreOneMember() {
        withArena { arena in
            let spellings = ["1.0", "1", "10e-1", "1.00"].map { Value.number(text: $0, in: arena) }
            let (set, object) = (SetBuilder(in: arena), ObjectBuilder(in: arena))
            for filler in 2..<40 { set.insert(.integer(filler)) }
            for spelling in spellings {
                set.insert(spelling)
                object.set(spelling, spelling)
                #expect(object.put(spelling, .integer(1 as Int)) == .same)
            }
            let members = set.finish()
            #expect(members.length == 39)
            #expect(members.regoText.hasPrefix("{1.0, 2, 3"))
            for spelling in spellings { #expect(members.contains(spelling)) }
            // The first key stays, with the last value.
            #expect(object.finish().regoText == "{1.0: 1.00}")
            #expect(!Value.equal(spellings[0], .null) && !Value.equal(.string("1.0", in: arena), spellings[0]))
        }
    }

    @Test(arguments: [
        "", "-", "01", "-01", ".5", "1.", "1.e1", "1e", "1e+", "+1", "0x10", "1_000", "NaN", "Infinity", " 1", "1 ", "1e1.5", "--1",
    ])
    func malformedText(text: String) {
        withArena { arena in
            #expect(Value.number(text: text, in: arena).isUndefined)
            #expect(RegoNumber(text: text) == nil)
        }
    }

    @Test(arguments: [
        // Decimals as OPA's 64-bit mantissa prints them.
        ("0.5", "0.25", "0.75", "0.25", "0.125", "2"), ("1", "3", "4", "-2", "3", "0.33333333333333333334"),
        ("10", "4", "14", "6", "40", "2.5"), ("1.5", "0.5", "2", "1", "0.75", "3"), ("7", "-2", "5", "9", "-14", "-3.5"),
        ("9223372036854775807", "1", "9223372036854775808", "9223372036854775806", "9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-1", "-9223372036854775809", "-9223372036854775807", "9223372036854775808", "9223372036854775808"),
        // Beyond 2^64 integers are rounded to 64 bits of mantissa.
        ("9223372036854775808", "9223372036854775808", "18446744073709551616", "0", "85070591730234615870000000000000000000", "1"),
        ("18446744073709551616", "3", "18446744073709551620", "18446744073709551613", "55340232221128654850", "6.1489146912365172055e+18"),
        ("1.0", "0.50", "1.5", "0.5", "0.5", "2"),
        ("1e30", "1e30", "2000000000000000000000000000000", "0", "1000000000000000000100000000000000000000000000000000000000000", "1"),
        ("1234567.5", "-1", "1.2345665e+06", "1.2345685e+06", "-1.2345675e+06", "-1.2345675e+06"),
        ("0.00001", "2", "2.00001", "-1.99999", "2e-05", "5e-06"), ("0", "-1.5", "-1.5", "1.5", "-0", "-0"),
        ("0", "-1000", "-1000", "1000", "-0", "-0"), ("0", "-999", "-999", "999", "0", "-0"),
    ])
    func arithmetic(a: String, b: String, sum: String, difference: String, product: String, quotient: String) throws {
        try withArena { arena in
            let (x, y) = (Value.number(text: a, in: arena), Value.number(text: b, in: arena))
            try #expect(Value.add(x, y, in: arena).numberText == sum)
            try #expect(Value.subtract(x, y, in: arena).numberText == difference)
            try #expect(Value.multiply(x, y, in: arena).numberText == product)
            try #expect(Value.divide(x, y, in: arena).numberText == quotient)
        }
    }

    @Test func halvesAddUp() throws {
        var random = TestRandom(7)
        try withArena { arena in
            for _ in 0..<2000 {
                let digits = UInt64.random(in: 1...UInt64.max, using: &random)
                let scale = Int.random(in: -30...30, using: &random)
                let x = Value.number(text: "\(digits >> 1)e\(scale)", in: arena)
                let half = Value.number(text: "0.5", in: arena)
                let doubled = try Value.add(try Value.multiply(x, half, in: arena), try Value.multiply(x, half, in: arena), in: arena)
                let error = abs(doubled.doubleValue - x.doubleValue) / x.doubleValue
                #expect(error < 1e-15)
                arena.reset()
            }
        }
    }

    /// The processor's 80-bit numbers have the same mantissa, so that decimals read into them and computed with agree.
    #if arch(x86_64)
        @Test func floatsMatchTheProcessor() throws {
            var random = TestRandom(11)
            func decimal() -> String {
                let digits = max(1, UInt64.random(in: 1...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random))
                let sign = Bool.random(using: &random) ? "-" : ""
                return "\(sign)\(digits)e\(Int.random(in: -60...40, using: &random))"
            }
            try withArena { arena in
                for _ in 0..<5000 {
                    let (a, b) = (decimal(), decimal())
                    let (x, y) = (Value.number(text: a, in: arena), Value.number(text: b, in: arena))
                    let p = try #require(Float80(a))
                    let q = try #require(Float80(b))
                    for (value, expected) in [
                        (try Value.add(x, y, in: arena), p + q), (try Value.subtract(x, y, in: arena), p - q),
                        (try Value.multiply(x, y, in: arena), p * q), (try Value.divide(x, y, in: arena), p / q),
                    ] {
                        #expect(Float80(value.numberText) == expected, "\(a) and \(b)")
                    }
                    arena.reset()
                }
            }
        }
    #endif

    @Test(arguments: [
        ("7", "3", "1"), ("-7", "3", "-1"), ("7", "-3", "1"), ("-9223372036854775808", "-1", "0"), ("10", "18446744073709551620", "10"),
        ("18446744073709551617", "10", "6"), ("10000000000000000000000000", "7", "3"), ("7.0", "3", "1"),
    ])
    func remainder(a: String, b: String, expected: String) throws {
        try withArena { arena in
            let value = try Value.remainder(.number(text: a, in: arena), .number(text: b, in: arena), in: arena)
            #expect(value.numberText == expected)
        }
    }

    @Test func failures() {
        withArena { arena in
            let (one, zero, half) = (Value.integer(1 as Int), Value.integer(0 as Int), Value.number(0.5))
            let huge = Value.number(text: "1e999999999", in: arena)
            #expect(throws: ArithmeticError.divideByZero) { try Value.divide(one, zero, in: arena) }
            #expect(throws: ArithmeticError.divideByZero) { try Value.divide(half, zero, in: arena) }
            #expect(throws: ArithmeticError.moduloByZero) { try Value.remainder(one, zero, in: arena) }
            // OPA sees the low 64 bits of the divisor alone.
            let multiple = Value.number(text: "18446744073709551616", in: arena)
            #expect(throws: ArithmeticError.moduloByZero) { try Value.remainder(one, multiple, in: arena) }
            #expect(throws: ArithmeticError.moduloOnFloat) { try Value.remainder(half, one, in: arena) }
            #expect(throws: ArithmeticError.outOfRange) { try Value.add(huge, one, in: arena) }
            #expect(throws: ArithmeticError.outOfRange) { try Value.multiply(huge, half, in: arena) }
            #expect(ArithmeticError.divideByZero.message == "divide by zero")
            #expect(ArithmeticError.moduloByZero.message == "modulo by zero")
            #expect(ArithmeticError.moduloOnFloat.message == "modulo on floating-point number")
        }
    }

    @Test func order() {
        let ascending = [
            "-1e999999999", "-1e400", "-1e100", "-9223372036854776000", "-9223372036854775809", "-9223372036854775808", "-1.5", "-1",
            "-0.5", "-1e-400", "0",
            "1e-999999999", "1e-400", "5e-324", "0.1", "0.30000000000000001", "0.30000000000000004", "1", "1.5", "2", "9007199254740993",
            "9223372036854775806.5",
            "9223372036854775807", "9223372036854775808", "9223372036854776000", "18446744073709551616", "1e100",
            "1.0000000000000000000001e100", "1e400", "1e999999999",
        ]
        withArena { arena in
            let values = ascending.map { Value.number(text: $0, in: arena) }
            for (i, a) in values.enumerated() {
                for (j, b) in values.enumerated() {
                    #expect(Value.compare(a, b).signum() == (i - j).signum(), "\(ascending[i]) and \(ascending[j])")
                    #expect(Value.equal(a, b) == (i == j))
                    #expect((RegoNumber(text: ascending[i])! < RegoNumber(text: ascending[j])!) == (i < j))
                }
            }
        }
    }

    @Test func integersAgreeWithBigInt() throws {
        var random = TestRandom(3)
        try withArena { arena in
            for _ in 0..<1000 {
                let a = BigInt(Int64.random(in: .min ... .max, using: &random)) >> Int.random(in: 0..<64, using: &random)
                let b = BigInt(Int64.random(in: .min ... .max, using: &random)) >> Int.random(in: 0..<64, using: &random)
                let (x, y) = (Value.number(a, in: arena), Value.number(b, in: arena))
                try #expect(Value.add(x, y, in: arena).numberText == String(a + b))
                try #expect(Value.subtract(x, y, in: arena).numberText == String(a - b))
                let product = try Value.multiply(x, y, in: arena)
                if (a * b).bitWidth <= 64 { #expect(product.bigIntValue == a * b) }
                let error = product.doubleValue - Double(a) * Double(b)
                #expect(abs(error) <= abs(Double(a) * Double(b)) * 1e-15)
                if b != 0 { try #expect(Value.remainder(x, y, in: arena).numberText == String(a % b)) }
                #expect(Value.compare(x, y).signum() == (a < b ? -1 : a > b ? 1 : 0))
                arena.reset()
            }
        }
    }

    @Test(arguments: [
        // number, abs, ceil, floor, round
        ("1.0", "1", "1", "1", "1"), ("-0", "0", "0", "0", "0"), ("2.5", "2.5", "3", "2", "3"), ("-2.5", "2.5", "-2", "-3", "-3"),
        // OPA's ceil and floor cut towards zero between -1 and 0.
        ("-0.5", "0.5", "1", "0", "-1"), ("0.5", "0.5", "1", "0", "1"), ("-1e-7", "1e-07", "1", "0", "0"),
        ("999999999999999999999", "1000000000000000000000", "1000000000000000000000", "1000000000000000000000", "1000000000000000000000"),
        (
            "1e30", "1000000000000000000000000000000", "1000000000000000000024696061952", "1000000000000000000024696061952",
            "1000000000000000000024696061952"
        ),
        ("9223372036854775809", "9223372036854775809", "9223372036854775809", "9223372036854775809", "9223372036854775810"),
        ("7", "7", "7", "7", "7"), ("-7", "7", "-7", "-7", "-7"), ("0.4", "0.4", "1", "0", "0"),
        ("100000000000000000001.5", "100000000000000000000", "100000000000000000000", "100000000000000000000", "100000000000000000000"),
        ("0.00000000000000000000001234567890123456789", "1.234567890123456789e-23", "1", "0", "0"),
        ("0.50000000000000000000001", "0.5", "1", "0", "1"),
        ("-9223372036854775808", "9223372036854775808", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"),
    ])
    func roundings(text: String, abs: String, ceil: String, floor: String, round: String) throws {
        try withArena { arena in
            let value = Value.number(text: text, in: arena)
            try #expect(Value.abs(value, in: arena).numberText == abs)
            try #expect(Value.ceil(value, in: arena).numberText == ceil)
            try #expect(Value.floor(value, in: arena).numberText == floor)
            try #expect(Value.round(value, in: arena).numberText == round)
        }
    }

    @Test func doublesOfSwift() {
        #expect(Value.number(Double.nan).isUndefined)
        #expect(Value.number(-Double.infinity).isUndefined)
        #expect(Value.number(-0.0).w1 == 0)
        #expect(Value.number(3.0).isInteger)
        #expect(RegoNumber(0.1) == RegoNumber(text: "0.10"))
        #expect(RegoNumber(UInt64.max).description == "18446744073709551615")
        #expect(RegoNumber(UInt64.max).double == 0x1p64)
        #expect(RegoNumber(text: "1e999999999")?.double == .infinity)
        #expect(RegoNumber(text: "-1e999999999")?.double == -.infinity)
        #expect(RegoNumber(text: "1e-999999999")?.double == 0)
    }

    /// Neither text nor comparison of a number of a million digits takes noticeable time.
    @Test func hostileLength() throws {
        withArena { arena in
            let nines = String(repeating: "9", count: 1_000_000)
            let value = Value.number(text: nines, in: arena)
            #expect(value.tag == .bigNumber)
            #expect(value.numberText == nines)
            #expect(Value.compare(value, .integer(1 as Int)) > 0)
            #expect(throws: ArithmeticError.outOfRange) { try Value.add(value, value, in: arena) }
            let small = "0." + String(repeating: "0", count: 1_000_000) + "1"
            let read = Value.number(text: small, in: arena)
            #expect(Decimal(read).text == "1e-1000001")
            let keepsText = read.numberText == small
            #expect(keepsText)
        }
    }
}
