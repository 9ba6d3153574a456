import Glibc

extension TestSession {
    /// Runs the tests, and again whenever a file changes, until the process is told to end.
    func watch() -> Int32 {
        var watcher: FileWatcher
        do {
            watcher = try FileWatcher(paths: paths)
        } catch {
            Console.printError("Error creating path watcher:  \(error)")
            return 1
        }
        while true {
            _ = run()
            Console.print(String(repeating: "*", count: 80) + "\nWatching for changes ...\n")
            do {
                try watcher.waitForChange()
            } catch {
                Console.printError("\(error)")
                return 1
            }
        }
    }
}
