import ArgumentParser

/// `ward version`: what this binary is.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints Ward's version and the Rego it speaks.")

    @Flag(name: [.customShort("c"), .long], help: ArgumentHelp("Not available: Ward asks no server.", visibility: .hidden))
    var check = false

    func validate() throws {
        if check { throw ValidationError("--check is not available: Ward asks no server for newer versions") }
    }

    func run() { Console.print(WardVersion.text) }
}

extension WardVersion {
    /// What `ward version` prints, a line each, as `opa version` words it.
    static var text: String {
        """
        Version: \(current)
        Swift Version: \(swiftVersion)
        Platform: \(platform)
        Rego Version: v1
        WebAssembly: unavailable

        """
    }

    private static var swiftVersion: String {
        #if swift(>=6.4)
            "6.4 or later"
        #elseif swift(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var platform: String {
        #if arch(x86_64)
            let architecture = "amd64"
        #elseif arch(arm64)
            let architecture = "arm64"
        #else
            let architecture = "unknown"
        #endif
        #if os(Linux)
            return "linux/\(architecture)"
        #else
            return "darwin/\(architecture)"
        #endif
    }
}
