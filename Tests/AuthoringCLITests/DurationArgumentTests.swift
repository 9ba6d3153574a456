import ArgumentParser
import AuthoringCLI
import Testing

@Suite("Durations on the command line")
struct DurationArgumentTests {
    @Test("Durations are read as Go writes them", arguments: [("500ms", 500), ("1.5s", 1500), ("1m2s", 62_000), ("0", 0)])
    func reads(text: String, milliseconds: Int) {
        #expect(DurationArgument(argument: text)?.duration == .milliseconds(milliseconds))
    }

    @Test("Anything else is refused", arguments: ["", "5", "s", "1y", "1s2", "-1s", "1e3s", "99999999999h"])
    func refuses(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }
}
