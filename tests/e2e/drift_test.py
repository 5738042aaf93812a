"""Drift against documents and against a snapshot: what is told, when nothing is said, and that the
report is what its schema says."""

import json
import re

import harness
import jsonschema

SCHEMA = json.loads((harness.TESTS.parent / "schemas/drift.schema.json").read_text())

DOCUMENT = """version: 1
cluster: { name: e2e }
secrets: { file: { path: secrets.json } }
manage: { users: { prune: ["svc-*@pve"] } }
limits: { destroy: 0, acl_removals: 0 }
groups:
  ops: { members: [ann@pve, bob@pve], acl: [{ path: /pool/prod, role: PVEVMUser }] }
users:
  svc-web@pve:
    comment: web shop
    acl: [{ path: /vms, role: PVEVMUser }]
    tokens:
      ci: { expire: 2035-01-01, acl: same_as_user }
"""
FAILS = DOCUMENT + (
    "assertions:\n  - { principal: svc-web@pve, path: /vms/100, denies: [VM.PowerMgmt] }\n"
)


class Drift(harness.EndToEnd):
    def applied(self, document=DOCUMENT):
        self.write("pveform.yaml", document)
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        return simulator

    def report(self, run):
        """The JSON, which is what the schema says."""
        value = run.json
        jsonschema.Draft202012Validator(SCHEMA).validate(value)
        return value

    def change_by_hand(self, simulator):
        simulator.call("POST", "/access/users", userid="svc-mine@pve")
        simulator.call("PUT", "/access/users/svc-web@pve", comment="::set-output name=x::y")
        simulator.call("PUT", "/access/acl", path="/", users="svc-web@pve", roles="Administrator")
        simulator.call("DELETE", "/access/users/svc-web@pve/token/ci")

    def test_the_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_a_clean_cluster_is_passed_over_in_silence(self):
        simulator = self.applied()
        run = self.at(simulator, "drift", token="admin@pve!reader")
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))
        report = self.report(self.at(simulator, "drift", "--format", "json"))
        self.assertIs(report["drifted"], False)
        self.assertEqual(report["items"], [])
        self.assertEqual([t["declared"] for t in report["tokens"]], ["svc-web@pve!ci"])
        run = self.at(simulator, "drift", "--show-unmanaged")
        self.assert_code(run, 0)
        self.assert_says(run, "token  ann@pve!kept", "No drift: the cluster is as the document says")

    def test_what_was_changed_by_hand_is_told(self):
        simulator = self.applied()
        self.change_by_hand(simulator)
        run = self.at(simulator, "drift", token="admin@pve!reader")
        self.assert_code(run, 2)
        self.assert_says(
            run,
            "missing    token svc-web@pve!ci",
            "changed    user  svc-web@pve",
            'comment "::set-output name=x::y" instead of "web shop"',
            "unmanaged  user  svc-mine@pve",
            "Effective access beyond the document (+), and short of it (-)",
            "Drift: 2 missing, 1 changed, 2 unmanaged",
        )
        self.assertNotIn("blocked", run.out)  # although the limits allow no removal
        report = self.report(self.at(simulator, "drift", "--format", "json"))
        self.assertIs(report["drifted"], True)
        found = {(item["drift"], item["kind"], item["id"]) for item in report["items"]}
        self.assertEqual(
            found,
            {
                ("missing", "token", "svc-web@pve!ci"),
                ("missing", "acl", "/vms svc-web@pve!ci PVEVMUser"),
                ("changed", "user", "svc-web@pve"),
                ("unmanaged", "user", "svc-mine@pve"),
                ("unmanaged", "acl", "/ svc-web@pve Administrator"),
            },
        )
        gains = report["effective_access"]["affected"]
        self.assertIn("svc-web@pve", [name for one in gains for name in one["principals"]])

    def test_a_part_of_the_document(self):
        simulator = self.applied()
        self.change_by_hand(simulator)
        run = self.at(simulator, "drift", "--no-prune", "--target", "user:svc-mine@pve")
        self.assertEqual((run.code, run.out), (0, ""))
        run = self.at(simulator, "drift", "--target", "user:svc-mine@pve")
        self.assert_code(run, 2)
        self.assert_says(run, "Drift of what was chosen: 1 unmanaged\n")

    def test_what_was_not_looked_at_is_said_in_every_form(self):
        simulator = self.applied()
        self.change_by_hand(simulator)
        forms = ("junit", "sarif", "markdown", "gitlab-codequality", "json", "text")
        outputs = [part for form in forms for part in ("--output", f"{form}=r.{form}")]
        for command in ("drift", "plan"):
            run = self.at(simulator, command, "--target", "group:ops", *outputs)
            self.assert_code(run, 0)
            for form in forms:
                with self.subTest(f"{command} {form}"):
                    text = (self.folder / f"r.{form}").read_text()
                    self.assertIn("group:ops", text)
                    self.assertNotIn("as the document says", text)
        report = self.report(self.at(simulator, "drift", "--target", "group:ops",
                                     "--format", "json"))
        self.assertEqual(report["part"]["targets"], ["group:ops"])
        self.assertGreater(report["part"]["changes_left_out"], 0)
        for command in ("drift", "plan"):
            run = self.at(simulator, command, "--target", "group:ops", "--output", "prometheus=m")
            self.assert_code(run, 3)
            self.assert_says(run, "metrics are of the whole cluster")

    def test_access_alone_is_drift_in_every_form(self):
        simulator = self.applied()
        self.assert_code(self.at(simulator, "snapshot", "--out", "monday.json"), 0)
        snapshot = json.loads((self.folder / "monday.json").read_text())
        pools = snapshot["pools"]
        for pool in pools.values() if isinstance(pools, dict) else pools:
            for members in pool.values():
                if isinstance(members, list):
                    del members[:1]
        self.write("monday.json", json.dumps(snapshot))
        self.write("first.yaml", "version: 1\n")
        run = self.at(
            simulator, "drift", "--against", "monday.json", "--output", "junit=r.xml",
            "--output", "sarif=r.sarif", "--output", "prometheus=r.prom",
            environment={"GITHUB_ACTIONS": "true",
                         "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")},
        )
        self.assert_code(run, 2)
        self.assert_says(run, "Drift: access alone, as pools have other members")
        self.assertIn("title=pveform%3A drift-access::", run.err)
        self.assertNotIn('failures="0"', (self.folder / "r.xml").read_text().split("\n")[1])
        results = json.loads((self.folder / "r.sarif").read_text())["runs"][0]["results"]
        self.assertEqual({result["ruleId"] for result in results}, {"drift-access"})
        self.assertIn("ann@pve", results[0]["message"]["text"])
        self.assertRegex(
            (self.folder / "r.prom").read_text(),
            r'pveform_drift_objects\{cluster="e2e",against="snapshot",drift="access",kind="user"\} [1-9]',
        )
        self.assertIn("access alone", (self.folder / "summary.md").read_text())

    def test_warnings_are_no_drift(self):
        simulator = self.applied(DOCUMENT.replace("expire: 2035-01-01", "expire: never"))
        summary = self.folder / "summary.md"
        environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        run = self.at(simulator, "drift", environment=environment)
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))
        self.assertFalse(summary.exists())
        report = self.report(self.at(simulator, "drift", "--format", "json"))
        self.assertIn("token-without-expiry", [one["rule"] for one in report["findings"]])
        self.write("pveform.yaml", FAILS)
        self.assert_code(self.at(simulator, "drift", environment=environment), 4)
        self.assertIn("fails", summary.read_text())

    def test_an_assertion_that_fails_counts_more_than_drift(self):
        simulator = self.applied()
        self.write("pveform.yaml", FAILS)
        run = self.at(simulator, "drift")
        self.assert_code(run, 4)
        self.assert_says(run, "failed[assertion]", "No drift")
        self.change_by_hand(simulator)
        run = self.at(simulator, "drift")
        self.assert_code(run, 4)
        self.assert_says(run, "failed[assertion]", "Drift: ")
        self.report(self.at(simulator, "drift", "--format", "json"))

    def test_from_a_file_without_credentials(self):
        self.write("pveform.yaml", DOCUMENT)
        run = self.pveform("drift", "--live", harness.SEED / "user.cfg")
        self.assert_code(run, 2)
        self.assert_says(run, "missing    user  svc-web@pve")

    def test_since_a_snapshot(self):
        simulator = self.applied()
        self.assert_code(self.at(simulator, "snapshot", "--out", "monday.json"), 0)
        (self.folder / "pveform.yaml").unlink()
        run = self.at(simulator, "drift", "--against", "monday.json")
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))
        self.change_by_hand(simulator)
        run = self.at(simulator, "drift", "--against", "monday.json")
        self.assert_code(run, 2)
        self.assert_says(
            run,
            "Compared with monday.json, taken ",
            "removed    token svc-web@pve!ci",
            "added      user  svc-mine@pve",
            "Effective access gained (+) and lost (-) since",
            "Drift: 1 changed, 2 removed, 2 added",
        )
        report = self.report(self.at(simulator, "drift", "--against", "monday.json",
                                     "--format", "json"))
        self.assertEqual(report["cluster"], "e2e")
        self.assertTrue(report["against"].startswith("monday.json, taken "))
        self.assert_code(self.at(simulator, "snapshot", "--out", "tuesday.json"), 0)
        run = self.pveform("drift", "--against", "monday.json", "--live", "tuesday.json")
        self.assert_code(run, 2)
        self.assert_says(run, "from tuesday.json, taken ")

    def test_who_sees_fewer_pools_cries_no_wolf(self):
        simulator = self.applied()
        simulator.call("POST", "/access/users", userid="sys@pve")
        simulator.call("POST", "/access/roles", roleid="OnlyAudit", privs="Sys.Audit")
        made = simulator.call("POST", "/access/users/sys@pve/token/ro", privsep=0)
        harness.WATCH.learn(made["value"])
        simulator.call("PUT", "/access/acl", path="/access", users="sys@pve", roles="OnlyAudit")
        token = "sys@pve!ro=" + made["value"]
        self.assert_code(self.at(simulator, "snapshot", "--out", "all.json"), 0)
        self.assert_code(self.at(simulator, "snapshot", "--out", "few.json", token=token), 0)
        run = self.at(simulator, "drift", "--against", "all.json", token=token)
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))
        run = self.at(simulator, "drift", "--against", "few.json")
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))
        simulator.call("PUT", "/access/acl", path="/vms", users="ann@pve", roles="PVEAdmin")
        run = self.at(simulator, "drift", "--against", "all.json", token=token)
        self.assert_code(run, 2)
        self.assert_says(run, "note: pools at and below `/pool`")

    def test_every_form_of_report_since_a_snapshot(self):
        simulator = self.applied()
        self.assert_code(self.at(simulator, "snapshot", "--out", "monday.json"), 0)
        (self.folder / "pveform.yaml").unlink()
        self.change_by_hand(simulator)
        run = self.at(simulator, "drift", "--against", "monday.json", "--output", "sarif=r.sarif",
                      "--output", "prometheus=r.prom", "--output", "markdown=r.md",
                      "--output", "gitlab-codequality=r.gl")
        self.assert_code(run, 2)
        results = json.loads((self.folder / "r.sarif").read_text())["runs"][0]["results"]
        self.assertEqual({result["ruleId"] for result in results},
                         {"drift-added", "drift-changed", "drift-removed"})
        self.assertEqual([result["locations"] for result in results], [[]] * len(results))
        self.assertEqual(json.loads((self.folder / "r.gl").read_text()), [])
        metrics = (self.folder / "r.prom").read_text()
        self.assertIn(
            'pveform_drift_objects{cluster="e2e",against="snapshot",drift="added",kind="user"} 1\n',
            metrics,
        )
        self.assertEqual(set(re.findall(r"^(\w+)\{", metrics, re.MULTILINE)),
                         {"pveform_drift_objects", "pveform_last_success_timestamp_seconds"})
        for line in re.findall(r"^\w.*", metrics, re.MULTILINE):
            self.assertIn('cluster="e2e",against="snapshot"', line)
        self.assertIn("Effective access gained (+) and lost (-)",
                      (self.folder / "r.md").read_text())

    def test_what_cannot_be_compared_is_refused(self):
        self.write("pveform.yaml", DOCUMENT)
        run = self.pveform("drift", "--against", "none.json", "--live", harness.SEED / "user.cfg")
        self.assert_code(run, 1)
        self.write("none.json", "{}")
        run = self.pveform("drift", "--against", "none.json", "--live", harness.SEED / "user.cfg")
        self.assert_code(run, 3)
        self.assert_says(run, "cannot read `none.json`", "pveform snapshot --out")
        run = self.pveform("drift", "--against", "none.json", "--target", "user:*")
        self.assert_code(run, 3)

    def test_a_view_that_is_not_complete_is_refused(self):
        simulator = self.applied()
        self.assert_code(self.at(simulator, "drift", token="blind@pve!ci"), 7)


if __name__ == "__main__":
    harness.main()
