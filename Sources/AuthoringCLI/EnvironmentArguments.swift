import Glibc

/// Flags from the environment: `WARD_EVAL_FORMAT=raw` stands for `ward eval --format raw` where the flag is not given.
package enum EnvironmentArguments {
    /// The arguments with those that the environment adds to them.
    ///
    /// - Parameter arguments: the program's arguments without its name
    package static func adding(to arguments: ArraySlice<String>) -> [String] {
        guard let command = arguments.first, !command.isEmpty, !command.hasPrefix("-") else { return Array(arguments) }
        let prefix = "WARD_" + variable(command) + "_"
        var added: [String] = []
        for (name, value) in variables(beginningWith: prefix) {
            let flag = "--" + name.lowercased().replacing("_", with: "-")
            guard !arguments.contains(where: { $0 == flag || $0.hasPrefix(flag + "=") }) else { continue }
            switch value {
            case "true": added.append(flag)
            case "false": break
            default: added += [flag, value]
            }
        }
        return [command] + added + arguments.dropFirst()
    }

    private static func variable(_ name: String) -> String { name.uppercased().replacing("-", with: "_") }

    /// The variables of the environment whose names begin with a text: the rest of the name, and the value; by name.
    private static func variables(beginningWith prefix: String) -> [(name: String, value: String)] {
        var found: [(String, String)] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            if unsafe strncmp(entry, prefix, prefix.utf8.count) == 0 {
                let text = unsafe String(cString: entry).dropFirst(prefix.count)
                if let equals = text.firstIndex(of: "=") {
                    found.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
                }
            }
            unsafe next += 1
        }
        return found.sorted { $0.0 < $1.0 }
    }
}

extension String {
    /// The text with one character in the place of another.
    fileprivate func replacing(_ old: Character, with new: Character) -> String { String(map { $0 == old ? new : $0 }) }
}
