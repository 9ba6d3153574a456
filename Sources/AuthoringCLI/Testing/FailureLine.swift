import Rego
import RegoRuntime

/// Where a test failed: the last expression that did, and the values of its variables.
enum FailureLine {
    static func text(_ explanation: Explanation) -> String {
        guard let event = explanation.events.last(where: { $0.kind == .fail && $0.location?.file.isEmpty == false }),
            let place = event.location
        else { return "" }
        var text = "\n  \(place.file):\(place.row):\n    \(explanation.text(of: event))\n"
        for (name, value) in explanation.variables(of: event) { text += "    | \(name): \(shortened(value.json()))\n" }
        return text
    }

    /// Values beyond a line's length say more by their beginning than by filling the screen.
    private static func shortened(_ text: String) -> String {
        let limit = 200
        return text.unicodeScalars.count <= limit ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
    }
}
