"""Saved plans over HTTPS: made by one identity, applied by another if they still hold; and refused,
with nothing written, where they do not."""

import hashlib
import json
import stat
import threading
import time

import harness
import output_schemas

DOCUMENT = """
version: 1
cluster:
  name: e2e
  apply_as: admin@pve!ci
secrets: { file: { path: secrets.json } }
limits: { destroy: 1 }
roles:
  Deployer: { privileges: [VM.Allocate, VM.Audit] }
groups:
  ops:
    comment: Platform operations
    members: [ann@pve, bob@pve, new@pve]
    acl: [{ path: /pool/prod, role: PVEVMAdmin }]
users:
  new@pve:
    comment: fresh
    initial_password: { env: NEW_PASSWORD }
    tokens:
      ci: { lifetime: 90d, renew_before: 21d, acl: [{ path: /vms/100, role: Deployer }] }
  metrics@pve:
    tokens: {}
absent:
  roles: [Unused]
"""
PASSWORD = "correct horse battery 2"
READER = "admin@pve!reader"
DONE, INVALID, BLOCKED, OUTDATED, PARTLY, NO_ACCESS = 0, 3, 4, 5, 6, 7


class SavedPlans(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        harness.WATCH.learn(PASSWORD)
        self.document = self.write("pveform.yaml", DOCUMENT)
        self.simulator = self.start_simulator()

    def plan(self, *arguments, token=READER, **rest):
        """Makes plan.json; what is printed is held against its schema, and so is the file."""
        run = self.at(self.simulator, "plan", "--out", "plan.json", *arguments, token=token, **rest)
        path = self.folder / "plan.json"
        if path.exists():
            text = path.read_text()
            harness.WATCH.see("plan.json", text)
            self.assertEqual(output_schemas.complaints("plan", json.loads(text)), [])
        return run

    def reviewed(self, *arguments):
        run = self.plan("--allow-destroy", "2", *arguments)
        self.assert_code(run, DONE)
        return run

    def apply(self, *arguments, token="admin@pve!ci", simulator=None):
        return self.at(simulator or self.simulator, "apply", "plan.json", *arguments, token=token,
                       environment={"NEW_PASSWORD": PASSWORD})

    def seal(self, plan):
        """Writes a plan that somebody forged, with the digest that fits."""
        del plan["digest"]
        text = json.dumps(plan, separators=(",", ":"), ensure_ascii=False)
        plan["digest"] = hashlib.sha256(text.encode()).hexdigest()
        (self.folder / "plan.json").write_text(json.dumps(plan))

    def state(self):
        groups = {group["groupid"]: group for group in self.simulator.call("GET", "/access/groups")}
        roles = {role["roleid"]: role for role in self.simulator.call("GET", "/access/roles")}
        return self.simulator.users(), groups, roles, self.simulator.acl()

    def refused(self, *texts):
        """Exit 5, with this said, and nothing written."""
        before = self.state()
        run = self.apply()
        self.assert_code(run, OUTDATED)
        self.assert_says(run, "the plan that was reviewed no longer holds", *texts)
        document = self.apply("--format", "json").json
        for text in texts:
            self.assertIn(text, "\n".join(document["differences"]))
        self.assertEqual(self.state(), before)
        self.assertEqual(self.stored_secrets(), {})

    def by_hand(self, method, below, /, **parameters):
        self.simulator.call(method, below, **parameters)

    def test_what_was_reviewed_is_what_is_applied(self):
        planned = self.reviewed()
        self.assert_says(planned, "Saved the plan to plan.json")
        mode = stat.S_IMODE((self.folder / "plan.json").stat().st_mode)
        self.assertEqual(mode, 0o600)
        run = self.apply()
        self.assert_code(run, DONE)
        self.assert_says(run, "Applying plan ", "Verified: nothing left to change")
        self.assertIn("new@pve", self.simulator.users())
        self.assertIn("new@pve!ci", self.stored_secrets())
        again = self.apply()
        self.assert_code(again, OUTDATED)
        self.assert_says(again, "nothing is left to change")

    def test_show_says_what_plan_said(self):
        planned = self.reviewed()
        shown = self.pveform("show", "plan.json")
        self.assert_code(shown, DONE)
        self.assertTrue(shown.out.startswith(planned.out), shown.out)
        self.assert_says(
            shown, "Documents: pveform.yaml", "With an initial password: new@pve",
            "Made with: --allow-destroy 2")
        planned = self.reviewed("--format", "json")
        self.assertEqual(self.pveform("show", "plan.json", "--format", "json").json, planned.json)

    def test_unrelated_changes_do_not_matter(self):
        self.reviewed()
        self.by_hand("POST", "/access/users", userid="zoe@pve", groups="dev")
        self.by_hand("PUT", "/access/acl", path="/nodes", users="zoe@pve", roles="PVEAuditor")
        self.by_hand("POST", "/access/groups", groupid="others")
        self.document.write_text("# moved down\n\n\n" + self.document.read_text())
        self.assert_code(self.apply(), DONE)

    def test_a_change_of_what_it_does_is_refused(self):
        self.reviewed()
        self.by_hand("PUT", "/access/groups/ops", comment="by hand")
        self.refused('update group ops: comment "by hand" → "Platform operations"')

    def test_a_change_of_the_document_is_refused_and_named(self):
        self.reviewed()
        self.document.write_text(self.document.read_text().replace("fresh", "other"))
        self.refused("create user new@pve: comment")
        self.assert_says(self.apply(), "document `pveform.yaml` has changed")

    def test_a_guard_that_trips_since_is_refused(self):
        self.reviewed()
        self.document.write_text(self.document.read_text() + "  users: [blind@pve]\n")
        self.refused("new: destroy user blind@pve", "now blocked[destroy]", "limit of 1")

    def test_a_change_of_what_it_means_is_refused(self):
        self.reviewed()
        self.by_hand("PUT", "/access/acl", path="/pool/prod", users="ann@pve", roles="NoAccess")
        self.refused("access of ann@pve")

    def test_the_plan_brings_its_allowances_selection_and_rotation(self):
        self.plan("--target", "role:Unused", "--no-prune", "--rotate-due")
        for flags in (["--allow-destroy", "2"], ["--target", "user:x"], ["--exclude", "user:x"],
                      ["--no-prune"], ["--rotate-due"], ["--allow-lockout"]):
            run = self.apply(*flags)
            self.assert_code(run, INVALID)
            self.assert_says(run, "a saved plan has its own allowances, selection and rotation")
        self.assert_code(self.apply(), DONE)
        roles = {role["roleid"] for role in self.simulator.call("GET", "/access/roles")}
        self.assertNotIn("Unused", roles)
        self.assertNotIn("new@pve", self.simulator.users())

    def test_a_blocked_plan_is_saved_shown_and_not_applied(self):
        self.assert_code(self.plan(), BLOCKED)
        self.assert_says(self.pveform("show", "plan.json"), "blocked[destroy]")
        run = self.apply()
        self.assert_code(run, BLOCKED)
        self.assert_says(run, "the plan was blocked when it was made", "--allow-destroy 2")
        self.assertNotIn("new@pve", self.simulator.users())

    def test_a_digest_tells_the_file_that_was_reviewed(self):
        """Who replaces the file can give it allowances; not with the digest at hand."""
        planned = self.plan()
        self.assert_code(planned, BLOCKED)
        path = self.folder / "plan.json"
        plan = json.loads(path.read_text())
        digest = plan["digest"]
        self.assert_says(planned, f"its digest is {digest}")
        self.assert_says(self.pveform("show", "plan.json"), f"Digest: {digest}")
        plan["plan"]["allowed"] = [{key: block[key] for key in ("guard", "message")}
                                   for block in plan["plan"]["blocks"]]
        plan["plan"]["blocks"] = []
        plan["request"]["allow_destroy"] = 2
        self.seal(plan)
        for given in (digest, digest[:12].upper()):
            run = self.apply("--digest", given)
            self.assert_code(run, OUTDATED)
            self.assert_says(run, "`plan.json` is not the file that was reviewed", plan["digest"])
        self.assertNotIn("new@pve", self.simulator.users())
        for given in (digest[:11], "x" * 12, digest + "0"):
            run = self.apply("--digest", given)
            self.assert_code(run, INVALID)
            self.assert_says(run, "12 to 64 hexadecimal digits")
        # Without, or with that of this file, the guard lets pass what the documents ask for.
        self.assert_code(self.apply("--digest", plan["digest"][:12]), DONE)

    def test_what_is_shown_cannot_be_forged(self):
        """Another cluster in the heading, another pool, a time that is still to come."""
        self.reviewed()
        plan = json.loads((self.folder / "plan.json").read_text())
        forged = json.loads(json.dumps(plan))
        forged["plan"]["cluster"] = "staging"
        self.seal(forged)
        self.refused("not as shown: it is of cluster `e2e`, and not `staging`")
        forged = json.loads(json.dumps(plan))
        pools = [place for affected in forged["plan"]["effective_access"]["affected"]
                 for place in affected["places"] if place["reach"] == "members"]
        self.assertNotEqual(pools, [])
        for place in pools:
            place["pools"] = ["test"]
        self.seal(forged)
        self.refused("and not in test")
        plan["created"] = "2099-01-01T00:00:00Z"
        self.seal(plan)
        self.refused("not as shown: when it was made; 2099-01-01T00:00:00Z is still to come")

    def test_another_identity_or_cluster_is_refused(self):
        self.reviewed()
        run = self.apply(token="admin@pve!reader")
        self.assert_code(run, INVALID)
        self.assert_says(run, "the plan is for `admin@pve!ci` to apply")
        elsewhere = self.start_simulator()
        run = self.apply(simulator=elsewhere)
        self.assert_code(run, INVALID)
        self.assert_says(run, "the plan is of another cluster: its endpoint is")
        self.document.write_text(self.document.read_text().replace("name: e2e", "name: other"))
        run = self.apply()
        self.assert_code(run, INVALID)
        self.assert_says(run, "its name is `e2e`, and here it is `other`")

    def test_what_is_no_plan_is_said_to_be_that(self):
        self.reviewed()
        path = self.folder / "plan.json"
        good = path.read_text()
        for text, words in (
            (good[: len(good) // 2], "it is no JSON, or cut off"),
            ("version: 1\n", "it is no JSON, or cut off"),
            ("{}", "no plan that `plan --out` wrote"),
            (good.replace('"format_version": 1', '"format_version": 2', 1), "another format version"),
            (good.replace("Platform", "Paltform"), "changed after it was written"),
        ):
            path.write_text(text)
            for command in (self.apply(), self.pveform("show", "plan.json")):
                self.assert_code(command, INVALID)
                self.assert_says(command, words, "plan.json")
        path.unlink()
        self.assert_says(self.apply(), "there is no such file")
        self.assertNotIn("new@pve", self.simulator.users())

    def test_the_documents_of_a_plan_have_to_be_named(self):
        (self.folder / "access").mkdir()
        self.document.rename(self.folder / "access/main.yaml")
        self.reviewed("-f", "access")
        run = self.apply()
        self.assert_code(run, INVALID)
        self.assert_says(run, "there is no `pveform.yaml`: the plan was made from `access/main.yaml`",
                         "`pveform apply -f access/main.yaml plan.json`")
        self.write("access/more.yaml", "version: 1\n")
        self.reviewed("-f", "access")
        self.assert_says(self.apply(), "`access/main.yaml`, …", "`pveform apply -f access plan.json`")

    def test_a_plan_without_credentials_is_applied_as_well(self):
        run = self.pveform("plan", "--live", harness.SEED / "user.cfg", "--domains",
                           harness.SEED / "domains.cfg", "--release", "9.2", "--out", "plan.json",
                           "--allow-destroy", "2")
        self.assert_code(run, DONE)
        self.assert_code(self.apply(), DONE)

    def test_what_was_reviewed_must_still_hold_after_a_slow_program(self):
        """While the program for a password runs, somebody uses the role that is about to go."""
        script = self.write("slow.sh", f"""#!/bin/sh
            touch asked
            for i in $(seq 200); do [ -e answered ] && break; sleep 0.05; done
            echo {PASSWORD}\n""")
        script.chmod(0o755)
        self.document.write_text(self.document.read_text().replace(
            "{ env: NEW_PASSWORD }", "{ command: [./slow.sh] }"))
        self.reviewed()

        def meddle():
            for _ in range(200):
                if (self.folder / "asked").exists():
                    break
                time.sleep(0.05)
            self.by_hand("PUT", "/access/acl", path="/vms", users="bob@pve", roles="Unused")
            self.write("answered", "")

        meddler = threading.Thread(target=meddle)
        meddler.start()
        run = self.apply()
        meddler.join(30)
        self.assert_code(run, OUTDATED)
        self.assert_says(run, "new: cascade acl /vms bob@pve Unused")
        self.assertIn(("/vms", "bob@pve", "Unused"), {row[:3] for row in self.simulator.acl()})
        self.assertNotIn("new@pve", self.simulator.users())

    def test_somebody_else_writes_between_check_and_write(self):
        """What the plan is about to create is there by then: the receipt says what happened."""
        self.reviewed()
        self.simulator.control("POST", "faults", {
            "fault": "writer", "method": "POST", "path": "/access/users", "times": 1,
            "request": {"method": "POST", "path": "/access/users",
                        "body": "userid=new@pve&comment=by%20hand"}})
        run = self.apply("--format", "json")
        self.assert_code(run, PARTLY)
        receipt = run.json
        self.assertFalse(receipt["verified"])
        outcomes = {step["does"]: step["outcome"] for step in receipt["steps"]}
        created = [outcome for does, outcome in outcomes.items() if "user new@pve" in does]
        self.assertEqual(created[:1], ["failed"], outcomes)
        self.assertIn("done", outcomes.values())
        self.assertEqual(self.simulator.users()["new@pve"]["comment"], "by hand")
        self.assert_code(self.apply(), OUTDATED)

    def test_somebody_else_undoes_what_was_written(self):
        """The last look shows it."""
        self.reviewed()
        self.simulator.control("POST", "faults", {
            "fault": "writer", "method": "DELETE", "path": "/access/roles/Unused", "times": 1,
            "request": {"method": "PUT", "path": "/access/groups/ops", "body": "comment=by%20hand"}})
        run = self.apply("--format", "json")
        self.assert_code(run, PARTLY)
        receipt = run.json
        self.assertEqual({step["outcome"] for step in receipt["steps"]}, {"done"})
        self.assertFalse(receipt["verified"])
        self.assertIn("1 to update", receipt["verification"]["left"])

    def test_nobody_is_asked_and_json_is_one_receipt(self):
        self.reviewed()
        run = self.apply("--format", "json")
        self.assert_code(run, DONE)
        self.assertTrue(run.json["verified"])
        self.assertNotIn("Apply these changes?", run.err)


if __name__ == "__main__":
    harness.main()
