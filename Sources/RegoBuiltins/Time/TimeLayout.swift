/// Go's time layouts: the reference time `Mon Jan 2 15:04:05 MST 2006` written as the times are to be written.
struct TimeLayout {
    /// One part of a layout.
    enum Part: Equatable {
        case text([UInt8])
        case longMonth, shortMonth, month, paddedMonth
        case longWeekday, shortWeekday
        case day, spacedDay, paddedDay, spacedYearDay, paddedYearDay
        case hour, hour12, paddedHour12, minute, paddedMinute, second, paddedSecond
        case longYear, year, upperPM, lowerPM, zoneName
        /// `Z` instead of a zero offset; what is written of the offset.
        case zone(usesZ: Bool, Zone)
        /// Digits behind a point or comma; `trims` trailing zeros.
        case fraction(digits: Int, trims: Bool, comma: Bool)
    }

    enum Zone: Equatable { case hours, hoursMinutes, hoursColonMinutes, withSeconds, withColonSeconds }

    private(set) var parts: [Part] = []
    /// Of each part the text in the layout that stands for it.
    private(set) var sources: [[UInt8]] = []

    /// The layouts that OPA knows by name.
    private static let named: [String: String] = [
        "ANSIC": "Mon Jan _2 15:04:05 2006", "UnixDate": "Mon Jan _2 15:04:05 MST 2006", "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
        "RFC822": "02 Jan 06 15:04 MST", "RFC822Z": "02 Jan 06 15:04 -0700", "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST", "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700", "RFC3339": rfc3339,
        "RFC3339Nano": rfc3339Nano,
    ]

    static let rfc3339 = "2006-01-02T15:04:05Z07:00"
    static let rfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00"

    /// The text behind a name, or the text itself.
    static func resolve(_ name: String) -> String { named[name] ?? name }

    init(_ text: String) {
        let layout = Array(text.utf8)
        var index = 0
        var literal: [UInt8] = []
        while index < layout.count {
            // `_2006` is an underscore before a year.
            guard let (part, length) = Self.part(layout[index...]) else {
                literal.append(layout[index])
                index += 1
                continue
            }
            if !literal.isEmpty {
                parts.append(.text(literal))
                sources.append(literal)
                literal = []
            }
            parts.append(part)
            sources.append(Array(layout[index..<(index + length)]))
            index += length
        }
        if !literal.isEmpty {
            parts.append(.text(literal))
            sources.append(literal)
        }
    }

    /// The parts whose text is fixed, longer ones first.
    private static let fixed: [(StaticString, Part)] = [
        ("January", .longMonth), ("Monday", .longWeekday), ("MST", .zoneName), ("2006", .longYear), ("002", .paddedYearDay),
        ("01", .paddedMonth), ("02", .paddedDay), ("03", .paddedHour12), ("04", .paddedMinute), ("05", .paddedSecond), ("06", .year),
        ("15", .hour), ("1", .month), ("2", .day), ("3", .hour12), ("4", .minute), ("5", .second), ("__2", .spacedYearDay),
        ("_2", .spacedDay), ("PM", .upperPM), ("pm", .lowerPM), ("-07:00:00", .zone(usesZ: false, .withColonSeconds)),
        ("-070000", .zone(usesZ: false, .withSeconds)), ("-07:00", .zone(usesZ: false, .hoursColonMinutes)),
        ("-0700", .zone(usesZ: false, .hoursMinutes)), ("-07", .zone(usesZ: false, .hours)),
        ("Z07:00:00", .zone(usesZ: true, .withColonSeconds)), ("Z070000", .zone(usesZ: true, .withSeconds)),
        ("Z07:00", .zone(usesZ: true, .hoursColonMinutes)), ("Z0700", .zone(usesZ: true, .hoursMinutes)),
        ("Z07", .zone(usesZ: true, .hours)),
    ]

