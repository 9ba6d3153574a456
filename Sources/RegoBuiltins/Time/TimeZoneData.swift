import Glibc
import Synchronization

/// A time zone of the system's database, read from its TZif file (RFC 9636).
struct TimeZoneData: Sendable {
    /// What holds in a zone during some time.
    struct Period: Sendable, Equatable {
        /// Seconds east of UTC.
        var offset: Int
        var abbreviation: String
    }

    static let utc = TimeZoneData(transitions: [], periods: [Period(offset: 0, abbreviation: "UTC")], first: 0, rule: nil)

    private var transitions: [(start: Int64, period: Int)]
    private var periods: [Period]
    /// What holds before the first transition.
    private var first: Int
    /// What holds after the last one.
    private var rule: PosixTimeZone?

    private init(transitions: [(Int64, Int)], periods: [Period], first: Int, rule: PosixTimeZone?) {
        self.transitions = transitions
        self.periods = periods
        self.first = first
        self.rule = rule
    }

    // MARK: Loading

    private static let known = Mutex<[String: TimeZoneData]>([:])
    private static let directories = ["/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/", "/usr/lib/locale/TZ/", "/etc/zoneinfo/"]

    /// The zone of a name such as `America/New_York`; `nil` when the system does not have it.
    static func named(_ name: String) -> TimeZoneData? {
        if name.isEmpty || name == "UTC" { return utc }
        if let zone = known.withLock({ $0[name] }) { return zone }
        guard let zone = name == "Local" ? load(path: "/etc/localtime") ?? utc : load(name: name) else { return nil }
        // Only names of existing files get here: there are some 600.
        known.withLock { $0[name] = zone }
        return zone
    }

    /// Why there is no zone of a name, in Go's words.
    static func message(ofUnknown name: String) -> String {
        let first = name.utf8.first ?? 0
        // A zone's file does not lie outside the database's folder.
        if name.contains("..") || first == UInt8(ascii: "/") || first == UInt8(ascii: "\\") { return "time: invalid location name" }
        if name.utf8.contains(0) { return "invalid argument" }
        for directory in directories {
            var status = stat()
            guard stat(directory + name, &status) == 0 else { continue }
            return status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "malformed time zone information"
        }
        return "unknown time zone \(name)"
    }

    private static func load(name: String) -> TimeZoneData? {
        // As Go: nothing that leaves the database's folder.
        let isSafe = name.utf8.allSatisfy {
            $0 == 95 || $0 == 43 || $0 == 45 || $0 == 47 || ($0 >= 48 && $0 <= 57) || ($0 | 0x20 >= 97 && $0 | 0x20 <= 122)
        }
        guard isSafe, name.utf8.first != 47, name.utf8.count < 128 else { return nil }
        for directory in directories {
            if let zone = load(path: directory + name) { return zone }
        }
        return nil
    }

    private static func load(path: String) -> TimeZoneData? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        return parse(Array(bytes[..<count]))
    }

    /// Reads the file's second block, which has 64-bit times, and the rule behind it.
    static func parse(_ bytes: [UInt8]) -> TimeZoneData? {
        var reader = Reader(bytes: bytes)
        guard let header = reader.header() else { return nil }
        if header.version < 2 { return reader.block(header, timeBytes: 4, hasFooter: false) }
        guard reader.skip(header.bytes(timeBytes: 4)), let second = reader.header() else { return nil }
        return reader.block(second, timeBytes: 8, hasFooter: true)
    }

    private struct Header {
        var version: Int
        var counts: [Int]

        func bytes(timeBytes: Int) -> Int {
            let (utc, standard, leap, times, types, characters) = (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
            return times * timeBytes + times + types * 6 + characters + leap * (timeBytes + 4) + standard + utc
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func skip(_ count: Int) -> Bool {
            guard count >= 0, count <= bytes.count - position else { return false }
            position += count
            return true
        }

        mutating func integer(_ count: Int) -> Int64? {
            guard count <= bytes.count - position else { return nil }
            var value: UInt64 = bytes[position] >= 0x80 ? .max : 0
            for _ in 0..<count {
                value = value << 8 | UInt64(bytes[position])
                position += 1
            }
            return Int64(bitPattern: value)
        }

        mutating func header() -> Header? {
            guard bytes.count - position >= 44, bytes[position..<(position + 4)].elementsEqual("TZif".utf8) else { return nil }
            let version = bytes[position + 4] == 0 ? 1 : Int(bytes[position + 4]) - 48
            position += 20
            var counts: [Int] = []
            for _ in 0..<6 {
                guard let count = integer(4), count >= 0, count <= 100_000 else { return nil }
                counts.append(Int(count))
            }
            return Header(version: version, counts: counts)
        }

        mutating func block(_ header: Header, timeBytes: Int, hasFooter: Bool) -> TimeZoneData? {
            let (leap, times, types, characters) = (header.counts[2], header.counts[3], header.counts[4], header.counts[5])
            guard types > 0, header.bytes(timeBytes: timeBytes) <= bytes.count - position else { return nil }
            var starts: [Int64] = []
            for _ in 0..<times {
                guard let start = integer(timeBytes) else { return nil }
                starts.append(start)
            }
            let numbers = bytes[position..<(position + times)].map { Int($0) }
            guard numbers.allSatisfy({ $0 < types }), skip(times) else { return nil }
            var entries: [(offset: Int, isDaylight: Bool, name: Int)] = []
            for _ in 0..<types {
                guard let offset = integer(4) else { return nil }
                entries.append((Int(offset), bytes[position] != 0, Int(bytes[position + 1])))
                position += 2
            }
            let names = bytes[position..<(position + characters)]
            let periods = entries.map { entry in
                let name = names.dropFirst(entry.name).prefix { $0 != 0 }
                return Period(offset: entry.offset, abbreviation: String(decoding: name, as: UTF8.self))
            }
            guard skip(characters + leap * (timeBytes + 4) + header.counts[1] + header.counts[0]) else { return nil }
            var rule: PosixTimeZone?
            if hasFooter, position < bytes.count, bytes[position] == 10 {
                rule = PosixTimeZone(Array(bytes[(position + 1)...].prefix { $0 != 10 }))
            }
            let first = entries.firstIndex { !$0.isDaylight } ?? 0
            return TimeZoneData(transitions: Array(zip(starts, numbers)), periods: periods, first: first, rule: rule)
        }
    }

    // MARK: Looking up

    /// What holds at an instant, and from when until when.
    func period(at seconds: Int64) -> (period: Period, start: Int64, end: Int64) {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].start <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == transitions.count, let rule { return rule.period(at: seconds) }
        if low == 0 { return (periods[first], .min, transitions.first?.start ?? .max) }
        let end = low < transitions.count ? transitions[low].start : .max
        return (periods[transitions[low - 1].period], transitions[low - 1].start, end)
    }

    /// The instant of a local time, chosen as Go's `time.Date` chooses where clocks are changed.
    func seconds(of local: Int64) -> Int64 {
        let guess = period(at: local)
        let shifted = local - Int64(guess.period.offset)
        if shifted >= guess.start, shifted < guess.end { return shifted }
        return local - Int64(period(at: shifted).period.offset)
    }
}
