/// Go's `time.Parse`.
struct TimeParser {
    /// Why a text is no time, as Go says it.
    struct Failure: Error {
        let message: String
    }

    private let layoutText: String
    private let text: String
    private var rest: ArraySlice<UInt8>
    private var time = CivilTime(year: 0, month: 1, day: 1)
    private var month: Int?
    private var day: Int?
    private var dayOfYear: Int?
    private var isPM = false
    private var isAM = false
    /// Seconds east of UTC, when the text says so.
    private var offset: Int?

    private init(_ layout: String, _ text: String) {
        layoutText = layout
        self.text = text
        rest = Array(text.utf8)[...]
    }

    /// The instant that a text means.
    ///
    /// - Returns: seconds since 1970 and nanoseconds.
    static func parse(_ text: String, layout: String) throws(Failure) -> (seconds: Int64, nanosecond: Int) {
        var parser = TimeParser(layout, text)
        return try parser.parse()
    }

    private mutating func parse() throws(Failure) -> (seconds: Int64, nanosecond: Int) {
        let layout = TimeLayout(layoutText)
        for (index, part) in layout.parts.enumerated() {
            let source = layout.sources[index]
            let before = rest
            let isText = if case .text = part { true } else { false }
            guard try parse(part, isBeforeFraction: index + 1 < layout.parts.count && layout.parts[index + 1].isFraction) else {
                // Of plain text only what does not match is shown.
                throw Failure(message: failure("cannot parse \(quote(isText ? rest : before)) as \(quote(source[...]))"))
            }
        }
        guard rest.isEmpty else { throw Failure(message: failure(nil, "extra text: \(quote(rest))")) }
        return try finish()
    }

