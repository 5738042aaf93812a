"""The main job as a story: a document that uses every field is planned, applied, planned again;
then the cluster is changed by hand, and the document."""

import stat

import harness
import proxy

EVERY_FIELD = """
version: 1

cluster:
  name: e2e
  endpoint: https://192.0.2.1:8006   # replaced on the command line
  tls: { ca_file: nowhere.pem }
  apply_as: admin@pve!ci

secrets:
  file: { path: secrets.json }

roles:
  Deployer: { privileges: [VM.Audit, VM.PowerMgmt, VM.Snapshot] }   # loses one, gains one
  MetricsReader: { privileges: [Datastore.Audit, Sys.Audit, VM.Audit] }
  Nothing: { privileges: [] }

groups:
  ops:
    comment: "Platform: 100% of Ops"
    members: [ann@pve, new@pve]                # bob leaves
    acl:
      - { path: /pool/prod, role: PVEVMAdmin } # instead of PVEVMUser
      - { paths: [/storage, /nodes], roles: [PVEAuditor], propagate: false }
  fresh:
    comment: ""
    members: []
    acl: []

users:
  new@pve:
    comment: "täglich ☃, 50% : off"
    email: new+tag@example.com
    first_name: Nina
    last_name: O'New
    enabled: true
    expire: 2033-05-01
    groups: [ops]
    initial_password: { env: NEW_PASSWORD }
    acl:
      - { path: /vms/100, role: Deployer }
      - { path: /access, role: Nothing, propagate: false }
    tokens:
      plain:
        comment: all rights of its user
        privilege_separation: false
        expire: never
      scoped:
        comment: ""
        privilege_separation: true
        expire: 2032-06-30T12:00:00+02:00
        acl: same_as_user
      alone:
        expire: 2032-01-31
        acl:
          - { path: /vms/100, role: PVEVMUser, propagate: true }
  metrics@pve:
    comment: Prometheus
    enabled: false
    acl:
      - { path: /, role: MetricsReader }
    tokens:
      exporter: { expire: 2032-01-31, acl: same_as_user }
  bob@pve:
    comment: ""
    email: ""
    first_name: ""
    last_name: ""
    expire: never
    groups: []
    tokens: {}
  dora@corp:
    acl:
      - { path: /pool/prod, role: PVEVMUser }
"""

PASSWORD = "an initial password 1"


