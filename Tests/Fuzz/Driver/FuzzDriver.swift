import FuzzHarness
import Glibc

/// libFuzzer's own main function, which calls back with each input.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// `FuzzDriver <mode> [libFuzzer's options] [corpus folders]`: gives a mode inputs that reach ever more of its code.
///
/// `FuzzDriver <mode> --write-seeds <folder>` writes what to begin with, and the dictionary as `<folder>.dictionary`.
@main
enum FuzzDriver {
    /// Set once, before the first input.
    nonisolated(unsafe) private static var mode: FuzzMode?

    static func main() {
        guard let name = CommandLine.arguments.dropFirst().first, let mode = FuzzMode.all.first(where: { $0.name == name }) else {
            let usage = Array("usage: FuzzDriver <\(FuzzMode.all.map(\.name).joined(separator: "|"))> [options] [folders]\n".utf8)
            Glibc.write(STDERR_FILENO, usage, usage.count)
            exit(64)
        }
        self.mode = mode
        if CommandLine.arguments.count == 4, CommandLine.arguments[2] == "--write-seeds" {
            return writeSeeds(of: mode, to: CommandLine.arguments[3])
        }
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv
        // libFuzzer takes the first argument for the program's name, and starts it anew to minimise an input.
        arguments += 1
        arguments[0] = CommandLine.unsafeArgv[0]
        let status = runFuzzer(&count, &arguments) { bytes, count in
            let input = Array(UnsafeBufferPointer(start: bytes, count: count))
            if let complaint = FuzzDriver.mode?.check(input) { fatalError(complaint) }
            return 0
        }
        exit(status)
    }

    private static func writeSeeds(of mode: FuzzMode, to folder: String) {
        for (index, seed) in mode.seeds.enumerated() { write(seed, to: "\(folder)/seed-\(index)") }
        let lines = mode.dictionary.map { word in
            let digits = Array("0123456789abcdef")
            return "\"" + word.utf8.map { "\\x\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined() + "\"\n"
        }
        write(Array(lines.joined().utf8), to: folder + ".dictionary")
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "wb") else {
            perror(path)
            exit(74)
        }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
