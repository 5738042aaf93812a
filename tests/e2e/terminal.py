"""A program in a terminal of its own: what it writes there, and keys to press."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

import harness

TIME_LIMIT_S = 60


class Terminal:
    def __init__(self, command, environment, folder, rows=24, columns=80, stdin=None):
        primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.primary = primary
        self.seen = b""
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=secondary if stdin is None else stdin, stdout=secondary,
            stderr=secondary, env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(secondary, termios.TIOCSCTTY, 0),
        )
        os.close(secondary)

    def read_some(self, patience_s):
        ready, _, _ = select.select([self.primary], [], [], patience_s)
        if not ready:
            return False
        try:
            data = os.read(self.primary, 65536)
        except OSError: # the other end is closed
            return False
        self.seen += data
        return bool(data)

    def wait_for(self, text, keys=""):
        """Reads until `text` was written; what was written before it is kept as well. The keys are
        pressed whenever nothing comes: a program that is interrupted forgets what was typed."""
        deadline = time.monotonic() + TIME_LIMIT_S
        while text.encode() not in self.seen:
            if not self.read_some(1):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"no {text!r} in {self.text!r}")
                self.press(keys)

    def press(self, keys):
        os.write(self.primary, keys.encode())

    def forget(self):
        self.seen = b""

    def finish(self):
        """Waits for its end; gives the exit code."""
        deadline = time.monotonic() + TIME_LIMIT_S
        while self.process.poll() is None:
            self.read_some(0.1)
            if time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"does not end: {self.text!r}")
        while self.read_some(0):
            pass
        os.close(self.primary)
        harness.WATCH.see("a program at a terminal", self.text)
        return self.process.returncode

    @property
    def text(self):
        return self.seen.decode(errors="replace").replace("\r\n", "\n")
