"""Killed with SIGKILL at any system call that leaves a trace: no live token is without its stored
secret, and one more run, on another machine, finishes the work.

strace kills before the call is carried out. Nothing happens between two such calls, so that before
the next one is after the last one; after the very last there is nothing left to kill."""

import ctypes
import os
import re
import shutil
import unittest
from collections import Counter
from pathlib import Path

import harness
import sweep

CALLS = ("write,writev,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
         "ftruncate,fallocate,mkdir,mkdirat,fchmod,sendto,sendmsg,sendmmsg,shutdown")
STRIDE = harness.stride(8)


PR_SET_CHILD_SUBREAPER = 36


def wait_for_orphans(simulator):
    """What a killed pveform began, its sink's command that is, may go on for a while, and has the
    lock as long: the next run would be refused (orphan_test.py)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, parent = int(stat.parent.name), int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # it has ended meanwhile
        if parent == os.getpid() and pid != simulator.process.pid:
            os.waitpid(pid, 0)


def can_trace():
    return shutil.which("strace") and os.system("strace -qq -o /dev/null true") == 0


@unittest.skipUnless(can_trace(), "needs strace, and to be allowed to trace a process")
class Kills(sweep.Sweep):
    @classmethod
    def setUpClass(cls):
        # Orphans become children of this process, so that it can wait for them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)

    def apply_under(self, simulator, *options):
        log = self.folder / "calls.log"
        # Leaks cannot be looked for while traced.
        sanitizer = f"{harness.KEPT.get('ASAN_OPTIONS', '')}:detect_leaks=0"
        run = self.apply(
            simulator, before=["strace", "-qq", "-o", log, "-e", f"trace={CALLS}", *options],
            environment={"ASAN_OPTIONS": sanitizer})
        return run, log.read_text()

    def count(self):
        """Call → how often a whole apply makes it."""
        simulator = self.start()
        try:
            run, log = self.apply_under(simulator)
            self.assert_code(run, 0)
        finally:
            simulator.stop()
        return Counter(re.findall(r"^(\w+)\(", log, re.MULTILINE))

    def kill_at(self, call, nth):
        simulator = self.start()
        try:
            run, _ = self.apply_under(simulator, "-e", f"inject={call}:signal=KILL:when={nth}")
            wait_for_orphans(simulator)
            with self.subTest(sink=self.sink, call=call, nth=nth):
                self.assert_one_rerun_finishes(simulator)
            return run.code == -9
        finally:
            simulator.stop()

    def sweep(self, sink):
        self.prepare(sink)
        counts = self.count()
        points = [(call, nth) for call in sorted(counts) for nth in range(1, counts[call] + 1)]
        tried = harness.sample(points, STRIDE)
        killed = sum(self.kill_at(*point) for point in tried)
        print(f"{sink}: {len(points)} kill points ({dict(counts)}), {len(tried)} tried, "
              f"{killed} killed", flush=True)
        # Not every run makes each call as often; a small sample can consist of such a point and another.
        self.assertLess(len(tried) - killed, max(2, len(tried) * 0.1))

    def test_a_file(self):
        self.sweep("file")

    def test_a_folder(self):
        self.sweep("folder")

    def test_a_command(self):
        self.sweep("command")


if __name__ == "__main__":
    harness.main()
