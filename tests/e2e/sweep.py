"""One apply that does everything that can be done with a secret, for the tests that break it at every
place: six tokens are new, two are renewed in place, one takes its turn under its other name."""

import json
import shutil
import time

import harness

LATER_S = 70 * 86400  # when the old tokens are due
OLD_TOKENS = """
      plain: { lifetime: 90d, renew_before: 21d, acl: same_as_user }
      other: { lifetime: 80d, renew_before: 30d, privilege_separation: false }
      turn: { lifetime: 90d, renew_before: 21d, overlap: 14d, acl: same_as_user }"""
NEW_TOKENS = """
      new-1: { expire: 2040-01-31, acl: same_as_user }
      new-2: { expire: never, acl: [{ path: /vms, role: PVEVMUser }] }
      new-3: { lifetime: 90d, renew_before: 21d, privilege_separation: false }
      new-4: { lifetime: 90d, renew_before: 21d, overlap: 14d, acl: same_as_user }
      new-5: { expire: 2040-01-31, acl: [] }
      new-6: { privilege_separation: false }"""
OLD = {"svc@pve!plain", "svc@pve!other", "svc@pve!turn"}
NEW = {f"svc@pve!new-{number}" for number in range(1, 7)}
SINKS = {
    "file": "file: {{ path: {vault}/secrets.json }}",
    "folder": "directory: {{ path: {vault} }}",
    "command": "command: {{ run: [{vault}/keep.sh] }}",
}
# Durable as the contract wants it: on the disk, then under its name, then 0.
KEEP = """#!/bin/sh
set -eu
cd "$(dirname "$0")"
cat >"incoming.$$"
test -s "incoming.$$" # nothing at all came: whoever was to write it was killed before
sync "incoming.$$"
mv "incoming.$$" "kept.$$.json"
sync .
"""


class Sweep(harness.EndToEnd):
    """The cluster as it is when the old tokens are due is made once a sink; each run begins there."""

    def prepare(self, sink):
        """A cluster and a vault in which `OLD` was issued 70 days ago."""
        self.sink = sink
        self.begin = self.folder / "begin"
        self.state = self.begin / "state"
        self.vault = self.folder / "vault"
        self.vault.mkdir(mode=0o700)
        (self.vault / "keep.sh").write_text(KEEP)
        (self.vault / "keep.sh").chmod(0o700)
        self.begin.mkdir()
        simulator = harness.Simulator(self.folder, options=["--state", self.state])
        try:
            self.fresh_folder(OLD_TOKENS)
            self.assert_code(self.apply(simulator), 0)
        finally:
            simulator.stop()
        shutil.copytree(self.vault, self.begin / "vault")
        self.first = self.records()
        self.assertEqual(set(self.first), OLD)

    def fresh_folder(self, tokens=OLD_TOKENS + NEW_TOKENS):
        """A new machine: nothing is there but the document."""
        place = self.folder / "run"
        shutil.rmtree(place, ignore_errors=True)
        sink = SINKS[self.sink].format(vault=self.vault)
        self.write(
            "run/pveform.yaml",
            f"version: 1\ncluster: {{ name: e2e }}\nsecrets: {{ {sink} }}\nusers:\n  svc@pve:\n"
            f"    acl: [{{ path: /vms, role: PVEAuditor }}]\n    tokens:{tokens}\n",
        )

    def start(self, options=()):
        """A simulator with the cluster as it was in the beginning, 70 days later; and the vault."""
        shutil.rmtree(self.vault)
        shutil.copytree(self.begin / "vault", self.vault)
        self.fresh_folder()
        simulator = harness.Simulator(self.folder, self.state, options)
        self.set_later(simulator)
        return simulator

    def set_later(self, simulator):
        simulator.control("PUT", "clock", {"offset_seconds": LATER_S})

    def apply(self, simulator, before=(), **rest):
        return self.at(
            simulator, "apply", "--rotate-due", "--yes", "-f", "run/pveform.yaml", before=before,
            **rest)

    def records(self):
        """Declared name → its newest record, wherever the sink keeps them."""
        if self.sink == "file":
            records = self.stored_secrets("vault/secrets.json")
        elif self.sink == "folder":
            records = {file.stem: json.loads(file.read_text())
                       for file in self.vault.glob("*.json")}
        else:
            records = {}
            for file in sorted(self.vault.glob("kept.*.json"), key=lambda file: file.stat().st_mtime_ns):
                record = json.loads(file.read_text())
                records[record["name"]] = record
        harness.WATCH.learn(*(record["secret"] for record in records.values()))
        return records

    def is_alive(self, expire):
        return expire == 0 or expire > time.time() + LATER_S

    def assert_no_live_token_without_its_secret(self, simulator):
        """Each token of ours that lives has its secret in the vault, or had it there: a
        predecessor's is what its consumers still hold."""
        records = self.records()
        known = [(record["id"], record["secret"])
                 for record in [*records.values(), *self.first.values()]]
        for token, live in simulator.user_tokens().items():
            if token.startswith("svc@pve!") and self.is_alive(live["expire"]):
                self.assertTrue(
                    any(simulator.accepts(f"{token}={secret}")
                        for known_id, secret in known if known_id == token),
                    f"{token} lives, and its secret is nowhere")
        return records

    def assert_one_rerun_finishes(self, simulator):
        """On another machine. What was acknowledged and lives is not issued again."""
        before = self.assert_no_live_token_without_its_secret(simulator)
        settled = {
            name: record for name, record in before.items()
            if record != self.first.get(name)
            and simulator.accepts(f"{record['id']}={record['secret']}")
        }
        self.fresh_folder()
        run = self.apply(simulator)
        self.assert_code(run, 0)
        after = self.records()
        self.assertEqual(set(after), OLD | NEW)
        for name, record in after.items():
            self.assertTrue(simulator.accepts(f"{record['id']}={record['secret']}"), name)
            if name in settled:
                self.assertEqual(record, settled[name], f"{name} was issued again")
            if name in OLD:
                self.assertNotEqual(record["secret"], self.first[name]["secret"])
        plan = self.at(simulator, "plan", "--rotate-due", "--detailed-exitcode",
                       "-f", "run/pveform.yaml")
        self.assert_code(plan, 0)