class TheMainJob(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        harness.WATCH.learn(PASSWORD)
        self.write("pveform.yaml", EVERY_FIELD)
        self.simulator = self.start_simulator()

    def apply(self, *arguments):
        return self.at(
            self.simulator, "apply", "--auto-approve", *arguments,
            environment={"NEW_PASSWORD": PASSWORD},
        )

    def plan(self, *arguments):
        return self.at(self.simulator, "plan", *arguments, token="admin@pve!reader")

    def applied(self):
        run = self.apply()
        self.assert_code(run, 0)
        return run

    def test_a_plan_right_after_an_apply_is_empty(self):
        run = self.plan("--detailed-exitcode")
        self.assert_code(run, 2)
        self.assertEqual(self.applied().out.splitlines()[-1], "Verified: nothing left to change")
        run = self.plan("--detailed-exitcode")
        self.assert_code(run, 0)
        self.assert_says(run, "No changes: the cluster is as the document says.")
        self.assertEqual(self.plan("--format", "json").json["changes"], [])
        run = self.apply()
        self.assert_code(run, 0)
        self.assert_says(run, "No changes: the cluster is as the document says.")

    def test_effective_access_is_somewhere(self):
        """Nothing is below a guest: what would hold there alone is no news."""
        lines = self.plan().out.split("  Effective access\n")[1].split("\n\n")[0].splitlines()
        self.assertGreater(len(lines), 5)
        self.assertEqual([line for line in lines if line.rstrip().endswith(" on")], [])

    def test_a_plan_changes_nothing(self):
        before = (self.simulator.users(), self.simulator.acl())
        self.assert_code(self.plan(), 0)
        self.assertEqual((self.simulator.users(), self.simulator.acl()), before)
        self.assertEqual(self.stored_secrets(), {})

    def test_every_field_arrives(self):
        self.applied()
        users = self.simulator.users()
        new = users["new@pve"]
        self.assertEqual(
            {key: new[key] for key in ("comment", "email", "firstname", "lastname", "enable",
                                       "expire", "groups")},
            {"comment": "täglich ☃, 50% : off", "email": "new+tag@example.com",
             "firstname": "Nina", "lastname": "O'New", "enable": 1, "expire": 1998518400,
             "groups": "ops"},
        )
        bob = users["bob@pve"]
        self.assertEqual((bob["expire"], bob["groups"], bob["tokens"]), (0, "", None))
        for key in ("comment", "firstname", "lastname"):
            self.assertNotIn(key, bob)
        self.assertEqual(users["metrics@pve"]["enable"], 0)
        roles = {role["roleid"]: role["privs"] for role in self.simulator.call("GET", "/access/roles")}
        self.assertEqual(roles["Deployer"], "VM.Audit,VM.PowerMgmt,VM.Snapshot")
        self.assertEqual(roles["Nothing"], "")
        groups = {group["groupid"]: group for group in self.simulator.call("GET", "/access/groups")}
        self.assertEqual(groups["ops"]["comment"], "Platform: 100% of Ops")
        self.assertEqual(groups["ops"]["users"], "ann@pve,new@pve")
        self.assertEqual(groups["fresh"]["users"], "")

    def test_every_token_arrives(self):
        self.applied()
        tokens = self.simulator.user_tokens()
        self.assertEqual(tokens["new@pve!plain"]["privsep"], 0)
        self.assertEqual(tokens["new@pve!plain"]["expire"], 0)
        self.assertEqual(tokens["new@pve!plain"]["comment"], "all rights of its user")
        self.assertEqual(tokens["new@pve!scoped"]["privsep"], 1)
        self.assertEqual(tokens["new@pve!scoped"]["expire"], 1972202400)
        self.assertEqual(tokens["new@pve!alone"]["privsep"], 1)
        self.assertNotIn("metrics@pve!old", tokens)

    def test_every_entry_arrives(self):
        self.applied()
        self.assertLessEqual(
            {
                ("/pool/prod", "@ops", "PVEVMAdmin", True),
                ("/storage", "@ops", "PVEAuditor", False),
                ("/nodes", "@ops", "PVEAuditor", False),
                ("/vms/100", "new@pve", "Deployer", True),
                ("/access", "new@pve", "Nothing", False),
                ("/vms/100", "new@pve!scoped", "Deployer", True),
                ("/access", "new@pve!scoped", "Nothing", False),
                ("/vms/100", "new@pve!alone", "PVEVMUser", True),
                ("/", "metrics@pve", "MetricsReader", True),
                ("/", "metrics@pve!exporter", "MetricsReader", True),
                ("/pool/prod", "dora@corp", "PVEVMUser", True),
            },
            self.simulator.acl(),
        )
        self.assertFalse(
            {
                ("/pool/prod", "@ops", "PVEVMUser", True),
                ("/", "metrics@pve", "PVEAuditor", True),
            } & self.simulator.acl()
        )

    def test_what_is_not_declared_is_left_alone(self):
        before = self.simulator.users()
        rows = {row for row in self.simulator.acl() if row[1] in ("ann@pve", "@gone", "admin@pve")}
        self.applied()
        after = self.simulator.users()
        for user in ("admin@pve", "blind@pve", "root@pam", "dora@corp"):
            self.assertEqual(after[user], before[user])
        self.assertEqual(after["ann@pve"]["tokens"], before["ann@pve"]["tokens"])
        self.assertEqual(after["ann@pve"]["groups"], "dev,ops")
        self.assertLessEqual(rows, self.simulator.acl())

    def test_the_initial_password_works(self):
        self.applied()
        ticket = self.simulator.call(
            "POST", "/access/ticket", token=None, username="new@pve", password=PASSWORD
        )
        self.assertEqual(ticket["username"], "new@pve")

    def test_new_secrets_are_stored_privately_and_work(self):
        run = self.applied()
        self.assert_says(run, "4 secrets stored in ")
        file = self.folder / "secrets.json"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        stored = self.stored_secrets()
        self.assertEqual(
            sorted(stored),
            ["metrics@pve!exporter", "new@pve!alone", "new@pve!plain", "new@pve!scoped"],
        )
        for token, record in stored.items():
            self.assertEqual(record["authorization"], f"PVEAPIToken={token}={record['secret']}")
            # The owner of one is disabled, so PVE lets nobody in with it.
            works = self.simulator.accepts(f"{token}={record['secret']}")
            self.assertEqual(works, not token.startswith("metrics@"), token)

    def test_changes_by_hand_are_seen_and_undone(self):
        self.applied()
        self.simulator.call("PUT", "/access/acl", path="/", users="new@pve", roles="Administrator")
        self.simulator.call("PUT", "/access/groups/ops", comment="changed by hand")
        self.simulator.call("PUT", "/access/users/new@pve/token/scoped", expire=0)
        self.simulator.call("DELETE", "/access/users/new@pve/token/alone")
        plan = self.plan("--format", "json", "--detailed-exitcode")
        self.assert_code(plan, 2)
        seen = {(change["action"], change["kind"], change["id"]) for change in plan.json["changes"]}
        self.assertLessEqual(
            {
                ("update", "group", "ops"),
                ("update", "token", "new@pve!scoped"),
                ("create", "token", "new@pve!alone"),
            },
            seen,
        )
        self.assertIn(("destroy", "acl"), {(action, kind) for action, kind, _ in seen})
        old_secret = self.stored_secrets()["new@pve!scoped"]["secret"]
        self.applied()
        self.assert_code(self.plan("--detailed-exitcode"), 0)
        self.assertNotIn(("/", "new@pve", "Administrator", True), self.simulator.acl())
        stored = self.stored_secrets()
        self.assertEqual(stored["new@pve!scoped"]["secret"], old_secret)  # an expiry is no new secret
        self.assertTrue(self.simulator.accepts(f"new@pve!alone={stored['new@pve!alone']['secret']}"))

    def test_a_change_of_the_document_is_the_change_of_the_cluster(self):
        self.applied()
        self.write(
            "pveform.yaml",
            EVERY_FIELD.replace("members: [ann@pve, new@pve]                # bob leaves", "members: []")
            .replace("groups: [ops]", "groups: [fresh]").replace("members: []\n    acl: []", "acl: []"),
        )
        plan = self.plan("--format", "json").json
        self.assertTrue(plan["changes"])
        self.assertEqual({change["kind"] for change in plan["changes"]} - {"user", "group"}, set())
        self.applied()
        users = self.simulator.users()
        self.assertEqual(users["new@pve"]["groups"], "fresh")
        self.assertEqual(users["ann@pve"]["groups"], "dev")
        self.assert_code(self.plan("--detailed-exitcode"), 0)

    def test_a_token_whose_secret_was_never_confirmed_is_issued_again(self):
        self.applied()
        self.simulator.call("PUT", "/access/users/new@pve/token/alone", expire=1)
        plan = self.plan()
        self.assert_says(plan, "new@pve!alone", "secret never stored: re-issue")
        old = self.stored_secrets()["new@pve!alone"]["secret"]
        self.applied()
        new = self.stored_secrets()["new@pve!alone"]["secret"]
        self.assertNotEqual(new, old)
        self.assertFalse(self.simulator.accepts(f"new@pve!alone={old}"))
        self.assertTrue(self.simulator.accepts(f"new@pve!alone={new}"))
        self.assertIn(("/vms/100", "new@pve!alone", "PVEVMUser", True), self.simulator.acl())

    def test_a_part_of_a_plan_says_so(self):
        run = self.plan("--target", "group:fresh", "--exclude", "acl:*")
        self.assert_code(run, 0)
        self.assert_says(
            run, "note: only a part is planned (`--target group:fresh --exclude acl:*`): ",
            " other changes are left out",
        )
        plan = self.plan("--target", "group:fresh", "--format", "json").json
        self.assertEqual(plan["part"]["targets"], ["group:fresh"])
        self.assertGreater(plan["part"]["changes_left_out"], 10)
        self.assertIsNone(self.plan("--format", "json").json["part"])
        self.assert_says(self.plan("--target", "user:ann@pve"), "No changes to what was chosen.")

    def test_a_removal_alone_is_done_and_verified(self):
        """What the selector matched is gone then, which is no mistake."""
        run = self.apply("--target", "token:metrics@pve!old")
        self.assert_code(run, 0)
        self.assert_says(run, "Verified: nothing left to change of what was chosen")
        self.assertNotIn("metrics@pve!old", self.simulator.user_tokens())
        self.assertNotIn("new@pve", self.simulator.users())

    def test_a_privilege_that_somebody_else_gives_meanwhile_is_not_lost(self):
        looks = []

        def meddle(number, method, path):
            if method == "GET" and path.endswith("/access/roles"):
                looks.append(path)
                if len(looks) == 2:  # right before the role is narrowed
                    self.simulator.call("PUT", "/access/roles/Deployer", privs="Sys.Audit", append=1)

        between = proxy.Proxy(self.simulator, self.folder, meddle)
        self.addCleanup(between.stop)
        run = self.at(between, "apply", "--yes", "--target", "role:Deployer")
        self.assert_code(run, 6)  # the list in the document is the whole list
        self.assert_says(run, "there is still: Plan: 1 to update. Plan again")
        roles = {role["roleid"]: role["privs"] for role in self.simulator.call("GET", "/access/roles")}
        self.assertEqual(roles["Deployer"], "Sys.Audit,VM.Audit,VM.PowerMgmt,VM.Snapshot")
        self.assert_says(self.plan(), "privileges -Sys.Audit")
        self.applied()

    def test_json_says_what_was_done(self):
        receipt = self.apply("--format", "json").json
        self.assertIs(receipt["verified"], True)
        self.assertEqual({step["outcome"] for step in receipt["steps"]}, {"done"})
        self.assertEqual(len(receipt["secrets_stored"]), 4)

    def test_several_files_and_folders_are_one_document(self):
        halves = EVERY_FIELD.split("\nusers:")
        self.write("access/base.yaml", halves[0])
        self.write("access/people/users.yml", "\nusers:" + halves[1])
        (self.folder / "pveform.yaml").unlink()
        for files in (["-f", "access"], ["-f", "access/base.yaml", "--file", "access/people"]):
            plan = self.plan(*files, "--detailed-exitcode")
            self.assert_code(plan, 2)
            self.assert_says(plan, "users.yml:")


if __name__ == "__main__":
    harness.main()
