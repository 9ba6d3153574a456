import DecisionLog
import Glibc
import Testing

/// One document before and after masking.
struct MaskCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var json: String
    var expected: String
    var masked: [String] = []
    var erased: [String] = []

    init(_ name: String, _ json: String, _ expected: String, masked: [String] = [], erased: [String] = []) {
        testDescription = name
        self.json = json
        self.expected = expected
        self.masked = masked
        self.erased = erased
    }
}

private let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLWJ5dGVz"

@Suite struct MaskTests {
    static let builtIn = [
        MaskCase("nothing to hide", #"{"a": [1, 2.50, -3e+7, true, null, "x"], "b": {}}"#, #"{"a":[1,2.50,-3e+7,true,null,"x"],"b":{}}"#),
        MaskCase("a password", #"{"user":"a","password":"p4ss"}"#, #"{"user":"a","password":"**"}"#, masked: ["/input/password"]),
        MaskCase(
            "any case and punctuation", #"{"PassWord":"1x","api-key":"2x","API_KEY":"3x","x.api.key":"4x"}"#,
            #"{"PassWord":"**","api-key":"**","API_KEY":"**","x.api.key":"**"}"#,
            masked: ["/input/PassWord", "/input/api-key", "/input/API_KEY", "/input/x.api.key"]),
        MaskCase("a name in escapes", #"{"pass\u0077ord":"secret1"}"#, #"{"password":"**"}"#, masked: ["/input/password"]),
        MaskCase(
            "an ending", #"{"dbPassword":"a1b2","refresh_token":"c3d4","tokens_used":5}"#,
            #"{"dbPassword":"**","refresh_token":"**","tokens_used":5}"#, masked: ["/input/dbPassword", "/input/refresh_token"]),
        MaskCase(
            "whole values", #"{"authorization":["Bearer abc"],"credentials":{"a":{"b":1}},"pin":1234}"#,
            #"{"authorization":"**","credentials":"**","pin":"**"}"#, masked: ["/input/authorization", "/input/credentials", "/input/pin"]),
        MaskCase(
            "flags are no secrets", #"{"automountServiceAccountToken":false,"password":null}"#,
            #"{"automountServiceAccountToken":false,"password":null}"#),
        MaskCase(
            "deep inside", #"{"a":[{"b":{"PatientName":"Doe^Jane"}}]}"#, #"{"a":[{"b":{"PatientName":"**"}}]}"#,
            masked: ["/input/a/0/b/PatientName"]),
        MaskCase(
            "DICOM by keyword",
            #"{"PatientID":"12345","PatientBirthDate":"19700101","AccessionNumber":"A77","PatientSex":"F","Modality":"CT"}"#,
            #"{"PatientID":"**","PatientBirthDate":"**","AccessionNumber":"**","PatientSex":"F","Modality":"CT"}"#,
            masked: ["/input/PatientID", "/input/PatientBirthDate", "/input/AccessionNumber"]),
        MaskCase(
            "DICOM by tag", #"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"Doe^Jane"}]},"(0010,0020)":"77","00080060":{"vr":"CS"}}"#,
            #"{"00100010":"**","(0010,0020)":"**","00080060":{"vr":"CS"}}"#, masked: ["/input/00100010", "/input/(0010,0020)"]),
        MaskCase(
            "a patient object", #"{"patient":{"name":"Jane Doe","id":4711,"consent":true},"name":"job","id":"x"}"#,
            #"{"patient":{"name":"**","id":"**","consent":true},"name":"job","id":"x"}"#,
            masked: ["/input/patient/name", "/input/patient/id"]),
        MaskCase(
            "a list of patients", #"{"patients":[{"name":[{"family":"Doe"}]}]}"#, #"{"patients":[{"name":"**"}]}"#,
            masked: ["/input/patients/0/name"]),
        MaskCase(
            "a value that turns up again", #"{"PatientName":"Doe^Jane","file":"/images/Doe_Jane/1.dcm","note":"seen JANE today"}"#,
            #"{"PatientName":"**","file":"/images/**_**/1.dcm","note":"seen ** today"}"#,
            masked: ["/input/PatientName", "/input/file", "/input/note"]),
        MaskCase(
            "a date that turns up in another form", #"{"PatientBirthDate":"19700131","text":"born 1970-01-31"}"#,
            #"{"PatientBirthDate":"**","text":"born **"}"#, masked: ["/input/PatientBirthDate", "/input/text"]),
        MaskCase(
            "a number that turns up again", #"{"PatientID":123456,"x":[123456,1234567]}"#, #"{"PatientID":"**","x":["**",1234567]}"#,
            masked: ["/input/PatientID", "/input/x/0"]),
        MaskCase(
            "a token anywhere", #"{"x":"\#(jwt)","y":["see \#(jwt) there"]}"#, #"{"x":"**","y":["see ** there"]}"#,
            masked: ["/input/x", "/input/y/0"]),
        MaskCase("a token in escapes", #"{"x":"\u0065yJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"}"#, #"{"x":"**"}"#, masked: ["/input/x"]),
        MaskCase("a token as a name", #"{"\#(jwt)":1}"#, #"{"**":1}"#),
        MaskCase(
            "headers as pairs", #"{"headers":[{"name":"Authorization","value":"Custom abc"},{"name":"Accept","value":"text/plain"}]}"#,
            #"{"headers":[{"name":"Authorization","value":"**"},{"name":"Accept","value":"text/plain"}]}"#,
            masked: ["/input/headers/0/value"]),
        MaskCase(
            "headers as lists", #"[["X-Api-Key","abc"],["Accept","b"]]"#, #"[["X-Api-Key","**"],["Accept","b"]]"#, masked: ["/input/0/1"]),
        MaskCase(
            "environment of a container", #"{"env":[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"MODE","value":"x"}]}"#,
            #"{"env":[{"name":"DB_PASSWORD","value":"**"},{"name":"MODE","value":"x"}]}"#, masked: ["/input/env/0/value"]),
        MaskCase(
            "arguments of a container", #"{"args":["--verbose","--password","hunter2","--token=abcdef","-v"]}"#,
            #"{"args":["--verbose","--password","**","--token=**","-v"]}"#, masked: ["/input/args/2", "/input/args/3"]),
        MaskCase(
            "a Kubernetes Secret", #"{"kind":"Secret","metadata":{"name":"s"},"data":{"a":"aHVudGVyMg=="},"stringData":{"b":"hunter2"}}"#,
            #"{"kind":"Secret","metadata":{"name":"s"},"data":"**","stringData":"**"}"#, masked: ["/input/data", "/input/stringData"]),
        MaskCase("a ConfigMap", #"{"kind":"ConfigMap","data":{"a":"b"}}"#, #"{"kind":"ConfigMap","data":{"a":"b"}}"#),
        MaskCase(
            "a reference to a Secret", #"{"volumes":[{"secret":{"secretName":"tls","defaultMode":420}}]}"#,
            #"{"volumes":[{"secret":{"secretName":"tls","defaultMode":420}}]}"#),
        MaskCase(
            "JSON inside of JSON", #"{"last":"{\"kind\":\"Secret\",\"data\":{\"a\":\"aHVudGVyMg==\"}}"}"#,
            #"{"last":"{\"kind\":\"Secret\",\"data\":\"**\"}"}"#, masked: ["/input/last/data"]),
        MaskCase(
            "a URL with a password", #"{"url":"https://joe:hunter2@example.org/x?token=abc&y=1"}"#,
            #"{"url":"https://**@example.org/x?token=**&y=1"}"#, masked: ["/input/url"]),
        MaskCase(
            "a private key", #"{"x":"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"}"#, #"{"x":"**"}"#, masked: ["/input/x"]),
        MaskCase(
            "the same name twice", #"{"password":"first","password":"second"}"#, #"{"password":"**","password":"**"}"#,
            masked: ["/input/password", "/input/password"]),
        MaskCase("escapes are kept in meaning", #"{"a":"\u0000\n\"\\\/é\ud83d\ude00\ud800"}"#, #"{"a":"\u0000\n\"\\/é😀�"}"#),
        MaskCase("a scalar", #" "text" "#, #""text""#),
        MaskCase("an odd pointer", #"{"a/b~c":{"pwd":"x1y2"}}"#, #"{"a/b~c":{"pwd":"**"}}"#, masked: ["/input/a~1b~0c/pwd"]),
    ]

    @Test(arguments: builtIn)
    func builtInNames(_ item: MaskCase) {
        let document = Masker().mask(Array(item.json.utf8), root: .input)
        #expect(document.json.map { String(decoding: $0, as: UTF8.self) } == item.expected)
        #expect(document.masked == item.masked)
        #expect(document.erased == item.erased)
    }

    static let configured = [
        MaskCase("erase by pointer", #"{"user":{"ssn":"1-2","name":"a"}}"#, #"{"user":{"name":"a"}}"#, erased: ["/input/user/ssn"]),
        MaskCase("erase the only member", #"{"user":{"ssn":"1-2"}}"#, #"{"user":{}}"#, erased: ["/input/user/ssn"]),
        MaskCase(
            "any element", #"{"list":[{"x":1},{"x":2,"y":3}]}"#, #"{"list":[{},{"y":3}]}"#, erased: ["/input/list/0/x", "/input/list/1/x"]),
        MaskCase("elements of an array", #"{"drop":[1,2]}"#, #"{"drop":[]}"#, erased: ["/input/drop/0", "/input/drop/1"]),
        MaskCase(
            "replaced by a text of one's own", #"{"Colour":"red","favourite_colour":"red"}"#, #"{"Colour":"?","favourite_colour":"**"}"#,
            masked: ["/input/Colour", "/input/favourite_colour"]),
        MaskCase(
            "a name below another", #"{"doctor":{"phone":"030 1"},"phone":"030 2"}"#, #"{"doctor":{},"phone":"030 2"}"#,
            erased: ["/input/doctor/phone"]),
        MaskCase("configured names mask flags, too", #"{"colour":true}"#, #"{"colour":"?"}"#, masked: ["/input/colour"]),
    ]

    @Test(arguments: configured)
    func configuredRules(_ item: MaskCase) throws {
        let masker = try Masker(rules: [
            MaskRule(.pointer("/input/user/ssn"), action: .erase), MaskRule(.pointer("/input/list/*/x"), action: .erase),
            MaskRule(.pointer("/input/drop/*"), action: .erase), MaskRule(.pointer("/result/user"), action: .erase),
            MaskRule(.key("colour"), action: .replace("?")), MaskRule(.key("Doctor.Phone"), action: .erase),
        ])
        let document = masker.mask(Array(item.json.utf8), root: .input)
        #expect(document.json.map { String(decoding: $0, as: UTF8.self) } == item.expected)
        #expect(document.masked == item.masked)
        #expect(document.erased == item.erased)
    }

    @Test func aWholeDocumentCanBeErased() throws {
        let masker = try Masker(rules: [MaskRule(.pointer("/input"), action: .erase)])
        let document = masker.mask(Array(#"{"a":1}"#.utf8), root: .input)
        #expect(document.json == nil && document.erased == ["/input"])
        #expect(masker.mask(Array(#"{"a":1}"#.utf8), root: .result).erased == [])
    }

    @Test(arguments: ["", "input", "/", "/other/x", "/input/~", "/input/~2"])
    func pointersThatNameNothing(pointer: String) {
        #expect(throws: DecisionLogError(.invalid, "")) { try Masker(rules: [MaskRule(.pointer(pointer))]) }
    }

    @Test(arguments: ["", "...", "-", "a.-.b"])
    func namesThatNameNothing(name: String) {
        #expect(throws: DecisionLogError(.invalid, "")) { try Masker(rules: [MaskRule(.key(name))]) }
    }

    static let broken: [[UInt8]] =
        [
            "", " ", "{", "}", #"{"password":"secret-value""#, #"{"password":"secret-value"} x"#, #"{"password" "secret-value"}"#,
            #"{password:"secret-value"}"#, #"{"a":01,"password":"secret-value"}"#, #"{"a":1.,"p":"secret-value"}"#, #"["secret-value",]"#,
            #""secret-value"#, #""\x secret-value""#, #""\u12 secret-value""#, "\"secret-value\n\"", "nul", "tru", "-", "1e", #"{"a":NaN}"#,
            "'secret-value'", "\u{FEFF}{}", "/* secret-value */ {}",
        ].map { Array($0.utf8) } + [
            Array("\"secret-value".utf8) + [0xFF, 0x22], Array("\"secret-value".utf8) + [0xC0, 0xAF, 0x22],
            Array("\"secret-value".utf8) + [0xED, 0xA0, 0x80, 0x22],
            Array(String(repeating: "[", count: 300).utf8) + Array("\"secret-value\"".utf8)
                + Array(String(repeating: "]", count: 300).utf8),
            Array(String(repeating: "[", count: 1_000_000).utf8),
        ]

    @Test(arguments: broken.indices)
    func whatIsNotJSONIsLeftOut(index: Int) {
        let document = Masker().mask(Self.broken[index], root: .result)
        #expect(
            document.json.map { String(decoding: $0, as: UTF8.self) } == #"{"omitted":"not JSON","bytes":\#(Self.broken[index].count)}"#)
        #expect(document.erased == ["/result"] && document.masked == [])
    }

    @Test func longDocumentsAreLeftOut() throws {
        let masker = try Masker(rules: [], documentLimit: 10)
        let document = masker.mask(Array(#"{"a":"bcdefghijk"}"#.utf8), root: .input)
        #expect(document.json.map { String(decoding: $0, as: UTF8.self) } == #"{"omitted":"longer than the log's limit","bytes":18}"#)
    }

    /// Every cut of a document is either whole JSON or left out; a secret never passes.
    @Test func cutsNeverLeak() {
        let whole = Array(#"{"a":[{"password":"hunter2-hunter2","b":"\#(jwt)"}],"PatientName":"Doe^Jane"}"#.utf8)
        for count in 0...whole.count {
            let document = Masker().mask(Array(whole[..<count]), root: .input)
            let text = String(decoding: document.json ?? [], as: UTF8.self)
            #expect(!text.contains("hunter2") && !text.contains("Doe") && !text.contains("eyJ"))
        }
    }

    static let texts: [(String, String)] = [
        ("data.medical.allow is undefined", "data.medical.allow is undefined"),
        ("token: the signature does not hold", "token: the signature does not hold"),
        ("token: it has expired", "token: it has expired"),
        ("bearer authentication failed", "bearer authentication failed"),
        ("Authorization: Bearer abc.DEF-123", "Authorization: Bearer **"),
        ("sent Basic dXNlcjpwYXNz= to host", "sent Basic ** to host"),
        ("bad token \(jwt).", "bad token **"),
        ("Bearer%20\(jwt)", "Bearer%20**"),
        ("ewogICJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "**"),
        ("password=hunter2 next", "password=** next"),
        ("db_password = hunter2;x", "db_password = **;x"),
        (#"near {"password": "hunter two", "a": 1}"#, #"near {"password": "**", "a": 1}"#),
        (#"near \"token\": \"abc def\" here"#, #"near \"token\": \"**\" here"#),
        ("no such file: /img/Doe^Jane^^Dr./1.dcm", "no such file: /img/**/1.dcm"),
        ("PatientID=4711&x=1", "PatientID=**&x=1"),
        ("00100020=4711", "00100020=**"),
        ("--client-secret=abc", "--client-secret=**"),
        ("postgres://joe:hunter2@db/x", "postgres://**@db/x"),
        ("https://example.org:8443/x@y", "https://example.org:8443/x@y"),
        ("AKIAIOSFODNN7EXAMPLE", "**"),
        ("regex ^[a-z]+$ and 2^10", "regex ^[a-z]+$ and 2^10"),
        ("eyewitness-news.example-site.com", "eyewitness-news.example-site.com"),
        ("", ""),
    ]

    @Test(arguments: texts)
    func textsAreScrubbed(text: String, expected: String) {
        #expect(Masker().mask(text: text) == expected)
    }

    @Test func errorsAndReasonsLoseWhatTheDocumentsHide() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var record = decision(status: .error)
        record.input = Array(#"{"PatientName":"Mustermann^Erika","token":"opaque-value-1","n":1}"#.utf8)
        record.result = Array(#"{"why":"Erika Mustermann may not be shown"}"#.utf8)
        record.error = "cannot read ERIKA's image with opaque-value-1 and tk-77-secret"
        record.reasons = ["patient Mustermann has no consent", "role is not doctor"]
        record.query = "data.x == \"Mustermann\""
        record.secrets = ["tk-77-secret"]
        record.labels = ["note": "tk-77-secret"]
        try await store.append(record)
        await store.close()
        let stored = try #require(try DecisionReader(path: log.path).decision(id: record.id))
        #expect(stored.input == #"{"PatientName":"**","token":"**","n":1}"#)
        #expect(stored.result == #"{"why":"** ** may not be shown"}"#)
        #expect(stored.error == "cannot read **'s image with ** and **")
        #expect(stored.reasons == ["patient ** has no consent", "role is not doctor"])
        #expect(stored.query == #"data.x == "**""#)
        #expect(stored.labels == ["note": "**"])
        #expect(stored.masked == ["/input/PatientName", "/input/token", "/result/why"])
    }

    @Test func anInputCannotBlankWardsOwnFacts() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var record = decision(path: "medical/allow", status: .denied, subject: "dr-evil")
        record.input = Array(#"{"password":"dr-evil","token":"medical","secret":"allow"}"#.utf8)
        try await store.append(record)
        await store.close()
        let stored = try #require(try DecisionReader(path: log.path).decision(id: record.id))
        #expect(stored.path == "medical/allow")
        #expect(stored.caller.subject == "dr-evil")
        #expect(stored.status == .denied)
    }

    @Test func tooManySecretsWithholdTheTexts() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var record = decision(status: .error)
        record.input = Array("{\"password\":[\((0..<1_000).map { "\"secret-\($0)\"" }.joined(separator: ","))]}".utf8)
        record.result = Array(#""secret-999""#.utf8)
        record.error = "failed with secret-999"
        try await store.append(record)
        await store.close()
        let stored = try #require(try DecisionReader(path: log.path).decision(id: record.id))
        #expect(stored.error == "** (withheld: too many secret values to look for)")
        #expect(stored.input == #"{"password":"**"}"#)
        #expect(stored.result?.contains("secret-999") == false)
    }

    /// Texts made to be slow for scanners that look at a byte more than a few times.
    @Test(arguments: ["eyJ", "a-", "token=", "token ", "basic+", "://a:", "\\\"", "{\"", "A^", "eyJ.", "password\"", "ew0K"])
    func hostileTextsTakeLinearTime(unit: String) {
        let small = duration(unit, 1_000)
        let large = duration(unit, 16_000)
        // Sixteen times the text; a quadratic scanner would take 256 times as long.
        #expect(large < max(small, .milliseconds(1)) * 100)
    }

    /// The thread's own time, the best of three: other tests run beside this one.
    private func duration(_ unit: String, _ count: Int) -> Duration {
        let text = String(repeating: unit, count: count)
        return (0..<3).map { _ in
            let start = threadTime()
            _ = Masker().mask(text: text)
            return threadTime() - start
        }.min() ?? .zero
    }

    private func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
