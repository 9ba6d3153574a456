import Glibc

/// Reads lines from a person at a terminal: editing, history, completion.
struct LineEditor {
    /// What a prompt came to.
    enum Result {
        case line(String)
        /// Ctrl-C: the line is dropped.
        case aborted
        /// Ctrl-D on an empty line, or the terminal is gone.
        case end
    }

    private let input: Int32
    private let output: Int32
    private var keys: KeyReader
    private var buffer = LineBuffer()
    private var prompt = ""
    /// The row of the cursor below the prompt's.
    private var cursorRow = 0
    /// Where in the history the line comes from; its count for the line that is being written.
    private var historyIndex = 0
    private var draft = ""
    private var hasListed = false

    /// Completes the text before the cursor: how many characters of it are to be replaced, and by what.
    private let complete: (String) -> (length: Int, candidates: [String])

    init(input: Int32, output: Int32, complete: @escaping (String) -> (length: Int, candidates: [String])) {
        self.input = input
        self.output = output
        self.complete = complete
        keys = KeyReader(descriptor: input)
    }

    /// Shows a prompt and reads a line.
    mutating func read(prompt: String, history: [String]) -> Result {
        guard RawMode.enter(input) else { return .end }
        defer { RawMode.leave() }
        self.prompt = prompt
        buffer = LineBuffer()
        cursorRow = 0
        historyIndex = history.count
        refresh()
        while let key = keys.next() {
            if key != .tab { hasListed = false }
            if let result = handle(key, history: history) {
                buffer.moveToEnd()
                refresh()
                write("\r\n")
                return result
            }
            // Pasted text is drawn once, not a character at a time.
            if !keys.hasPending { refresh() }
        }
        write("\r\n")
        return .end
    }

    // MARK: Keys

    private mutating func handle(_ key: Key, history: [String]) -> Result? {
        switch key {
        case .enter: return .line(buffer.text)
        case .control("c"): return .aborted
        case .control("d"):
            if buffer.isEmpty { return .end }
            buffer.deleteForward()
        case .control("z"):
            RawMode.suspend()
            guard RawMode.enter(input) else { return .end }
            cursorRow = 0
        case .control("r"): search(history)
        case .tab: completeLine()
        case .up, .control("p"): recall(historyIndex - 1, history)
        case .down, .control("n"): recall(historyIndex + 1, history)
        case .control("l"): clearScreen()
        default: edit(key)
        }
        return nil
    }

    private mutating func edit(_ key: Key) {
        switch key {
        case .character(let scalar): buffer.insert(CollectionOfOne(scalar))
        case .backspace, .control("h"): buffer.deleteBackward()
        case .delete: buffer.deleteForward()
        case .left, .control("b"): buffer.moveLeft()
        case .right, .control("f"): buffer.moveRight()
        case .home, .control("a"): buffer.moveToStart()
        case .end, .control("e"): buffer.moveToEnd()
        case .wordLeft: buffer.moveWordLeft()
        case .wordRight: buffer.moveWordRight()
        case .control("k"): buffer.cutToEnd()
        case .control("u"): buffer.cutToStart()
        case .control("w"): buffer.cutWord()
        case .control("y"): buffer.paste()
        case .control("t"): buffer.transpose()
        default: break
        }
    }

    private mutating func recall(_ index: Int, _ history: [String]) {
        guard (0...history.count).contains(index), index != historyIndex else { return }
        if historyIndex == history.count { draft = buffer.text }
        historyIndex = index
        buffer.replace(with: index == history.count ? draft : history[index])
    }

    /// Ctrl-R: finds lines of the history as a text is typed.
    private mutating func search(_ history: [String]) {
        let (ownPrompt, ownBuffer) = (prompt, buffer)
        var wanted = ""
        var found = history.count
        func find(before end: Int) -> Int? { wanted.isEmpty ? nil : history[..<end].lastIndex { $0.contains(wanted) } }
        while true {
            prompt = "(search)`\(wanted)': "
            refresh()
            guard let key = keys.next() else { break }
            switch key {
            case .character(let scalar):
                wanted.unicodeScalars.append(scalar)
                found = find(before: min(found + 1, history.count)) ?? found
            case .backspace, .control("h"):
                if !wanted.isEmpty { wanted.unicodeScalars.removeLast() }
                found = find(before: history.count) ?? history.count
            case .control("r"): found = find(before: found) ?? found
            case .control("g"), .control("c"), .escape:
                (prompt, buffer) = (ownPrompt, ownBuffer)
                return
            default:
                prompt = ownPrompt
                if history.indices.contains(found) { historyIndex = found }
                if key != .enter { edit(key) }
                return
            }
            if history.indices.contains(found) { buffer.replace(with: history[found]) }
        }
        prompt = ownPrompt
    }

    // MARK: Completion

    private mutating func completeLine() {
        let before = buffer.textBeforeCursor
        guard before.contains(where: { !$0.isWhitespace }) else { return buffer.insert("    ".unicodeScalars) }
        let (length, candidates) = complete(before)
        guard let first = candidates.first else { return write("\u{07}") }
        let common = candidates.dropFirst().reduce(first) { Self.commonPrefix($0, $1) }
        if common.unicodeScalars.count > length {
            for _ in 0..<length { buffer.deleteBackward() }
            buffer.insert(Array(common.unicodeScalars))
            return
        }
        guard candidates.count > 1 else { return }
        guard hasListed else {
            hasListed = true
            return write("\u{07}")
        }
        list(candidates)
    }

    private mutating func list(_ candidates: [String]) {
        let width = (candidates.map { DisplayWidth.of($0.unicodeScalars) }.max() ?? 0) + 2
        let perRow = max(columns / width, 1)
        var text = "\r\n"
        for (index, candidate) in candidates.prefix(200).enumerated() {
            text += candidate + String(repeating: " ", count: max(width - DisplayWidth.of(candidate.unicodeScalars), 0))
            if index % perRow == perRow - 1 { text += "\r\n" }
        }
        if candidates.count > 200 { text += "… and \(candidates.count - 200) more" }
        write(text + "\r\n")
        cursorRow = 0
    }

    private static func commonPrefix(_ left: String, _ right: String) -> String {
        var result = String.UnicodeScalarView()
        for (a, b) in zip(left.unicodeScalars, right.unicodeScalars) {
            guard a == b else { break }
            result.append(a)
        }
        return String(result)
    }

    // MARK: Drawing

    private var columns: Int {
        var size = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private mutating func clearScreen() {
        write("\u{1B}[H\u{1B}[2J")
        cursorRow = 0
    }

    /// Draws the prompt and the line anew, over as many rows as they take, and puts the cursor in its place.
    private mutating func refresh() {
        let columns = columns
        let promptWidth = DisplayWidth.of(prompt.unicodeScalars)
        let visible = buffer.scalars.map { $0.value < 0x20 ? " " : $0 }
        let end = promptWidth + DisplayWidth.of(visible)
        let target = promptWidth + DisplayWidth.of(visible[..<buffer.cursor])
        var text = cursorRow > 0 ? "\u{1B}[\(cursorRow)A" : ""
        text += "\r\u{1B}[J" + prompt + String(String.UnicodeScalarView(visible))
        // A row that is just full leaves the cursor on it: the next row has to be begun.
        if end > 0, end % columns == 0 { text += "\r\n" }
        let rowsUp = end / columns - target / columns
        if rowsUp > 0 { text += "\u{1B}[\(rowsUp)A" }
        text += "\r"
        if target % columns > 0 { text += "\u{1B}[\(target % columns)C" }
        cursorRow = target / columns
        write(text)
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            offset += count
        }
    }
}
