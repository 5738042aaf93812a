"""Both programs against what a real Proxmox VE answered and computed: recordings and vectors in
../shared, beside the repository. A clone without them skips this; the project's own tests restate
the facts."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
BINARIES = pathlib.Path(os.environ["PVEFORM_BINARY_DIR"])
LEAST_EXCHANGES = 4000


def vectors():
    with open(SHARED / "conformance/permission-vectors.jsonl", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
    with open(SHARED / "pve-perm-vectors.json", encoding="utf-8") as file:
        yield from json.load(file)["vectors"]


@unittest.skipUnless((SHARED / "conformance").is_dir(), "no recordings beside this clone")
class Conformance(unittest.TestCase):
    def test_every_recorded_exchange_is_answered_the_same(self):
        recordings = sorted((SHARED / "conformance/recordings").glob("*.json"))
        simulator = BINARIES / "pveform-simulator"
        run = subprocess.run(
            [sys.executable, "-B", SHARED / "conformance/replay.py", "--skip-delays", "--jobs", "2",
             "--spawn-cmd", f"{simulator} --seed {{seed}} --port {{port}} --ca-out {{tmp}}/ca.pem"
                            " --no-auth-delay",
             "--ca", "{tmp}/ca.pem", *recordings],
            capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout[-4000:] + run.stderr[-2000:])
        passed, failed = run.stdout.splitlines()[-1].replace(",", "").split()[0::2]
        self.assertEqual(failed, "0")
        self.assertGreater(int(passed), LEAST_EXCHANGES)

    def test_explain_computes_what_pve_computes(self):
        asked = 0
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "user.cfg"
            for vector in vectors():
                config.write_text(vector["config"], encoding="utf-8")
                queries = vector["queries"]
                run = subprocess.run(
                    [BINARIES / "pveform", "explain", "--live", config, "--batch"],
                    input="".join(f"{query['principal']} {query['path']}\n" for query in queries),
                    capture_output=True, text=True, check=True)
                answers = [json.loads(line) for line in run.stdout.splitlines()]
                self.assertEqual(answers, queries)
                asked += len(queries)
        self.assertGreater(asked, 9000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
