"""What the demonstration prints: one line for each expectation, ✓ or ✗."""

import sys


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        colour = sys.stdout.isatty()
        self.green, self.red, self.yellow, self.bold, self.dim, self.plain = (
            (f"\033[{code}m" for code in (32, 31, 33, 1, 2, 0)) if colour else [""] * 6)

    def heading(self, text):
        print(f"\n{self.bold}{text}{self.plain}", flush=True)

    def expect(self, what, holds, detail=""):
        """One expectation; when it does not hold, the demonstration fails."""
        mark = f"{self.green}✓{self.plain}" if holds else f"{self.red}✗{self.plain}"
        if holds:
            self.passed += 1
        else:
            self.failed += 1
        print(f"  {mark} {what:<58} {detail}".rstrip(), flush=True)
        return holds

    def answer(self, what, answer, status, detail="", also=True):
        """An HTTP answer that must have a status, and for which `also` must hold."""
        took = f"{self.dim}{answer.milliseconds:6.1f} ms{self.plain}"
        holds = answer.status == status and also
        text = f"{answer.status}  {took}  {detail}"
        if not holds:
            text += f"\n      expected {status}; the answer was {answer.text[:400]}"
        return self.expect(what, holds, text)

    def skip(self, what, why):
        self.skipped += 1
        print(f"  {self.yellow}–{self.plain} {what:<58} skipped: {why}", flush=True)

    def note(self, text):
        for line in text.rstrip().splitlines():
            print(f"    {line}")
        sys.stdout.flush()

    def close(self):
        """The summary line; the exit status."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        colour = self.red if self.failed else self.green
        print(f"\n{colour}{self.passed} as expected, {self.failed} not as expected{skipped}{self.plain}", flush=True)
        return 1 if self.failed else 0
