import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

extension ReplSession {
    /// Carries a command out.
    ///
    /// - Returns: whether the shell goes on.
    func perform(_ command: ShellCommand, _ arguments: [String]) throws -> Bool {
        switch command {
        case .exit: return false
        case .help: try help(arguments)
        case .show: try show(arguments)
        case .unset: try unset(arguments)
        case .unsetPackage: try unsetPackage(arguments)
        case .json: settings.format = .json
        case .pretty: settings.format = .pretty
        case .prettyLimit: try setPrettyLimit(arguments)
        case .trace: try setTrace(arguments.first ?? "full")
        case .notes: try setTrace("notes")
        case .fails: try setTrace("fails")
        case .metrics:
            settings.showsMetrics.toggle()
            settings.isInstrumented = false
        case .instrument:
            settings.isInstrumented.toggle()
            settings.showsMetrics = settings.isInstrumented
        case .profile: settings.showsProfile.toggle()
        case .types: settings.showsTypes.toggle()
        case .strictBuiltinErrors: settings.strictBuiltinErrors.toggle()
        case .dump: try dump(arguments)
        case .unknown: throw Complaint("partial evaluation is not available here: ward eval --partial has it")
        case .target:
            guard arguments == ["rego"] else { throw Complaint("invalid target \"\(arguments.first ?? "")\": must be rego") }
        }
        return true
    }

    private func help(_ arguments: [String]) throws {
        switch arguments.first {
        case nil: print(ShellCommand.helpText)
        case "input": print(ShellCommand.inputHelp)
        case let topic?: throw Complaint("unknown topic '\(topic)'")
        }
    }

    private func show(_ arguments: [String]) throws {
        switch arguments.first {
        case nil:
            guard let current else { return print("no rules defined\n") }
            print(scratch[current].text)
        case "debug":
            let document = OrderedJSON.object([
                ("explain", .value(.string(settings.explain ?? "off"))), ("metrics", .value(.boolean(settings.showsMetrics))),
                ("instrument", .value(.boolean(settings.isInstrumented))), ("profile", .value(.boolean(settings.showsProfile))),
                ("strict-builtin-errors", .value(.boolean(settings.strictBuiltinErrors))),
            ])
            print(document.json(pretty: true) + "\n")
        case let option?: throw Complaint("unknown option '\(option)'")
        }
    }

    private func unset(_ arguments: [String]) throws {
        guard arguments.count == 1, let name = arguments.first else { throw Complaint("unset <name>: expects exactly one argument") }
        if name == "input", hasInput { return try setInput(nil) }
        var wasThere = false
        if let current { try change { wasThere = $0[current].remove(name) } }
        if !wasThere { print("warning: no matching rules in current module\n") }
    }

    private func unsetPackage(_ arguments: [String]) throws {
        guard arguments.count == 1, let package = arguments.first else {
            throw Complaint("unset-package <path>: expects exactly one argument")
        }
        guard let index = scratch.firstIndex(where: { $0.package == package }) else { return print("warning: no matching package\n") }
        try change { $0.remove(at: index) }
        if let active = current { current = active == index ? nil : active > index ? active - 1 : active }
    }

    private func setPrettyLimit(_ arguments: [String]) throws {
        guard arguments.count == 1, let limit = Int(arguments[0]), limit >= 0 else { throw Complaint("usage: pretty-limit <n>") }
        settings.prettyLimit = limit
    }

    private func setTrace(_ mode: String) throws {
        let modes = ["off", "full", "notes", "fails", "debug"]
        guard modes.contains(mode) else { throw Complaint("invalid explain mode, expected one of: \(modes.joined(separator: ", "))") }
        settings.explain = mode == "off" || settings.explain == mode ? nil : mode
    }

    private func dump(_ arguments: [String]) throws {
        let bytes = data.json() + [UInt8(ascii: "\n")]
        guard let path = arguments.first else { return print(String(decoding: bytes, as: UTF8.self)) }
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Complaint("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Complaint("\(path): \(String(cString: strerror(errno)))") }
            offset += count
        }
    }
}
