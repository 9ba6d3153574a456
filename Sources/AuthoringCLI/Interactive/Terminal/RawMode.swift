import Glibc

/// The terminal in raw mode: keys come one by one and are not echoed. However the process ends, the mode that was before is restored.
enum RawMode {
    /// Goes to raw mode.
    ///
    /// - Returns: whether the descriptor is a terminal that can.
    static func enter(_ descriptor: Int32) -> Bool {
        guard !isRaw else { return true }
        guard tcgetattr(descriptor, &saved) == 0 else { return false }
        prepareOnce(descriptor)
        var mode = saved
        mode.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INPCK | ISTRIP | IXON)
        mode.c_cflag |= tcflag_t(CS8)
        mode.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
        guard tcsetattr(descriptor, TCSADRAIN, &mode) == 0 else { return false }
        isRaw = true
        return true
    }

    /// Goes back to the mode that was before.
    static func leave() {
        guard isRaw else { return }
        tcsetattr(terminal, TCSADRAIN, &saved)
        isRaw = false
    }

    /// Stops the process as Ctrl-Z does, with the terminal restored while it sleeps.
    static func suspend() {
        leave()
        kill(0, SIGTSTP)
    }

    // nonisolated(unsafe): one thread prompts; the signal handlers only read, and end the process.
    nonisolated(unsafe) private static var saved = termios()
    nonisolated(unsafe) private static var isRaw = false
    nonisolated(unsafe) private static var terminal: Int32 = -1

    /// The signals that would end the process with the terminal still raw; those of crashes too.
    private static let signals = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

    private static func prepareOnce(_ descriptor: Int32) {
        guard terminal < 0 else { return }
        terminal = descriptor
        atexit { RawMode.leave() }
        for number in signals {
            var action = sigaction()
            guard sigaction(number, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil else { continue }
            signal(number) { number in
                // Only what POSIX allows in a handler: tcsetattr, signal and raise.
                if RawMode.isRaw { tcsetattr(RawMode.terminal, TCSANOW, &RawMode.saved) }
                signal(number, nil)
                raise(number)
            }
        }
    }
}