    private static func part(_ layout: ArraySlice<UInt8>) -> (Part, Int)? {
        func begins(_ text: StaticString) -> Bool {
            layout.starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        if begins("_2006") { return nil }
        for (text, part) in fixed where begins(text) { return (part, text.utf8CodeUnitCount) }
        // Abbreviations are none within a longer word: "Month" keeps its letters.
        let fourth = layout.dropFirst(3).first ?? 0
        if fourth < 97 || fourth > 122 {
            if begins("Jan") { return (.shortMonth, 3) }
            if begins("Mon") { return (.shortWeekday, 3) }
        }
        guard let mark = layout.first, mark == 46 || mark == 44, let digit = layout.dropFirst().first, digit == 48 || digit == 57 else {
            return nil
        }
        let count = layout.dropFirst().prefix { $0 == digit }.count
        if let next = layout.dropFirst(1 + count).first, next >= 48, next <= 57 { return nil }
        return (.fraction(digits: count, trims: digit == 57, comma: mark == 44), 1 + count)
    }
}

// MARK: Formatting

extension TimeLayout {
    /// Writes a local time.
    func format(_ time: CivilTime, _ period: TimeZoneData.Period) -> [UInt8] {
        var result: [UInt8] = []
        for part in parts { Self.append(part, time, period, to: &result) }
        return result
    }

    private static func append(_ part: Part, _ time: CivilTime, _ period: TimeZoneData.Period, to result: inout [UInt8]) {
        func number(_ value: Int, _ width: Int = 0, _ padding: String = "0") {
            let digits = String(value.magnitude)
            if value < 0 { result.append(UInt8(ascii: "-")) }
            result += Array(String(repeating: padding, count: max(width - digits.utf8.count, 0)).utf8) + Array(digits.utf8)
        }
        let hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12
        switch part {
        case .text(let text): result += text
        case .longMonth: result += Array(CivilTime.monthNames[time.month - 1].utf8)
        case .shortMonth: result += Array(CivilTime.monthNames[time.month - 1].utf8.prefix(3))
        case .month: number(time.month)
        case .paddedMonth: number(time.month, 2)
        case .longWeekday: result += Array(CivilTime.dayNames[time.weekday].utf8)
        case .shortWeekday: result += Array(CivilTime.dayNames[time.weekday].utf8.prefix(3))
        case .day: number(time.day)
        case .spacedDay: number(time.day, 2, " ")
        case .paddedDay: number(time.day, 2)
        case .spacedYearDay: number(time.dayOfYear, 3, " ")
        case .paddedYearDay: number(time.dayOfYear, 3)
        case .hour: number(time.hour, 2)
        case .hour12: number(hour12)
        case .paddedHour12: number(hour12, 2)
        case .minute: number(time.minute)
        case .paddedMinute: number(time.minute, 2)
        case .second: number(time.second)
        case .paddedSecond: number(time.second, 2)
        case .longYear: number(time.year, 4)
        case .year: number(((time.year % 100) + 100) % 100, 2)
        case .upperPM: result += Array((time.hour >= 12 ? "PM" : "AM").utf8)
        case .lowerPM: result += Array((time.hour >= 12 ? "pm" : "am").utf8)
        case .zoneName:
            if period.abbreviation.isEmpty {
                append(.zone(usesZ: false, period.offset % 3600 == 0 ? .hours : .hoursMinutes), time, period, to: &result)
            } else {
                result += Array(period.abbreviation.utf8)
            }
        case .zone(let usesZ, let zone):
            if usesZ, period.offset == 0 { return result.append(UInt8(ascii: "Z")) }
            let minutes = abs(period.offset) / 60
            result.append(period.offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            number(minutes / 60, 2)
            if zone == .hours { return }
            if zone == .hoursColonMinutes || zone == .withColonSeconds { result.append(UInt8(ascii: ":")) }
            number(minutes % 60, 2)
            if zone == .withColonSeconds { result.append(UInt8(ascii: ":")) }
            if zone == .withColonSeconds || zone == .withSeconds { number(abs(period.offset) % 60, 2) }
        case .fraction(let digits, let trims, let comma):
            var text = Array(String(1_000_000_000 + time.nanosecond).utf8.dropFirst().prefix(digits))
            text += [UInt8](repeating: 48, count: max(digits - 9, 0))
            if trims { while text.last == 48 { text.removeLast() } }
            if !text.isEmpty { result += [comma ? UInt8(ascii: ",") : UInt8(ascii: ".")] + text }
        }
    }
}
