import Glibc
import Rego
package import RegoSyntax

/// One run of `ward fmt`: files and folders in order, to the first that cannot be formatted.
package struct FormatSession {
    /// What the run is for.
    package enum Result: Sendable {
        /// The formatted text is printed.
        case text
        /// The names of the files that would change are printed.
        case names
        /// What would change is printed.
        case changes
        /// Files that change are written.
        case files
    }

    /// The layout of what is written.
    package var layout: Formatter.Options
    /// What the run is for.
    package var result = Result.text
    /// A file that would change is a failure.
    package var failsOnChange = false
    /// A result that cannot be read is a failure, and so is writing one that means something else.
    package var checksResult = true
    /// Takes what standard output is for.
    package var print: ([UInt8]) -> Void = { Console.print($0) }
    /// Takes each line for standard error.
    package var report: (String) -> Void = { Console.printError($0) }
    /// Changes are shown in colours.
    package var usesColor = Terminal.usesColor(STDOUT_FILENO)

    /// Makes a run that prints formatted text.
    package init(layout: Formatter.Options = Formatter.Options()) { self.layout = layout }

    /// What keeps a file from being formatted.
    private struct Problem: Error {
        var message: String
        var status: Int32 = 2
    }

    /// Formats files and folders, or standard input if there are none.
    ///
    /// - Returns: the exit status.
    package func run(_ paths: [String]) -> Int32 {
        do throws(Problem) {
            if paths.isEmpty { try formatInput() }
            for path in paths { try walk(path.hasPrefix("file://") ? String(path.dropFirst(7)) : path) }
            return 0
        } catch {
            report(error.message)
            return error.status
        }
    }

    // MARK: Files

    /// Formats a file, or a folder's files in the order of their names; symbolic links to folders are passed over.
    private func walk(_ path: String) throws(Problem) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw Problem(message: "lstat \(path): \(Self.lastError)", status: 1) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try formatFile(path) }
        let names: [String]
        do {
            names = try FileBytes.names(in: path)
        } catch {
            throw Problem(message: Self.lowered("open \(error)"), status: 1)
        }
        for name in names { try walk(Self.join(path, name)) }
    }

    /// The path of a folder's entry, without the `./` and doubled slashes of the folder's.
    private static func join(_ folder: String, _ name: String) -> String {
        var parts: [Substring] = []
        for part in folder.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (folder.hasPrefix("/") ? "/" : "") + (parts + [Substring(name)]).joined(separator: "/")
    }

    private func formatFile(_ path: String) throws(Problem) {
        guard path.hasSuffix(".rego") else { return }
        let contents: [UInt8]
        do throws(Loader.Failure) {
            contents = try Loader.read(path)
        } catch {
            throw Problem(message: Self.lowered("failed to open file: open \(error)"))
        }
        let file = SourceFile(name: path, bytes: contents)
        let formatted: [UInt8]
        do throws(Formatter.Failure) {
            formatted = try Formatter.format(file, options: layout)
        } catch {
            throw Problem(message: "failed to format Rego source file: " + Self.text(of: error, in: file))
        }
        if checksResult { try check(formatted, of: file) }
        let isChanged = formatted != contents
        let unwanted = Problem(message: "unexpected diff")
        switch result {
        case .names:
            if isChanged { print(Array("\(path)\n".utf8)) }
        case .changes:
            if isChanged { print(UnifiedDiff(from: contents, to: formatted, name: path).rendered(isColored: usesColor)) }
        case .text, .files:
            if isChanged, failsOnChange { throw unwanted }
            if result == .text { return print(formatted) }
            if isChanged { try replace(path, with: formatted) }
        }
        if isChanged, failsOnChange { throw unwanted }
    }

    private func check(_ formatted: [UInt8], of file: SourceFile) throws(Problem) {
        let copy = SourceFile(name: "formatted", bytes: formatted)
        let (module, diagnostics) = Parser.parseModule(copy, id: FileID(0), version: layout.target == .v1 ? .v1 : .v0)
        let remedy = "To inspect the formatted Rego, you can turn off this check with --check-result=false."
        guard let module else {
            let errors = Self.text(of: Formatter.Failure(diagnostics: diagnostics), in: copy)
            throw Problem(message: "\(file.name) was successfully formatted, but the result is invalid: \(errors)\n\n\(remedy)")
        }
        guard result == .files, let original = Parser.parseModule(file, id: FileID(0), version: layout.source).0,
            !Formatter.isSameProgram(original, module)
        else { return }
        throw Problem(
            message: """
                \(file.name) was successfully formatted, but the result means something else, and is not written: \
                the layout has no parentheses around a term with 'in' behind 'k, '. Give that term a name with ':=' first.

                \(remedy)
                """)
    }

    private func replace(_ path: String, with bytes: [UInt8]) throws(Problem) {
        do throws(FileReplacement.Failure) {
            try FileReplacement.write(bytes, to: path)
        } catch {
            throw Problem(message: error.message)
        }
    }

    private func formatInput() throws(Problem) {
        let contents: [UInt8]
        do throws(Loader.Failure) {
            contents = try Loader.readAll(STDIN_FILENO, name: "read /dev/stdin")
        } catch {
            throw Problem(message: Self.lowered("\(error)"), status: 1)
        }
        let file = SourceFile(name: "stdin", bytes: contents)
        do throws(Formatter.Failure) {
            print(try Formatter.format(file, options: layout))
        } catch {
            throw Problem(message: Self.text(of: error, in: file), status: 1)
        }
    }

    // MARK: Messages

    private static func text(of failure: Formatter.Failure, in file: SourceFile) -> String {
        var sources = SourceMap()
        _ = sources.add(file)
        var error = AuthorError(CompilationFailure(failure.diagnostics, sources: sources))
        error.isLoading = false
        return (failure.isReadable ? "\(file.name): " : "") + error.text
    }

    private static var lastError: String { lowered(String(cString: strerror(errno))) }

    /// A system's message as Go has it: it begins with a small letter.
    private static func lowered(_ message: String) -> String {
        guard let colon = message.lastIndex(of: ":"), let start = message[colon...].firstIndex(where: { $0 != ":" && $0 != " " }) else {
            return message.prefix(1).lowercased() + message.dropFirst()
        }
        return message[..<start] + message[start...].prefix(1).lowercased() + message[start...].dropFirst()
    }
}
