/// Dates of the proleptic Gregorian calendar.
struct CivilTime: Equatable {
    var year: Int
    /// 1...12
    var month: Int
    /// 1...31
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0
    var nanosecond = 0

    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    static let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The local time of an instant.
    ///
    /// - Parameters:
    ///   - seconds: since 1970, UTC.
    ///   - offset: seconds east of UTC.
    init(seconds: Int64, nanosecond: Int, offset: Int) {
        let local = seconds + Int64(offset)
        let days = Int(local >= 0 ? local / 86400 : -((86399 - local) / 86400))
        let rest = Int(local - Int64(days) * 86400)
        (year, month, day) = Self.date(ofDay: days)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        self.nanosecond = nanosecond
    }

    /// Days since 1970 of a date; months and days beyond their range carry over.
    static func days(year: Int, month: Int, day: Int) -> Int {
        let months = year * 12 + month - 1
        let year = months >= 0 ? months / 12 : -((11 - months) / 12)
        let month = months - year * 12 + 1
        // Counted from March, so that a leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468 + day - 1
    }

    private static func date(ofDay days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func daysIn(month: Int, year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Seconds since 1970 if the time is UTC.
    var seconds: Int64 {
        Int64(Self.days(year: year, month: month, day: day)) * 86400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// 0 is Sunday.
    var weekday: Int {
        let days = Self.days(year: year, month: month, day: day)
        return ((days + 4) % 7 + 7) % 7
    }

    /// 1 is the first of January.
    var dayOfYear: Int { Self.days(year: year, month: month, day: day) - Self.days(year: year, month: 1, day: 1) + 1 }
}

extension CivilTime {
    /// The days since 1970 of a date whose month and day need not be of the calendar; what overflows wraps around, as it does in Go's
    /// `time.Date`.
    static func wrappingDays(year: Int64, month: Int64, day: Int64) -> Int64 {
        var (year, month) = (year, month &- 1)
        if month < 0 {
            let years = (-(month &+ 1)) / 12 + 1
            year = year &- years
            month = month &+ years &* 12
        }
        if month >= 12 {
            year = year &+ month / 12
            month %= 12
        }
        // Years begin with March, and are counted from one so long ago that they are positive.
        let isBeforeMarch = month < 2
        let shifted = UInt64(isBeforeMarch ? month + 13 : month + 1)
        let count = UInt64(bitPattern: year) &- (isBeforeMarch ? 1 : 0) &+ 292_277_022_400
        let (century, rest) = (count / 100, count % 100)
        let dayOfYear = (979 * shifted &- 2919) / 32
        let days = 146_097 &* century / 4 &+ UInt64(bitPattern: Int64(1461 * rest / 4 + dayOfYear) &+ day &- 1)
        return Int64(bitPattern: days) &- (292_277_022_400 / 400 * 146_097 + 719_468)
    }
}