    /// In quotes; what is not printable ASCII as `\xNN`.
    static func quote(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0x20..<0x80: quoted.append(byte)
            default: quoted += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: quoted + [UInt8(ascii: "\"")], as: UTF8.self)
    }

    private func quote(_ bytes: ArraySlice<UInt8>) -> String { Self.quote(bytes) }

    private func failure(_ cause: String?, _ message: String = "") -> String {
        let shown = Self.quote(text.utf8)
        if let cause { return "parsing time \(shown) as \(Self.quote(layoutText.utf8)): \(cause)" }
        return "parsing time \(shown): \(message)"
    }

    private func outOfRange(_ what: String) -> Failure { Failure(message: failure(nil, "\(what) out of range")) }

    private mutating func finish() throws(Failure) -> (seconds: Int64, nanosecond: Int) {
        if isPM, time.hour < 12 { time.hour += 12 } else if isAM, time.hour == 12 { time.hour = 0 }
        if let dayOfYear {
            guard dayOfYear >= 1, dayOfYear <= (CivilTime.isLeap(time.year) ? 366 : 365) else { throw outOfRange("day-of-year") }
            let days = CivilTime.days(year: time.year, month: 1, day: dayOfYear)
            let date = CivilTime(seconds: Int64(days) * 86400, nanosecond: 0, offset: 0)
            if let month, month != date.month { throw Failure(message: failure(nil, "day-of-year does not match month")) }
            if let day, day != date.day { throw Failure(message: failure(nil, "day-of-year does not match day")) }
            (month, day) = (date.month, date.day)
        }
        time.month = month ?? 1
        time.day = day ?? 1
        guard time.day >= 1, time.day <= CivilTime.daysIn(month: time.month, year: time.year) else { throw outOfRange("day") }
        return (time.seconds - Int64(offset ?? 0), time.nanosecond)
    }

    /// Reads one part; `false` when the text does not have it.
    private mutating func parse(_ part: TimeLayout.Part, isBeforeFraction: Bool) throws(Failure) -> Bool {
        switch part {
        case .text(let expected): return skip(expected)
        case .longMonth: return take(name: CivilTime.monthNames) { parser, index in parser.month = index + 1 }
        case .shortMonth: return take(name: CivilTime.monthNames.map { String($0.prefix(3)) }) { parser, index in parser.month = index + 1 }
        case .longWeekday: return take(name: CivilTime.dayNames) { _, _ in }
        case .shortWeekday: return take(name: CivilTime.dayNames.map { String($0.prefix(3)) }) { _, _ in }
        case .month, .paddedMonth:
            guard let number = number(isFixed: part == .paddedMonth) else { return false }
            guard (1...12).contains(number) else { throw outOfRange("month") }
            month = number
        case .day, .spacedDay, .paddedDay:
            if part == .spacedDay, rest.first == 32 { rest = rest.dropFirst() }
            guard let number = number(isFixed: part == .paddedDay) else { return false }
            day = number
        case .spacedYearDay, .paddedYearDay:
            for _ in 0..<2 where part == .spacedYearDay && rest.first == 32 { rest = rest.dropFirst() }
            guard let number = part == .spacedYearDay ? digits(1...3) : digits(3...3) else { return false }
            dayOfYear = number
        case .longYear:
            guard let number = digits(4...4) else { return false }
            time.year = number
        case .year:
            guard let number = digits(2...2) else { return false }
            time.year = number >= 69 ? 1900 + number : 2000 + number
        case .hour:
            guard let number = number(isFixed: false) else { return false }
            guard number < 24 else { throw outOfRange("hour") }
            time.hour = number
        case .hour12, .paddedHour12:
            guard let number = number(isFixed: part == .paddedHour12) else { return false }
            guard number <= 12 else { throw outOfRange("hour") }
            time.hour = number
        case .minute, .paddedMinute:
            guard let number = number(isFixed: part == .paddedMinute) else { return false }
            guard number < 60 else { throw outOfRange("minute") }
            time.minute = number
        case .second, .paddedSecond:
            guard let number = number(isFixed: part == .paddedSecond) else { return false }
            guard number < 60 else { throw outOfRange("second") }
            time.second = number
            // A fraction is read even where the layout has none.
            if !isBeforeFraction { takeFraction() }
        case .upperPM, .lowerPM: return takePM(isUpper: part == .upperPM)
        case .zoneName: return takeZoneName()
        case .zone(let usesZ, let zone): return try takeZone(usesZ: usesZ, zone)
        case .fraction(let digits, let trims, _):
            if trims {
                takeFraction()
            } else {
                guard let mark = rest.first, mark == 46 || mark == 44, rest.dropFirst().prefix(digits).allSatisfy({ $0 >= 48 && $0 <= 57 }),
                    rest.count > digits
                else { return false }
                setFraction(rest.dropFirst().prefix(digits))
                rest = rest.dropFirst(1 + digits)
            }
        }
        return true
    }

    // MARK: Pieces

    /// Runs of spaces match runs of spaces.
    private mutating func skip(_ expected: [UInt8]) -> Bool {
        var expected = expected[...]
        while let byte = expected.first {
            if byte == 32 {
                if let next = rest.first, next != 32 { return false }
                expected = expected.drop { $0 == 32 }
                rest = rest.drop { $0 == 32 }
                continue
            }
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            expected = expected.dropFirst()
        }
        return true
    }

    private mutating func take(name names: [String], _ found: (inout TimeParser, Int) -> Void) -> Bool {
        for (index, name) in names.enumerated() where rest.count >= name.utf8.count {
            guard zip(rest, name.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
            rest = rest.dropFirst(name.utf8.count)
            found(&self, index)
            return true
        }
        return false
    }

    /// One or two digits, or exactly two.
    private mutating func number(isFixed: Bool) -> Int? { digits(isFixed ? 2...2 : 1...2) }

    private mutating func digits(_ counts: ClosedRange<Int>) -> Int? {
        let found = rest.prefix(counts.upperBound).prefix { $0 >= 48 && $0 <= 57 }
        guard found.count >= counts.lowerBound else { return nil }
        rest = rest.dropFirst(found.count)
        return found.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private mutating func takeFraction() {
        guard let mark = rest.first, mark == 46 || mark == 44 else { return }
        let digits = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
        guard !digits.isEmpty else { return }
        setFraction(digits)
        rest = rest.dropFirst(1 + digits.count)
    }

    private mutating func setFraction(_ digits: ArraySlice<UInt8>) {
        var value = 0
        for index in 0..<9 { value = value * 10 + (index < digits.count ? Int(digits[digits.startIndex + index] - 48) : 0) }
        time.nanosecond = value
    }

    private mutating func takePM(isUpper: Bool) -> Bool {
        let names = isUpper ? ["PM", "AM"] : ["pm", "am"]
        guard let found = names.first(where: { rest.starts(with: $0.utf8) }) else { return false }
        rest = rest.dropFirst(2)
        if found == names[0] { isPM = true } else { isAM = true }
        return true
    }

    /// The name of a zone says nothing of its offset, as in Go where the zone is not the local one.
    private mutating func takeZoneName() -> Bool {
        let letters = rest.prefix { $0 >= 65 && $0 <= 90 }.count
        if rest.starts(with: "UTC".utf8) {
            rest = rest.dropFirst(3)
        } else if rest.starts(with: "GMT".utf8) {
            rest = rest.dropFirst(3)
            if let sign = rest.first, sign == 43 || sign == 45 {
                let digits = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
                if (1...2).contains(digits.count) { rest = rest.dropFirst(1 + digits.count) }
            }
        } else if let sign = rest.first, sign == 43 || sign == 45 {
            let digits = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
            guard (1...4).contains(digits.count) else { return false }
            rest = rest.dropFirst(1 + digits.count)
        } else if rest.starts(with: "ChST".utf8) || rest.starts(with: "MeST".utf8) {
            rest = rest.dropFirst(4)
        } else if letters == 3 || (letters == 4 && (rest[rest.startIndex + 3] == 84 || rest.starts(with: "WITA".utf8)))
            || (letters == 5 && rest[rest.startIndex + 4] == 84)
        {
            rest = rest.dropFirst(letters)
        } else {
            return false
        }
        return true
    }

    private mutating func takeZone(usesZ: Bool, _ zone: TimeLayout.Zone) throws(Failure) -> Bool {
        if usesZ, rest.first == UInt8(ascii: "Z") {
            rest = rest.dropFirst()
            offset = 0
            return true
        }
        guard let sign = rest.first, sign == 43 || sign == 45 else { return false }
        rest = rest.dropFirst()
        guard let hours = digits(2...2) else { return false }
        var (minutes, seconds) = (0, 0)
        let hasColons = zone == .hoursColonMinutes || zone == .withColonSeconds
        if zone != .hours {
            if hasColons, !skip([UInt8(ascii: ":")]) { return false }
            guard let number = digits(2...2) else { return false }
            minutes = number
        }
        if zone == .withSeconds || zone == .withColonSeconds {
            if hasColons, !skip([UInt8(ascii: ":")]) { return false }
            guard let number = digits(2...2) else { return false }
            seconds = number
        }
        if hours > 24 { throw outOfRange("time zone offset hour") }
        if minutes >= 60 { throw outOfRange("time zone offset minute") }
        if seconds >= 60 { throw outOfRange("time zone offset second") }
        offset = (sign == 45 ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
        return true
    }
}

extension TimeLayout.Part {
    var isFraction: Bool { if case .fraction = self { true } else { false } }
}

/// Go's `time.ParseDuration`.
enum DurationParser {
    /// Nanoseconds, or Go's message.
    static func parse(_ text: String) -> Result<Int64, TimeParser.Failure> {
        func failure(_ message: String) -> Result<Int64, TimeParser.Failure> { .failure(TimeParser.Failure(message: message)) }
        let invalid = failure("time: invalid duration \(TimeParser.quote(text.utf8))")
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == 45
        if isNegative || rest.first == 43 { rest = rest.dropFirst() }
        if rest.elementsEqual([48]) { return .success(0) }
        guard !rest.isEmpty else { return invalid }
        var total: UInt64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0 >= 48 && $0 <= 57 }
            rest = rest.dropFirst(whole.count)
            var fraction: ArraySlice<UInt8> = []
            if rest.first == 46 {
                fraction = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
                rest = rest.dropFirst(1 + fraction.count)
            }
            guard !whole.isEmpty || !fraction.isEmpty else { return invalid }
            let unit = rest.prefix { $0 != 46 && !($0 >= 48 && $0 <= 57) }
            guard !unit.isEmpty else { return failure("time: missing unit in duration \(TimeParser.quote(text.utf8))") }
            rest = rest.dropFirst(unit.count)
            guard let scale = scale(String(decoding: unit, as: UTF8.self)) else {
                return failure("time: unknown unit \(TimeParser.quote(unit)) in duration \(TimeParser.quote(text.utf8))")
            }
            var value: UInt64 = 0
            for digit in whole {
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
                value = scaled &+ UInt64(digit - 48)
                if overflow || value > 1 << 63 { return invalid }
            }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: scale)
            if overflow || scaled > 1 << 63 { return invalid }
            var (digits, divisor) = (0.0, 1.0)
            for digit in fraction.prefix(18) {
                digits = digits * 10 + Double(digit - 48)
                divisor *= 10
            }
            let (sum, overflowed) = total.addingReportingOverflow(scaled + UInt64(digits * (Double(scale) / divisor)))
            if overflowed || sum > 1 << 63 { return invalid }
            total = sum
        }
        if isNegative { return .success(total == 1 << 63 ? .min : -Int64(total)) }
        return total < 1 << 63 ? .success(Int64(total)) : invalid
    }

    private static func scale(_ unit: String) -> UInt64? {
        switch unit {
        case "ns": 1
        case "us", "\u{B5}s", "\u{3BC}s": 1000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }
}
