"""While pveform runs, with secrets in its hands: what the rest of the machine can see of it and of
the programs that it starts. And two runs at once."""

import json
import subprocess
import threading
import time
from pathlib import Path

import harness

DOCUMENT = """
version: 1
cluster: {{ name: e2e }}
secrets: {{ {sink} }}
users:
  svc@pve:
    tokens: {{ one: {{ expire: 2032-01-31 }}, two: {{ expire: never }}, three: {{ expire: never }} }}
"""
NEW_TOKENS = {"svc@pve!one", "svc@pve!two", "svc@pve!three"}
GLANCE_S = 0.002


class Onlooker:
    """Reads the command line and the environment of a process and of all below it, again and again."""

    def __init__(self, pid):
        self.pid = pid
        self.seen = set()  # (what, text)
        self.processes = set()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _family(self):
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue  # it has ended
        family = {self.pid}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        return family

    def _look(self):
        while Path(f"/proc/{self.pid}").exists():
            for pid in self._family():
                for what in ("cmdline", "environ"):
                    try:
                        text = Path(f"/proc/{pid}/{what}").read_text(errors="replace")
                    except OSError:
                        continue
                    self.processes.add(pid)
                    self.seen.add((what, text))
            time.sleep(GLANCE_S)

    def finish(self, watch):
        self._thread.join()
        for what, text in self.seen:
            watch.see(what, text)


class Processes(harness.EndToEnd):
    def begin(self, script):
        (self.folder / "out").mkdir()
        path = self.write("keep.sh", "#!/bin/sh\nset -eu\n" + script)
        path.chmod(0o700)
        self.write("pveform.yaml", DOCUMENT.format(sink="command: { run: [./keep.sh] }"))
        simulator = self.start_simulator()
        secret = self.write("token", simulator.tokens["admin@pve!ci"])
        secret.chmod(0o600)
        return simulator

    def open(self, simulator, **environment):
        return subprocess.Popen(
            [harness.BINARIES / "pveform", "apply", "--yes", "-vv", "--endpoint", simulator.endpoint,
             "--ca-file", simulator.ca_file],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            env={**harness.KEPT, "HOME": str(self.folder), "LANG": "C.UTF-8",
                 **environment})

    def watched_apply(self, simulator, watch):
        """What others see of an apply, and what it says, goes into the watch."""
        process = self.open(simulator, PVEFORM_TOKEN_ID="admin@pve!ci",
                            PVEFORM_TOKEN_SECRET_FILE=str(self.folder / "token"))
        onlooker = Onlooker(process.pid)
        output, _ = process.communicate(timeout=harness.RUN_TIME_LIMIT_S)
        onlooker.finish(watch)
        watch.see("pveform", output)
        self.assertEqual(process.returncode, 0, output)
        self.assertGreater(len(onlooker.processes), len(NEW_TOKENS))  # the programs too were seen
        secrets = [json.loads(file.read_text())["secret"] for file in (self.folder / "out").iterdir()]
        self.assertEqual(len(secrets), len(NEW_TOKENS))
        watch.learn(*secrets, simulator.tokens["admin@pve!ci"])

    def test_nothing_that_others_can_see_holds_a_secret(self):
        simulator = self.begin('cat >"out/$$.json"\nsleep 0.2\n')
        watch = harness.SecretWatch()
        self.watched_apply(simulator, watch)
        self.assertEqual(watch.leaks(), [])

    def test_a_program_that_leaks_is_caught(self):
        simulator = self.begin('cat >"out/$$.json"\n'
                               'sh -c "sleep 0.2; :" "$(cat "out/$$.json")"\n')
        watch = harness.SecretWatch()
        self.watched_apply(simulator, watch)
        self.assertTrue(any("cmdline" in leak for leak in watch.leaks()))

    def test_of_two_runs_at_once_none_loses_a_secret(self):
        self.write("pveform.yaml", DOCUMENT.format(sink="file: { path: secrets.json }"))
        simulator = self.start_simulator()
        token = f"admin@pve!ci={simulator.tokens['admin@pve!ci']}"
        runs = [self.open(simulator, PVEFORM_API_TOKEN=token) for _ in range(3)]
        outputs = [run.communicate(timeout=harness.RUN_TIME_LIMIT_S)[0] for run in runs]
        for output in outputs:
            harness.WATCH.see("one of three", output)
        codes = [run.returncode for run in runs]
        self.assertIn(0, codes, "\n---\n".join(outputs))
        for run, output in zip(runs, outputs):
            if run.returncode != 0:
                # Turned away at the lock; or it planned before the other began and came to the lock
                # after it had ended, and PVE has all of it already.
                self.assertIn(run.returncode, (1, 6), output)
                self.assertRegex(output, "another run of pveform|already exists")
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        stored = self.stored_secrets()
        self.assertEqual(set(stored), NEW_TOKENS)
        for name, record in stored.items():
            self.assertTrue(simulator.accepts(f"{name}={record['secret']}"), name)


if __name__ == "__main__":
    harness.main()
