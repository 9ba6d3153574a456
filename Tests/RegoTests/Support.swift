import Rego
import Testing

/// Rules and what `data.test.p` comes to, as JSON text.
struct RuleCase: CustomTestStringConvertible, Sendable {
    let name: String
    let rules: String
    var input: RegoValue = [:]
    let want: String
    var testDescription: String { name }
}

/// Lines that a policy has printed; one thread uses it.
final class PrintedLines { var all: [String] = [] }

/// The least number of a range for which something succeeds that succeeds for all greater ones.
func least(_ range: ClosedRange<Int>, _ succeeds: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
        let middle = (low + high) / 2
        if succeeds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
}
