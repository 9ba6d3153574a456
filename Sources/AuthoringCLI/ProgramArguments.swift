package import ArgumentParser
import Rego
@_spi(Engine) import RegoRuntime

/// The program's arguments as ArgumentParser takes them: with the flags that the environment adds, and with `--flag=false` as Go's flags
/// have it.
///
/// `WARD_EVAL_FORMAT=raw`, or else `OPA_EVAL_FORMAT=raw`, stands for `ward eval --format raw` where that flag is not given.
package enum ProgramArguments {
    /// A variable or flag whose value does not fit.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What the program is called by, before the name of the command, in the names of variables; the first one found counts.
    private static let prefixes = ["WARD", "OPA"]

    /// The arguments of a command with all that is added to them.
    ///
    /// - Parameters:
    ///   - arguments: the program's arguments without its name
    ///   - root: the command that has all others below it; asked for its flags only where there is something to add
    package static func resolve(_ arguments: ArraySlice<String>, of root: any ParsableCommand.Type) throws(Failure) -> [String] {
        guard let command = arguments.first, !command.isEmpty, !command.hasPrefix("-") else { return Array(arguments) }
        var variables: [String: (name: String, value: String)] = [:]
        for prefix in prefixes.reversed() {
            let start = "\(prefix)_\(variable(command))_"
            for (name, value) in ProcessEnvironment.variables(beginningWith: start) {
                variables[String(name.dropFirst(start.count))] = (name, value)
            }
        }
        guard !variables.isEmpty || arguments.contains(where: { assignment($0) != nil }) else { return Array(arguments) }
        guard let flags = CommandFlags(of: command, below: root) else { return Array(arguments) }
        let given = flags.given(in: arguments.dropFirst())
        var added: [String] = []
        for (suffix, (name, value)) in variables.sorted(by: { $0.key < $1.key }) {
            guard let flag = flags.all.first(where: { variable($0.name) == suffix }), !given.contains(flag.name) else { continue }
            if flag.takesValue {
                added += ["--\(flag.name)", value]
            } else if let isOn = boolean(value) {
                added += flags.setting(flag.name, to: isOn)
            } else {
                throw Failure(description: "the environment variable \(name) must be true or false, not '\(value)'")
            }
        }
        return [command] + added + flags.withoutAssignments(arguments.dropFirst())
    }

    /// A flag's or command's name as variables have it.
    private static func variable(_ name: String) -> String { String(name.uppercased().map { $0 == "-" ? "_" : $0 }) }

    /// The words that Go reads as booleans.
    fileprivate static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    /// The parts of `--flag=false`.
    fileprivate static func assignment(_ argument: String) -> (name: String, isOn: Bool)? {
        guard argument.hasPrefix("--"), let mark = argument.firstIndex(of: "="),
            let isOn = boolean(String(argument[argument.index(after: mark)...]))
        else { return nil }
        return (String(argument[..<mark].dropFirst(2)), isOn)
    }
}

/// The flags and options of a command.
private struct CommandFlags {
    struct Flag {
        let name: String
        let shortName: Character?
        let takesValue: Bool
    }

    let all: [Flag]

    /// Reads them from ArgumentParser's description of the program; `nil` if there is no such command.
    init?(of command: String, below root: any ParsableCommand.Type) {
        guard let description = try? RegoValue(json: Array(root._dumpHelp().utf8)),
            let commands = description["command"]?["subcommands"]?.array,
            let found = commands.first(where: { entry in
                entry["commandName"]?.string == command || entry["aliases"]?.array?.contains(.string(command)) == true
            })
        else { return nil }
        var flags: [Flag] = []
        for argument in found["arguments"]?.array ?? [] {
            let names = argument["names"]?.array ?? []
            let short = names.first { $0["kind"]?.string == "short" }?["name"]?.string?.first
            for name in names where name["kind"]?.string == "long" {
                guard let long = name["name"]?.string, long != "help", long != "version" || argument["kind"]?.string == "option" else {
                    continue
                }
                flags.append(Flag(name: long, shortName: short, takesValue: argument["kind"]?.string == "option"))
            }
        }
        all = flags
    }

    private func flag(_ name: String) -> Flag? { all.first { $0.name == name } }

    /// The names of the flags that are given by any of their names, also by their opposite.
    func given(in arguments: ArraySlice<String>) -> Set<String> {
        var given: Set<String> = []
        for argument in arguments {
            if argument == "--" { break }
            if argument.hasPrefix("--") {
                let name = String(argument.dropFirst(2).prefix { $0 != "=" })
                given.insert(name)
                if name.hasPrefix("no-") { given.insert(String(name.dropFirst(3))) }
            } else if argument.hasPrefix("-") {
                // `-vf json`: flags stand together, up to one that takes a value.
                for letter in argument.dropFirst() {
                    guard let flag = all.first(where: { $0.shortName == letter }) else { break }
                    given.formUnion(all.filter { $0.shortName == letter }.map(\.name))
                    if flag.takesValue { break }
                }
            }
        }
        return given
    }

    /// The arguments that turn a flag on or off; none if it is off unless given.
    func setting(_ name: String, to isOn: Bool) -> [String] {
        if isOn { return ["--\(name)"] }
        return flag("no-\(name)") == nil ? [] : ["--no-\(name)"]
    }

    /// The arguments with `--flag` and `--no-flag` for `--flag=true` and `--flag=false`.
    func withoutAssignments(_ arguments: ArraySlice<String>) -> [String] {
        var result: [String] = []
        var isOver = false
        for argument in arguments {
            if argument == "--" { isOver = true }
            if !isOver, let (name, isOn) = ProgramArguments.assignment(argument), flag(name)?.takesValue == false {
                result += setting(name, to: isOn)
            } else {
                result.append(argument)
            }
        }
        return result
    }
}
