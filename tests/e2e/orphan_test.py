"""pveform is ended while its sink's command stores: an older secret never comes to lie over a newer
one."""

import fcntl
import json
import signal
import subprocess
import time
from pathlib import Path

import harness

DOCUMENT = """
version: 1
cluster: { name: e2e }
secrets: { command: { run: [./keep.sh], timeout: 10m } }
users:
  svc@pve:
    tokens:
      one: { expire: never }
"""
# The first one stores when it is let go.
KEEP = """#!/bin/sh
set -eu
cat >"incoming.$$"
if mkdir first 2>/dev/null; then
    echo $$ >writing
    mv writing first-process
    while test -e keep.sh && ! test -e go; do sleep 0.05; done
fi
mv "incoming.$$" stored.json
"""
NEVER_CONFIRMED = 1


class Orphans(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)
        self.write("keep.sh", KEEP).chmod(0o700)
        self.addCleanup(self.write, "go", "")
        self.simulator = self.start_simulator()

    def assert_soon(self, condition):
        end = time.monotonic() + harness.RUN_TIME_LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def start_apply(self):
        """An apply whose sink is at work, and the sink's process."""
        token = f"admin@pve!ci={self.simulator.tokens['admin@pve!ci']}"
        with open(self.folder / "output", "w") as output:
            process = subprocess.Popen(
                [harness.BINARIES / "pveform", "apply", "--yes", *self.to(self.simulator)],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**harness.KEPT, "HOME": str(self.folder),
                     "PVEFORM_API_TOKEN": token},
            )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assert_soon((self.folder / "first-process").exists)
        return process, int((self.folder / "first-process").read_text())

    def is_locked(self):
        (lock,) = self.folder.glob(".local/state/pveform/.*.lock")
        with lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def assert_next_run_finishes(self):
        self.assert_code(self.at(self.simulator, "apply", "--yes"), 0)
        record = json.loads((self.folder / "stored.json").read_text())
        harness.WATCH.learn(record["secret"])
        self.assertTrue(self.simulator.accepts(f"{record['id']}={record['secret']}"))
        self.assert_code(self.at(self.simulator, "plan", "--detailed-exitcode"), 0)
        harness.WATCH.see("the run that was ended", (self.folder / "output").read_text())

    def test_a_sink_that_outlives_its_run_keeps_the_next_one_out(self):
        run, _ = self.start_apply()
        run.kill()
        run.wait()
        for command in (["apply", "--yes"], ["rotate", "svc@pve!one", "--yes"], ["ping"]):
            refused = self.at(self.simulator, *command)
            self.assert_code(refused, 1)
            self.assert_says(refused, "another run of pveform", "a run that was killed", "fuser -v")
        self.assertEqual(self.simulator.user_tokens()["svc@pve!one"]["expire"], NEVER_CONFIRMED)
        self.write("go", "")
        self.assert_soon(lambda: not self.is_locked())
        old = json.loads((self.folder / "stored.json").read_text())
        harness.WATCH.learn(old["secret"])
        self.assert_next_run_finishes()
        self.assertFalse(self.simulator.accepts(f"{old['id']}={old['secret']}"))

    def test_the_second_interrupt_ends_the_sink_as_well(self):
        run, sink = self.start_apply()
        run.send_signal(signal.SIGINT)
        time.sleep(1)  # or the two could be taken for one
        self.assertIsNone(run.poll())
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(harness.RUN_TIME_LIMIT_S), -signal.SIGINT)
        self.assert_soon(lambda: not self.is_alive(sink))
        self.assert_soon(lambda: not self.is_locked())
        self.assertFalse((self.folder / "stored.json").exists())
        self.assert_next_run_finishes()

    @staticmethod
    def is_alive(process):
        try:
            stat = Path(f"/proc/{process}/stat").read_text()
        except FileNotFoundError:
            return False
        return stat.rsplit(")", 1)[1].split()[0] != "Z"

    def test_what_a_sink_leaves_behind_keeps_nobody_out(self):
        self.write("keep.sh", """#!/bin/sh
set -eu
cat >stored.json
(while test -e keep.sh && ! test -e go; do sleep 0.05; done) >/dev/null 2>&1 &
""")
        self.write("output", "")
        self.assert_next_run_finishes()
        self.assertFalse(self.is_locked())


if __name__ == "__main__":
    harness.main()
