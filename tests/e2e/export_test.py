"""From a cluster to files and back: snapshot, export, init, and plans without a cluster."""

import json
import os
import shutil
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:
    jsonschema = None

from harness import SEED, EndToEnd, main

SCHEMA = Path(__file__).resolve().parents[2] / "schemas/snapshot.schema.json"

NOTHING_TO_DO = "No changes: the cluster is as the document says."


class Seen(EndToEnd):
    """Beside a simulator that nothing here writes to."""

    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator()

    def snapshot(self, name="snapshot.json"):
        run = self.at(self.simulator, "snapshot", "--out", name)
        self.assert_code(run, 0)
        return self.folder / name


class ExportTest(Seen):
    def test_a_plan_of_what_is_exported_is_empty(self):
        run = self.at(self.simulator, "export")
        self.assert_code(run, 0)
        self.write("pveform.yaml", run.out)
        plan = self.at(self.simulator, "plan", "--detailed-exitcode")
        self.assert_code(plan, 0)
        self.assert_says(plan, NOTHING_TO_DO)

    def test_the_same_cluster_is_the_same_text_from_wherever_it_is_read(self):
        live = self.at(self.simulator, "export").out
        self.snapshot()
        shutil.copy(SEED / "user.cfg", self.folder)
        shutil.copy(SEED / "domains.cfg", self.folder)
        snapshot = self.pveform("export", "--live", "snapshot.json")
        files = self.pveform("export", "--live", "user.cfg", "--domains", "domains.cfg")
        self.assertEqual(snapshot.out, live)
        self.assertEqual(files.out, live)

    def test_a_folder_has_a_file_for_each_kind(self):
        self.snapshot()
        run = self.pveform("export", "--live", "snapshot.json", "--out", "access/")
        self.assert_code(run, 0)
        self.assertEqual(
            sorted(os.listdir(self.folder / "access")),
            ["cluster.yaml", "groups.yaml", "roles.yaml", "users.yaml"],
        )
        plan = self.pveform("plan", "-f", "access", "--live", "snapshot.json",
                            "--detailed-exitcode")
        self.assert_code(plan, 0)

    def test_nothing_that_is_there_is_overwritten(self):
        self.snapshot()
        self.write("mine.yaml", "version: 1\n")
        self.write("access/users.yml", "version: 1\n")
        for out in ["mine.yaml", "access", "access/", "mine.yaml/"]:
            with self.subTest(out):
                run = self.pveform("export", "--live", "snapshot.json", "--out", out)
                self.assert_code(run, 3)
                self.assert_says(run, "which is not overwritten")
        self.assertEqual((self.folder / "mine.yaml").read_text(), "version: 1\n")
        self.assertEqual(os.listdir(self.folder / "access"), ["users.yml"])

    def test_a_filtered_view_is_refused(self):
        for command in ["export", "snapshot", "init"]:
            with self.subTest(command):
                run = self.at(self.simulator, command, token="blind@pve!ci")
                self.assert_code(run, 7)
        self.assertEqual([path.name for path in self.folder.glob("*.yaml")], [])


