package import ArgumentParser

/// Ends a command after its error has been printed.
package enum Exit {
    /// The command's answer is what a flag such as `--fail` makes a failure of.
    package static let unwanted = ExitCode(1)
    /// The command could not be carried out.
    package static let failed = ExitCode(2)
}
