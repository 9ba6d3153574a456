/// A rule for all times to come, such as `EST5EDT,M3.2.0,M11.1.0` (POSIX's `TZ`, RFC 9636 section 3.3.1).
struct PosixTimeZone: Sendable {
    private enum Day: Sendable {
        /// 1...365, the leap day is not counted.
        case julian(Int)
        /// 0...365
        case zeroBased(Int)
        /// Week 5 is the last one of the month.
        case weekday(month: Int, week: Int, day: Int)
    }

    private struct Change: Sendable {
        var day: Day
        /// Seconds after local midnight.
        var time = 7200
    }

    private var standard: TimeZoneData.Period
    private var daylight: TimeZoneData.Period?
    private var begin = Change(day: .weekday(month: 3, week: 2, day: 0))
    private var end = Change(day: .weekday(month: 11, week: 1, day: 0))

    /// Reads a rule; `nil` for what is none.
    init?(_ text: [UInt8]) {
        var reader = Reader(text: text)
        guard let name = reader.name(), let offset = reader.offset() else { return nil }
        standard = TimeZoneData.Period(offset: -offset, abbreviation: name)
        if reader.isAtEnd { return }
        guard let other = reader.name() else { return nil }
        var daylightOffset = -offset + 3600
        if !reader.isAtEnd, reader.peek != UInt8(ascii: ",") {
            guard let given = reader.offset() else { return nil }
            daylightOffset = -given
        }
        daylight = TimeZoneData.Period(offset: daylightOffset, abbreviation: other)
        if reader.isAtEnd { return }
        guard reader.take(UInt8(ascii: ",")), let begin = reader.change(), reader.take(UInt8(ascii: ",")), let end = reader.change(),
            reader.isAtEnd
        else { return nil }
        self.begin = begin
        self.end = end
    }

    private struct Reader {
        let text: [UInt8]
        var position = 0

        var isAtEnd: Bool { position >= text.count }
        var peek: UInt8? { isAtEnd ? nil : text[position] }

        mutating func take(_ byte: UInt8) -> Bool {
            guard peek == byte else { return false }
            position += 1
            return true
        }

        mutating func name() -> String? {
            let start = position
            if take(UInt8(ascii: "<")) {
                while let byte = peek, byte != UInt8(ascii: ">") { position += 1 }
                defer { position += 1 }
                return isAtEnd ? nil : String(decoding: text[(start + 1)..<position], as: UTF8.self)
            }
            while let byte = peek, byte | 0x20 >= 97, byte | 0x20 <= 122 { position += 1 }
            return position - start >= 3 ? String(decoding: text[start..<position], as: UTF8.self) : nil
        }

        mutating func number(_ limit: Int) -> Int? {
            let start = position
            var value = 0
            while let byte = peek, byte >= 48, byte <= 57, value <= limit {
                value = value * 10 + Int(byte - 48)
                position += 1
            }
            return position > start && value <= limit ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func offset() -> Int? {
            let isNegative = take(UInt8(ascii: "-"))
            if !isNegative { _ = take(UInt8(ascii: "+")) }
            guard let hours = number(24 * 7) else { return nil }
            var seconds = hours * 3600
            if take(UInt8(ascii: ":")) {
                guard let minutes = number(59) else { return nil }
                seconds += minutes * 60
                if take(UInt8(ascii: ":")) {
                    guard let rest = number(59) else { return nil }
                    seconds += rest
                }
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            var change: Change
            if take(UInt8(ascii: "J")) {
                guard let day = number(365), day >= 1 else { return nil }
                change = Change(day: .julian(day))
            } else if take(UInt8(ascii: "M")) {
                guard let month = number(12), month >= 1, take(UInt8(ascii: ".")), let week = number(5), week >= 1,
                    take(UInt8(ascii: ".")), let day = number(6)
                else { return nil }
                change = Change(day: .weekday(month: month, week: week, day: day))
            } else {
                guard let day = number(365) else { return nil }
                change = Change(day: .zeroBased(day))
            }
            if take(UInt8(ascii: "/")) {
                guard let time = offset() else { return nil }
                change.time = time
            }
            return change
        }
    }

    /// When a change happens in a year, in seconds since 1970 by the clock that it ends.
    private static func seconds(_ change: Change, year: Int) -> Int64 {
        let day: Int
        switch change.day {
        case .julian(let number):
            day = CivilTime.days(year: year, month: 1, day: 1) + number - 1 + (number >= 60 && CivilTime.isLeap(year) ? 1 : 0)
        case .zeroBased(let number):
            day = CivilTime.days(year: year, month: 1, day: 1) + number
        case .weekday(let month, let week, let weekday):
            let first = CivilTime(year: year, month: month, day: 1)
            var date = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
            if date > CivilTime.daysIn(month: month, year: year) { date -= 7 }
            day = CivilTime.days(year: year, month: month, day: date)
        }
        return Int64(day) * 86400 + Int64(change.time)
    }

    /// What holds at an instant, and from when until when.
    func period(at seconds: Int64) -> (period: TimeZoneData.Period, start: Int64, end: Int64) {
        guard let daylight else { return (standard, .min, .max) }
        let year = CivilTime(seconds: seconds, nanosecond: 0, offset: standard.offset).year
        var changes: [(start: Int64, period: TimeZoneData.Period)] = []
        for year in (year - 1)...(year + 1) {
            changes.append((Self.seconds(begin, year: year) - Int64(standard.offset), daylight))
            changes.append((Self.seconds(end, year: year) - Int64(daylight.offset), standard))
        }
        changes.sort { $0.start < $1.start }
        let next = changes.firstIndex { $0.start > seconds } ?? changes.count
        guard next > 0 else { return (standard, .min, changes[0].start) }
        return (changes[next - 1].period, changes[next - 1].start, next < changes.count ? changes[next].start : .max)
    }
}