class SnapshotTest(Seen):
    def test_it_holds_the_cluster_and_no_secrets(self):
        self.write("pveform.yaml", "version: 1\ncluster: { name: prod }\n")
        path = self.snapshot()
        snapshot = json.loads(path.read_text())
        self.assertEqual(snapshot["cluster"], "prod")
        self.assertEqual(snapshot["endpoint"], self.simulator.endpoint)
        self.assertEqual(snapshot["pools"]["prod"]["guests"], [100, 101])
        self.assertIn("reader", snapshot["users"]["admin@pve"]["tokens"])
        for secret in self.simulator.tokens.values():
            self.assertNotIn(secret, path.read_text())

    @unittest.skipIf(jsonschema is None, "needs python3-jsonschema")
    def test_it_is_as_its_schema_says(self):
        validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
        snapshot = json.loads(self.snapshot().read_text())
        self.assertEqual([error.message for error in validator.iter_errors(snapshot)], [])
        snapshot["users"]["ann@pve"]["password"] = "x"
        self.assertFalse(validator.is_valid(snapshot))

    def test_a_plan_needs_neither_credentials_nor_network(self):
        self.write("pveform.yaml", "version: 1\ncluster: { name: prod }\n")
        self.snapshot()
        self.write("pveform.yaml",
                   "version: 1\ncluster: { name: prod, endpoint: https://192.0.2.1:8006 }\n"
                   "groups: { dev: { comment: Builders } }\n")
        plan = self.pveform("plan", "--live", "snapshot.json", "--detailed-exitcode")
        self.assert_code(plan, 2)
        self.assert_says(plan, "Cluster prod · PVE 9.2", "from snapshot.json, taken 2",
                         'comment "Developers" → "Builders"', "not evaluated (`--as`)")
        in_json = self.pveform("plan", "--live", "snapshot.json", "--format", "json")
        self.assertIsNone(in_json.json["identity"])
        self.assertIn("snapshot.json", in_json.json["origin"])

    def test_the_rights_of_who_will_apply_are_checked(self):
        self.snapshot()
        self.write("pveform.yaml", "version: 1\ngroups: { dev: { comment: Builders } }\n")
        for command in ["plan", "validate"]:
            with self.subTest(command):
                good = self.pveform(command, "--live", "snapshot.json", "--as", "admin@pve!ci")
                self.assert_code(good, 0)
                bad = self.pveform(command, "--live", "snapshot.json", "--as", "admin@pve!reader")
                self.assert_code(bad, 4)
                self.assert_says(bad, "Group.Allocate")

    def test_validate_finds_what_the_cluster_does_not_have(self):
        self.snapshot()
        self.write("pveform.yaml", "version: 1\nusers: { ann@pve: { groups: [opps] } }\n")
        self.assert_code(self.pveform("validate"), 0)
        run = self.pveform("validate", "--live", "snapshot.json")
        self.assert_code(run, 3)
        self.assert_says(run, "unknown group `opps`", "did you mean `ops`?")

    def test_a_snapshot_of_another_cluster_is_refused(self):
        self.write("pveform.yaml", "version: 1\ncluster: { name: lab }\n")
        self.snapshot()
        self.write("pveform.yaml", "version: 1\ncluster: { name: prod }\n")
        run = self.pveform("plan", "--live", "snapshot.json")
        self.assert_code(run, 3)
        self.assert_says(run, "the snapshot is of cluster `lab`, and the document is about `prod`")

    def test_flags_that_do_not_fit_the_file_are_refused(self):
        self.snapshot()
        shutil.copy(SEED / "domains.cfg", self.folder)
        self.write("pveform.yaml", "version: 1\n")
        self.write("notes.txt", "buy milk\n")
        self.write("other.json", '{"users": {}}')
        for arguments, words in [
            (["--live", "snapshot.json", "--release", "8.4"], "is of PVE 9.2, not 8.4"),
            (["--live", "snapshot.json", "--domains", "domains.cfg"], "`--domains` goes with"),
            (["--live", "notes.txt"], "neither a snapshot nor a user.cfg"),
            (["--live", "other.json"], "no snapshot of pveform"),
            (["--release", "9.2"], "--live"),
        ]:
            with self.subTest(arguments):
                run = self.pveform("plan", *arguments)
                self.assert_code(run, 3)
                self.assert_says(run, words)
        self.assert_code(
            self.pveform("plan", "--live", "snapshot.json", "--release", "9.2"), 0)


class InitTest(Seen):
    def test_of_a_live_cluster_it_is_complete(self):
        run = self.at(self.simulator, "init", "access/")
        self.assert_code(run, 0)
        self.assert_says(run, "Wrote access/cluster.yaml", "pveform plan -f access/",
                         "`pveform drift --against FILE` later see every change")
        value = f"admin@pve!ci={self.simulator.tokens['admin@pve!ci']}"
        plan = self.pveform("plan", "-f", "access", "--detailed-exitcode",
                            environment={"PVEFORM_API_TOKEN": value})
        self.assert_code(plan, 0)  # endpoint and certificate authority are in the document
        self.assert_says(plan, NOTHING_TO_DO)

    def test_empty_it_needs_no_cluster(self):
        run = self.pveform("init", "--empty")
        self.assert_code(run, 0)
        self.assert_code(self.pveform("validate"), 0)
        text = (self.folder / "pveform.yaml").read_text()
        self.assertIn("A list that is written is the whole list", text)

    def test_its_examples_are_good_when_they_are_uncommented(self):
        self.assert_code(self.pveform("init", "--empty"), 0)
        text = (self.folder / "pveform.yaml").read_text()
        keys = ("roles", "groups", "users", "manage", "absent", "assertions", "secrets")
        lines, inside = [], False
        for line in text.splitlines():
            inside = line.startswith(tuple(f"# {key}:" for key in keys)) or (
                inside and line.startswith("#   "))
            lines.append(line[2:] if inside else line)
        self.write("pveform.yaml", "\n".join(lines) + "\n")
        run = self.pveform("validate")
        self.assert_code(run, 0)
        self.assert_says(run, "2 users", "1 group", "1 role")

    def test_nothing_that_is_there_is_overwritten(self):
        self.write("pveform.yaml", "version: 1\n")
        run = self.pveform("init", "--empty")
        self.assert_code(run, 3)
        self.assert_says(run, "there is already `pveform.yaml`, which is not overwritten")


if __name__ == "__main__":
    main()
