/// The commands of a shell script as lists of words.
enum ShellWords {
    static func commands(_ script: String) -> [[String]] {
        var commands: [[String]] = []
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = script[...]
        func endWord() {
            if let finished = word { words.append(finished) }
            word = nil
        }
        func endCommand() {
            endWord()
            if !words.isEmpty { commands.append(words) }
            words = []
        }
        while let character = characters.popFirst() {
            if let open = quote {
                if character == open {
                    quote = nil
                } else {
                    word = (word ?? "") + String(character)
                }
                continue
            }
            switch character {
            case "'", "\"":
                quote = character
                word = word ?? ""
            case "\\":
                if let next = characters.popFirst(), next != "\n" { word = (word ?? "") + String(next) }
            case " ", "\t": endWord()
            case "\n", ";", "&", "|": endCommand()
            default: word = (word ?? "") + String(character)
            }
        }
        endCommand()
        return commands
    }
}
