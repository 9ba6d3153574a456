@_spi(Engine) package import RegoRuntime

/// `time.*` (OPA: "Time").
package enum TimeBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("time.now_ns", arity: 0, isNondeterministic: true) {
            let call = BuiltinCall($0)
            call.return(.integer(call.context.time))
        },
        BuiltinDefinition("time.parse_ns", arity: 2) { parse(BuiltinCall($0)) },
        BuiltinDefinition("time.parse_rfc3339_ns", arity: 1) { parseRFC3339(BuiltinCall($0)) },
        BuiltinDefinition("time.parse_duration_ns", arity: 1) { parseDuration(BuiltinCall($0)) },
        BuiltinDefinition("time.format", arity: 1) { format(BuiltinCall($0)) },
        BuiltinDefinition("time.date", arity: 1) { fields(BuiltinCall($0)) { [$0.year, $0.month, $0.day] } },
        BuiltinDefinition("time.clock", arity: 1) { fields(BuiltinCall($0)) { [$0.hour, $0.minute, $0.second] } },
        BuiltinDefinition("time.weekday", arity: 1) {
            let call = BuiltinCall($0)
            if let instant = Instant(call, 0) { call.return(CivilTime.dayNames[instant.civil.weekday]) }
        },
        BuiltinDefinition("time.add_date", arity: 4) { addDate(BuiltinCall($0)) },
        BuiltinDefinition("time.diff", arity: 2) { difference(BuiltinCall($0)) },
    ]

    /// Nanoseconds since 1970 with the zone they are looked at in: `ns`, `[ns, zone]` or `[ns, zone, layout]`.
    private struct Instant {
        var seconds: Int64
        var nanosecond: Int
        var zone = TimeZoneData.utc
        var layout = ""

        /// Fails the call when the operand is none of these.
        init?(_ call: BuiltinCall, _ index: Int) {
            var number = call[index]
            if number.tag == .array {
                let parts = number.elements
                guard let first = parts.first, first.isNumber else {
                    let wanted = parts.isEmpty ? "either number (ns) or [number (ns), string (tz)]" : "number"
                    call.failOperand(0, "must be \(wanted) but got \(parts.first?.typeName ?? number.typeName)")
                    return nil
                }
                number = first
                for part in parts.dropFirst().prefix(2) where !part.isString {
                    call.failOperand(0, "must be string but got \(part.typeName)")
                    return nil
                }
                if parts.count > 1 {
                    let name = parts[1].swiftString
                    guard let found = TimeZoneData.named(name) else {
                        call.fail(.builtin, TimeZoneData.message(ofUnknown: name))
                        return nil
                    }
                    zone = found
                }
                if parts.count > 2 { layout = parts[2].swiftString }
            } else if !number.isNumber {
                call.failOperand(0, "must be either number (ns) or [number (ns), string (tz)] but got \(number.typeName)")
                return nil
            }
            guard let nanoseconds = number.bigIntValue.flatMap(Int64.init(exactly:)) else {
                call.fail(.builtin, "timestamp too big")
                return nil
            }
            let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
            seconds = remainder < 0 ? quotient - 1 : quotient
            nanosecond = Int(remainder < 0 ? remainder + 1_000_000_000 : remainder)
        }

        var period: TimeZoneData.Period { zone.period(at: seconds).period }

        var civil: CivilTime { CivilTime(seconds: seconds, nanosecond: nanosecond, offset: period.offset) }
    }

    /// Ends with an instant as nanoseconds, or fails where they do not fit 64 bits.
    private static func finish(_ call: BuiltinCall, _ seconds: Int64, _ nanosecond: Int) {
        // A negative instant counts down from the end of its second, so that the least one does not overflow on the way.
        let isNegative = seconds < 0 && nanosecond > 0
        let (scaled, overflow) = (isNegative ? seconds + 1 : seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = scaled.addingReportingOverflow(Int64(isNegative ? nanosecond - 1_000_000_000 : nanosecond))
        if overflow || overflowed { call.fail(.builtin, "time outside of valid range") } else { call.return(.integer(sum)) }
    }

    private static func parse(_ call: BuiltinCall, _ text: Value, layout: String) {
        do throws(TimeParser.Failure) {
            let (seconds, nanosecond) = try TimeParser.parse(text.swiftString, layout: layout)
            finish(call, seconds, nanosecond)
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    private static func parse(_ call: BuiltinCall) {
        guard let layout = call.string(0), let text = call.string(1) else { return }
        parse(call, text, layout: TimeLayout.resolve(layout.swiftString))
    }

    private static func parseRFC3339(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        parse(call, text, layout: TimeLayout.rfc3339)
    }

    private static func parseDuration(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        switch DurationParser.parse(text.swiftString) {
        case .success(let nanoseconds): call.return(.integer(nanoseconds))
        case .failure(let failure): call.fail(.builtin, failure.message)
        }
    }

    private static func format(_ call: BuiltinCall) {
        guard let instant = Instant(call, 0) else { return }
        let layout = instant.layout.isEmpty ? TimeLayout.rfc3339Nano : TimeLayout.resolve(instant.layout)
        call.return(bytes: TimeLayout(layout).format(instant.civil, instant.period))
    }

    private static func fields(_ call: BuiltinCall, _ select: (CivilTime) -> [Int]) {
        guard let instant = Instant(call, 0) else { return }
        call.return(.array(select(instant.civil).map { Value.integer($0) }, in: call.arena))
    }

    private static func addDate(_ call: BuiltinCall) {
        guard let instant = Instant(call, 0), let years = call.integer(1), let months = call.integer(2), let days = call.integer(3)
        else { return }
        let civil = instant.civil
        let day = CivilTime.wrappingDays(
            year: Int64(civil.year) &+ years, month: Int64(civil.month) &+ months, day: Int64(civil.day) &+ days)
        let local = day &* 86400 &+ Int64(civil.hour * 3600 + civil.minute * 60 + civil.second)
        // Far beyond what nanoseconds can count, and safe to calculate with.
        guard local.magnitude < 1 << 40 else { return call.fail(.builtin, "time outside of valid range") }
        finish(call, instant.zone.seconds(of: local), instant.nanosecond)
    }

    /// Years, months, days, hours, minutes and seconds between two instants, in the first one's zone.
    private static func difference(_ call: BuiltinCall) {
        guard var first = Instant(call, 0), var second = Instant(call, 1) else { return }
        second.zone = first.zone
        if (first.seconds, first.nanosecond) > (second.seconds, second.nanosecond) { swap(&first, &second) }
        let (from, to) = (first.civil, second.civil)
        var parts = [
            to.year - from.year, to.month - from.month, to.day - from.day, to.hour - from.hour, to.minute - from.minute,
            to.second - from.second,
        ]
        // A negative part borrows from the one before it.
        let lengths = [0, 12, CivilTime.daysIn(month: from.month, year: from.year), 24, 60, 60]
        for index in (1...5).reversed() where parts[index] < 0 {
            parts[index] += lengths[index]
            parts[index - 1] -= 1
        }
        call.return(.array(parts.map { Value.integer($0) }, in: call.arena))
    }
}
