// Reads cases of two lines in hexadecimal (pattern, text) and answers each with one line: the error's code, or the spans of all matches'
// groups. `differential.py` builds it together with Sources/LinearRegex and compares the answers with RE2's.
@main
struct Driver {
    static func main() {
        while let patternLine = readLine(), let textLine = readLine() {
            let text = bytes(textLine)
            do throws(RegexError) {
                let regex = try Regex(bytes(patternLine))
                let all = text.withUnsafeBufferPointer { regex.allCaptures(in: $0) }
                let spans = regex.allMatches(in: text)
                let shown = all.map { groups in
                    groups.map { $0.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "." }.joined(separator: ",")
                }
                let agrees = spans == all.compactMap { $0[0] } && regex.matches(text) == !spans.isEmpty
                print(agrees ? "ok" : "INCONSISTENT", shown.joined(separator: ";"))
            } catch {
                print("error", error.code.rawValue)
            }
        }
    }

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map { index in
            UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) ?? 0
        }
    }
}
