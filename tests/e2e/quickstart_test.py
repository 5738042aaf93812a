"""The first thing that anybody sees must work, twice, from any folder, and clean up after itself."""

import json
import re
import socket
import stat

import harness

ROOT = harness.TESTS.parent
WORK = ROOT / "build/quickstart"


class Quickstart(harness.EndToEnd):
    def run_it(self):
        harness.seed_tokens(ROOT / "examples/quickstart/cluster")
        run = self.execute(
            [ROOT / "examples/quickstart.sh"], {"PVEFORM_BINARY_DIR": str(harness.BINARIES)}
        )
        self.assert_code(run, 0)
        stored = json.loads((WORK / "secrets.json").read_text())["tokens"]
        harness.WATCH.learn(*(record["secret"] for record in stored.values()))
        return run

    def test_it_tells_its_story(self):
        run = self.run_it()
        told = run.out
        for part in (
            "── 1. A cluster",
            "Plan: 6 to create, 4 to update, 1 to destroy",
            "Verified: nothing left to change",
            "-rw------- ",
            "No changes: the cluster is as the document says.",
            "user bob@pve  Administrator",
            "Exit code 2",
            "── Done",
        ):
            self.assertIn(part, told)
            told = told[told.index(part):]

    def test_it_leaves_nothing_behind(self):
        before = sorted((ROOT / "examples").rglob("*"))
        run = self.run_it()
        self.assertEqual(sorted((ROOT / "examples").rglob("*")), before)
        self.assertEqual(stat.S_IMODE((WORK / "secrets.json").stat().st_mode), 0o600)
        port = int(re.search(r"Ready at https://127\.0\.0\.1:(\d+)", run.out)[1])
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)


if __name__ == "__main__":
    harness.main()
