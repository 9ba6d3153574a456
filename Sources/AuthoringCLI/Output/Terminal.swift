import Glibc
@_spi(Engine) import RegoRuntime

/// What a person's terminal can show.
package enum Terminal {
    /// Whether text on a descriptor may have colours: it is a terminal that knows them, and `NO_COLOR` (no-color.org) is not set.
    package static func usesColor(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) == 1, ProcessEnvironment["NO_COLOR"]?.isEmpty ?? true else { return false }
        return ProcessEnvironment["TERM"] != "dumb"
    }

    /// Whether a descriptor is a terminal.
    package static func isInteractive(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}

/// Colours of text, where they are wanted.
package struct TextStyle: Sendable {
    /// What a text is to look like.
    package enum Color: Int, Sendable {
        case bold = 1
        case faint = 2
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case cyan = 36
    }

    private let isColored: Bool

    package init(isColored: Bool) { self.isColored = isColored }

    /// Text without colours.
    package static let plain = TextStyle(isColored: false)

    /// The style of standard output.
    package static var output: TextStyle { TextStyle(isColored: Terminal.usesColor(STDOUT_FILENO)) }

    /// The text in a colour, if colours are on.
    package func callAsFunction(_ text: String, _ colors: Color...) -> String {
        guard isColored, !colors.isEmpty, !text.isEmpty else { return text }
        return "\u{1B}[\(colors.map { String($0.rawValue) }.joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}
