"""The examples are what they say: as far as that can be seen without a cluster, a forge, systemd or
Kubernetes. examples/ci has tests of its own (tests/e2e/forge_test.py, story_test.py)."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PVEFORM = Path(os.environ.get("PVEFORM_BINARY_DIR", ROOT / "build/dev/bin")).resolve() / "pveform"

USER_CFG = """user:root@pam:1:0::::::
user:ci@pve:1:0::::::
token:ci@pve!apply:1900000000:1::
pool:shop::100:local:
acl:1:/:ci@pve,ci@pve!apply:Administrator:
"""


def run(command, folder, **rest):
    return subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True,
                          timeout=60, **rest)


def unknown_in(arguments):
    """What of a command line pveform's help does not know."""
    command, *rest = arguments
    texts = [run([PVEFORM, *words, "--help"], ROOT).stdout for words in ([], [command])]
    unknown = [] if re.search(rf"^  {command} ", texts[0], re.MULTILINE) else [command]
    flags = [word.split("=")[0] for word in rest if word.startswith("--")]
    return unknown + [flag for flag in flags
                      if not re.search(rf"(?<![\w-]){flag}(?![\w-])", " ".join(texts))]


class Clusters(unittest.TestCase):
    FOLDER = EXAMPLES / "clusters"

    def validate(self, *folders):
        with tempfile.TemporaryDirectory() as live:
            path = Path(live) / "user.cfg"
            path.write_text(USER_CFG)
            files = [part for folder in folders for part in ("-f", folder)]
            return run([PVEFORM, "validate", *files, "--live", path], self.FOLDER)

    def test_each_cluster_is_planned_with_what_is_common(self):
        for cluster in ("prod", "staging"):
            done = self.validate("common", cluster)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_two_clusters_at_once_are_a_mistake(self):
        done = self.validate("common", "prod", "staging")
        self.assertEqual(done.returncode, 3)
        self.assertIn("group `developers` is declared twice", done.stderr)
        self.assertIn("`name` is declared twice", done.stderr)


@unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
class Systemd(unittest.TestCase):
    FOLDER = EXAMPLES / "systemd"

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("pveform-drift.service", "pveform-drift.timer"):
            text = (self.FOLDER / name).read_text()
            (self.folder / name).write_text(text.replace("ExecStart=pveform", f"ExecStart={PVEFORM}"))

    def test_the_units_are_well_formed(self):
        done = run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                    self.folder / "pveform-drift.service", self.folder / "pveform-drift.timer"],
                   self.folder)
        ours = [line for line in done.stderr.splitlines() if "pveform" in line]
        self.assertEqual(ours, [])

    def test_there_is_little_that_it_may_do(self):
        done = run(["systemd-analyze", "security", "--offline=true", "--threshold=10", "--no-pager",
                    self.folder / "pveform-drift.service"], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)
        missing = set(re.findall(r"^✗ (\S+)", done.stdout, re.MULTILINE))
        self.assertEqual(missing, {
            "RootDirectory=/RootImage=", "RestrictAddressFamilies=~AF_(INET|INET6)",
            "PrivateNetwork=", "IPAddressDeny=", "DeviceAllow=",
        })

    def test_the_flags_exist(self):
        line = re.search(r"^ExecStart=pveform (.*)$",
                         (self.FOLDER / "pveform-drift.service").read_text(), re.MULTILINE)[1]
        self.assertEqual(unknown_in(line.split()), [])


class Kubernetes(unittest.TestCase):
    def objects(self):
        for path in sorted((EXAMPLES / "kubernetes").glob("*.yaml")):
            for thing in yaml.safe_load_all(path.read_text()):
                yield path.name, thing

    def jobs(self):
        return [(name, thing["spec"]) for name, thing in self.objects()
                if thing["kind"] == "CronJob"]

    def test_two_jobs(self):
        self.assertEqual([name for name, _ in self.jobs()], ["drift.yaml", "rotate.yaml"])
        for _, thing in self.objects():
            self.assertIn(thing["apiVersion"], ("v1", "batch/v1", "rbac.authorization.k8s.io/v1"))
            self.assertRegex(thing["metadata"]["name"], r"^[a-z-]+$")

    def test_they_may_do_little_and_are_not_run_twice(self):
        for name, job in self.jobs():
            self.assertEqual(job["concurrencyPolicy"], "Forbid")
            pod = job["jobTemplate"]["spec"]["template"]["spec"]
            self.assertEqual(pod["restartPolicy"], "Never")
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            needs_api = name == "rotate.yaml"
            self.assertEqual(pod.get("automountServiceAccountToken", True), needs_api)
            (container,) = pod["containers"]
            self.assertEqual(container["securityContext"], {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]}})
            self.assertRegex(container["image"], r":\d+\.\d+\.\d+$")
            self.assertEqual({mount["name"] for mount in container["volumeMounts"]},
                             {volume["name"] for volume in pod["volumes"]})
            for variable in container["env"]: # a secret is never written here
                if "TOKEN" in variable["name"]:
                    self.assertIn("secretKeyRef", variable["valueFrom"])

    def test_the_flags_exist(self):
        for name, job in self.jobs():
            (container,) = job["jobTemplate"]["spec"]["template"]["spec"]["containers"]
            self.assertEqual(unknown_in(container["args"]), [], name)

    def test_the_role_is_that_of_the_job(self):
        things = {thing["kind"]: thing for name, thing in self.objects() if name == "rotate.yaml"}
        self.assertEqual(things["Role"]["rules"], [
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "patch"]}])
        self.assertEqual(things["RoleBinding"]["roleRef"]["name"], things["Role"]["metadata"]["name"])
        account = things["ServiceAccount"]["metadata"]
        self.assertEqual(things["RoleBinding"]["subjects"],
                         [{"kind": "ServiceAccount", **account}])
        pod = things["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        self.assertEqual(pod["serviceAccountName"], account["name"])
        self.assertEqual(things["CronJob"]["metadata"]["namespace"], account["namespace"])

    def test_a_config_map_can_be_read_as_it_is_mounted(self):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "..2030_01_01"
            data.mkdir()
            (data / "users.yaml").write_text("version: 1\nusers: { a@pve: {} }\n")
            (Path(folder) / "..data").symlink_to("..2030_01_01")
            (Path(folder) / "users.yaml").symlink_to("..data/users.yaml")
            done = run([PVEFORM, "validate", "--file", folder], ROOT)
        self.assertEqual((done.returncode, done.stdout), (0, "Valid: 1 user, 0 groups, 0 roles\n"))


class PreCommit(unittest.TestCase):
    def test_the_hook_checks_documents(self):
        (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        self.assertEqual((hook["id"], hook["language"]), ("pveform-validate", "system"))
        program, *arguments = hook["entry"].split()
        self.assertEqual(program, "pveform")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pveform.yaml"
            for text, code in [("version: 1\n", 0), ("version: 1\nusrs: {}\n", 3)]:
                path.write_text(text)
                self.assertEqual(run([PVEFORM, *arguments], folder).returncode, code)


if __name__ == "__main__":
    unittest.main()
