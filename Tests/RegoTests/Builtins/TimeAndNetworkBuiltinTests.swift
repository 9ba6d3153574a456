import Testing

@Suite("Builtins on time and networks")
struct TimeAndNetworkBuiltinTests {
    @Test(
        "Time",
        arguments: [
            ("time.date(1517814000000000000)", "[2018,2,5]"), (#"time.date([1517814000000000000, "America/Los_Angeles"])"#, "[2018,2,4]"),
            (#"time.clock([1517832000000000000, "America/New_York"])"#, "[7,0,0]"),
            (#"time.clock([1530000000000000000, "America/New_York"])"#, "[4,0,0]"),
            (#"time.clock([4102444800000000000, "Europe/Berlin"])"#, "[1,0,0]"),
            (#"time.clock([4118000400000000000, "Europe/Berlin"])"#, "[3,0,0]"),
            (#"time.clock([-3000000000000000000, "UTC"])"#, "[18,40,0]"), ("time.weekday(1517832000000000000)", #""Monday""#),
            (#"time.format([1670006453141828752, "Asia/Kolkata", "RFC1123Z"])"#, #""Sat, 03 Dec 2022 00:10:53 +0530""#),
            ("time.format(1670006453141828752)", #""2022-12-02T18:40:53.141828752Z""#),
            (#"time.format([0, "UTC", "Jan _2 06 03:04PM .000 MST Z07:00"])"#, #""Jan  1 70 12:00AM .000 UTC Z""#),
            (#"time.parse_rfc3339_ns("2017-06-02T19:00:00-07:00")"#, "1496455200000000000"),
            (#"time.parse_ns("2006-01-02", "2020-02-29")"#, "1582934400000000000"),
            (#"time.parse_ns("2006-01-02", "2021-02-29")"#, #"time.parse_ns: parsing time "2021-02-29": day out of range"#),
            (#"time.parse_ns("2006-01-02", "x")"#, #"time.parse_ns: parsing time "x" as "2006-01-02": cannot parse "x" as "2006""#),
            (#"time.parse_ns("Mon Jan _2 15:04:05.999 2006", "Thu May  4 05:06:07.25 2023")"#, "1683176767250000000"),
            (#"time.parse_rfc3339_ns("1677-09-21T00:12:43.145224192-00:00")"#, "-9223372036854775808"),
            (#"time.parse_rfc3339_ns("1677-09-21T00:12:43.145224191-00:00")"#, "time.parse_rfc3339_ns: time outside of valid range"),
            (#"time.parse_duration_ns("1h1.5m-")"#, #"time.parse_duration_ns: time: unknown unit "m-" in duration "1h1.5m-""#),
            (#"time.parse_duration_ns("-1h1.5m3us")"#, "-3690000003000"),
            ("time.add_date(1585852421593912000, 3, 9, 12)", "1705257221593912000"),
            ("time.add_date(1580428800000000000, 0, 1, 0)", "1583107200000000000"),
            (#"time.diff([1583020800000000000, "UTC"], 1580515200000000000)"#, "[0,1,0,0,0,0]"),
            ("time.date([0, \"../etc/passwd\"])", "time.date: time: invalid location name"),
            (#"time.date([0, "Nowhere"])"#, "time.date: unknown time zone Nowhere"),
            (#"time.date([0, "a\u0000"])"#, "time.date: invalid argument"), (#"time.date([0, "Europe"])"#, "time.date: is a directory"),
            (#"time.date([0, "zone.tab"])"#, "time.date: malformed time zone information"),
            ("time.now_ns() == time.now_ns()", "true"),
        ])
    func time(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Networks",
        arguments: [
            (#"net.cidr_contains("10.0.0.0/8", "10.1.2.3")"#, "true"), (#"net.cidr_contains("10.0.0.0/8", "10.1.0.0/24")"#, "true"),
            (#"net.cidr_contains("10.0.0.0/24", "10.0.0.0/16")"#, "false"),
            (
                #"net.cidr_contains_matches("x", [[[1]], []])"#, "net.cidr_contains_matches: invalid CIDR address: x"
            ),
            (
                #"net.cidr_contains_matches({"a": [{}]}, "::1")"#,
                "net.cidr_contains_matches: operand 1 must be string but got object"
            ),
            (#"net.cidr_contains("2001:db8::/32", "2001:db8:1::5")"#, "true"), (#"net.cidr_contains("::/0", "1.2.3.4")"#, "false"),
            (#"net.cidr_intersects("192.168.1.0/25", "192.168.1.64/25")"#, "true"),
            (#"net.cidr_expand("192.168.1.1/30")"#, #"["192.168.1.0","192.168.1.1","192.168.1.2","192.168.1.3"]"#),
            (#"net.cidr_expand("x")"#, "net.cidr_expand: invalid CIDR address: x"),
            (#"net.cidr_expand("10.0.0.0/2")"#, "net.cidr_expand: the result does not fit the memory limit"),
            (#"net.cidr_is_valid("1.2.3.4/33")"#, "false"), (#"net.cidr_is_valid("fe80::1/64")"#, "true"),
            (#"net.cidr_merge(["192.0.128.0/24", "192.0.129.0/24"])"#, #"["192.0.128.0/23"]"#),
            (#"net.cidr_merge(["192.168.1.1", "192.169.1.1", "192.169.1.9"])"#, #"["192.168.1.1/24","192.169.1.0/24"]"#),
            (#"net.cidr_merge(["fe80::/120", "192.0.2.0/24", "192.0.3.0/24"])"#, #"["192.0.2.0/23","fe80::/120"]"#),
            (#"net.cidr_contains_matches(["1.1.1.0/24"], ["1.1.1.1", "2.2.2.2"])"#, "[[0,0]]"),
        ])
    func networks(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Identifiers",
        arguments: [
            (#"uuid.rfc4122("k") == uuid.rfc4122("k")"#, "true"), (#"uuid.parse(uuid.rfc4122("k")).version"#, "4"),
            (#"uuid.parse("x")"#, "undefined"),
            (#"uuid.parse("000003e8-48b9-21ee-b200-325096b39f47").domain"#, #""Person""#), (#"rand.intn("k", 10) < 10"#, "true"),
            (#"rand.intn("k", 0)"#, "0"),
        ])
    func identifiers(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }
}
