"""Plays a person at a terminal: python3 terminal.py <ward> <folder of policies> <history file>"""

import os
import pty
import select
import signal
import sys
import termios
import time

ward, folder, history = sys.argv[1:4]


class Terminal:
    def __init__(self, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(ward, [ward, "repl", "-H", history, *arguments])
        self.text = b""
        self.mode = termios.tcgetattr(self.fd)

    def expect(self, wanted, timeout=30):
        end = time.monotonic() + timeout
        while wanted not in self.text:
            if not select.select([self.fd], [], [], max(end - time.monotonic(), 0))[0]:
                sys.exit(f"waited for {wanted!r}, got {self.text!r}")
            try:
                more = os.read(self.fd, 65536)
            except OSError:
                more = b""
            if not more:
                sys.exit(f"ended before {wanted!r}: {self.text!r}")
            self.text += more
        self.text = self.text[self.text.index(wanted) + len(wanted):]

    def send(self, keys):
        os.write(self.fd, keys)

    def wait(self):
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        return os.waitpid(self.pid, 0)[1]

    def is_raw(self):
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON


t = Terminal(folder)
t.expect(b"Run 'help'")
t.expect(b"> ")
assert t.is_raw()
# Completion of a package and of a rule, then an index.
t.send(b"data.al\t.allo\t[0]\r")
t.expect(b'"alice"')
t.expect(b"> ")
# A mistake corrected: Ctrl-A, a word deleted, the end.
t.send(b"xx 40 + 1\x01\x1b[3~\x1b[3~\x05\x7f2\r")
t.expect(b"42")
t.expect(b"> ")
# The line before the last, from the history.
t.send(b"\x1b[A\x1b[A\r")
t.expect(b'"alice"')
t.expect(b"> ")
# A search in the history.
t.send(b"\x12allo\r\r")
t.expect(b'"alice"')
t.expect(b"> ")
# Several lines, dropped with Ctrl-C.
t.send(b"p if {\r")
t.expect(b"| ")
t.send(b"\x03")
t.expect(b"> ")
t.send(b"p if {\r")
t.expect(b"| ")
t.send(b"  1 == 1\r}\r\r")
t.expect(b"Rule 'p' defined in package repl")
t.expect(b"> ")
# Characters of several bytes and columns.
t.send("count(\"日本éx\")\x1b[D\x1b[D\x7f\r".encode())
t.expect(b"\r\n3\r\n")
t.expect(b"> ")
# Settings and their effect; 'unset' completes the names of the package's rules.
t.send(b"types\r")
t.expect(b"> ")
t.send(b"data.alpha.allowed_users[0]\r")
t.expect(b'"alice"\r\n# data.alpha.allowed_users[0]: string\r\n')
t.expect(b"> ")
t.send(b"types\r")
t.expect(b"> ")
t.send(b"pretty-l\t 4\r")
t.expect(b"> ")
t.send(b'z = "abcdef"; true\r')
t.expect(b'| "abc... |')
t.expect(b"> ")
t.send(b"long_name := 1\r")
t.expect(b"Rule 'long_name' defined")
t.expect(b"> ")
t.send(b"unset lo\t\r")
t.expect(b"> ")
t.send(b"long_name\r")
t.expect(b"unsafe")
t.expect(b"> ")
# Ctrl-D asks before it leaves.
t.send(b"\x04")
t.expect(b"Do you want to exit")
t.send(b"n\r")
t.expect(b"> ")
t.send(b"\x04")
t.expect(b"Do you want to exit")
t.send(b"\r")
assert t.wait() == 0

# What was entered before is there again in the next session, and for Ctrl-R.
t = Terminal(folder)
t.expect(b"> ")
t.send(b"\x1b[A\r")
t.expect(b"unsafe")
t.expect(b"> ")
t.send(b"\x1240 +\r\r")
t.expect(b"42")
t.expect(b"> ")
t.send(b"exit\r")
assert t.wait() == 0

# A signal ends it; the terminal has its old mode.
t = Terminal()
t.expect(b"> ")
assert t.is_raw()
slave = os.open(os.readlink(f"/proc/{t.pid}/fd/0"), os.O_RDWR | os.O_NOCTTY)
os.kill(t.pid, signal.SIGTERM)
status = os.waitpid(t.pid, 0)[1]
assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM, status
assert termios.tcgetattr(slave) == t.mode, "the terminal's mode is not restored"
print("ok")
