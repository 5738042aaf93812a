"""A place for secrets that is full, becomes full, has a quota, or becomes read-only: nothing is lost,
and the error says what is wrong. On a file system of the test's own, where this machine lets it."""

import json
import shutil
import subprocess
import threading
import time

import harness

NUMBER_OF_TOKENS = 12
DOCUMENT = "version: 1\ncluster: { name: e2e }\nsecrets: { file: { path: vault/secrets.json } }\n" + (
    "users: { svc@pve: { tokens: {"
    + ", ".join(f"t{number}: {{ expire: never }}" for number in range(NUMBER_OF_TOKENS)) + "} } }\n")
NEVER_CONFIRMED = 1


class FullDisk(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.vault = self.folder / "vault"
        self.vault.mkdir(mode=0o700)
        self.write("pveform.yaml", DOCUMENT)
        self.simulator = self.start_simulator()

    def mount(self, size):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", self.vault],
                              capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest("needs to be allowed to mount a file system: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.vault], capture_output=True)

    def records(self):
        """From the vault, and from the spool what is not there."""
        records = {}
        for file in (self.folder / ".local/state/pveform").glob("*.json"):
            record = json.loads(file.read_text())
            records[record["name"]] = record
        records.update(self.stored_secrets("vault/secrets.json"))
        harness.WATCH.learn(*(record["secret"] for record in records.values()))
        return records

    def assert_nothing_lost(self):
        records = self.records()
        for token, live in self.simulator.user_tokens().items():
            if token.startswith("svc@pve!t") and live["expire"] != NEVER_CONFIRMED:
                self.assertIn(token, records)
                self.assertTrue(self.simulator.accepts(f"{token}={records[token]['secret']}"), token)

    def assert_a_rerun_finishes(self):
        self.assert_code(self.at(self.simulator, "apply", "--yes"), 0)
        self.assertEqual(len(self.stored_secrets("vault/secrets.json")), NUMBER_OF_TOKENS)
        self.assert_nothing_lost()

    def after_stored(self, number, do):
        """Does something as soon as that many secrets are in the vault."""
        def wait():
            deadline = time.monotonic() + harness.RUN_TIME_LIMIT_S
            while len(self.stored_secrets("vault/secrets.json")) < number:
                if time.monotonic() > deadline:
                    return
                time.sleep(0.001)
            do()
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        self.addCleanup(thread.join)

    def slow_down(self):
        """So that what happens meanwhile happens in the middle."""
        fault = {"fault": "latency", "milliseconds": 100, "path": "/access/users/*/token/*", "times": 0}
        return self.start_simulator(options=["--fault", json.dumps(fault)])

    def test_a_full_disk_is_found_out_before_anything_is_written(self):
        self.mount("64k")
        (self.vault / "ballast").write_bytes(b"x" * shutil.disk_usage(self.vault).free)
        run = self.at(self.simulator, "apply", "--yes")
        self.assert_code(run, 1)
        self.assert_says(run, "No space left on device")
        self.assertFalse([t for t in self.simulator.user_tokens() if t.startswith("svc@pve!t")])
        (self.vault / "ballast").unlink()
        self.assert_a_rerun_finishes()

    def fails_in_the_middle(self, do, undo, text):
        self.simulator = self.slow_down()
        self.after_stored(3, do)
        run = self.at(self.simulator, "apply", "--yes")
        self.assert_code(run, 6)
        self.assert_says(run, text, ".local/state/pveform")
        undo()
        self.assert_nothing_lost()
        self.assert_a_rerun_finishes()

    def test_a_disk_that_becomes_full(self):
        self.mount("64k")
        ballast = self.vault / "ballast"

        def fill():
            with open(ballast, "wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 4096):
                        pass
                except OSError:
                    pass  # it is full

        self.fails_in_the_middle(fill, ballast.unlink, "No space left on device")

    def test_a_disk_that_becomes_read_only(self):
        self.mount("64k")
        self.fails_in_the_middle(
            lambda: self.mount("64k,ro"), lambda: subprocess.run(["umount", self.vault], check=True),
            "Read-only file system")

    def test_a_quota(self):
        """A limit on the size of files stands in for it: the same calls fail, in the middle."""
        bytes_for_some = 1024
        run = self.at(self.simulator, "apply", "--yes", before=["prlimit", f"--fsize={bytes_for_some}"])
        self.assert_code(run, 1)  # the room for all of them is asked for first
        self.assert_says(run, "File too large")
        self.assert_a_rerun_finishes()


if __name__ == "__main__":
    harness.main()
