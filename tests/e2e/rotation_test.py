"""Rotation, with a cluster whose clock moves: new secrets only where they are asked for, nobody is
left with a dead one, and pveform's own token among them."""

import harness

DAY_S = 86400
DOCUMENT = """
version: 1
cluster: { name: e2e }
secrets: { file: { path: secrets.json } }
users:
  svc@pve:
    acl: [{ path: /vms, role: PVEAuditor }]
    tokens:
      plain: { lifetime: 90d, renew_before: 21d, acl: same_as_user }
      turn: { lifetime: 90d, renew_before: 21d, overlap: 14d, acl: same_as_user }
      fixed: { expire: never }
"""
OWN = """
version: 1
cluster: { name: e2e }
secrets: { file: { path: secrets.json } }
users:
  admin@pve:
    tokens:
      ci: { lifetime: 90d, renew_before: 21d, privilege_separation: false, acl: [] }
manage: { tokens: { ignore: ["admin@pve!reader", "admin@pve!expired"] } }
"""


class Rotation(harness.EndToEnd):
    def set_clock(self, simulator, days):
        """How far PVE's clock is ahead of this machine's."""
        simulator.control("PUT", "clock", {"offset_seconds": days * DAY_S})

    def begin(self, document=DOCUMENT, options=()):
        self.write("pveform.yaml", document)
        return self.start_simulator(options=options)

    def records(self):
        self.learn_stored_secrets()
        return self.stored_secrets()

    def assert_stored_secrets_work(self, simulator):
        for record in self.records().values():
            self.assertTrue(simulator.accepts(f"{record['id']}={record['secret']}"), record["id"])

    def test_due_tokens_are_told_and_rotated_only_when_asked(self):
        simulator = self.begin()
        run = self.at(simulator, "apply", "--yes")
        self.assert_code(run, 0)
        self.assert_says(run, "3 new secrets tried: good")
        before = self.records()
        self.assertEqual(before["svc@pve!turn"]["id"], "svc@pve!turn-a")

        run = self.at(simulator, "rotate", "--due", "--yes", "--output", "markdown=comment.md")
        self.assert_code(run, 0)
        nothing = "No token is due for a new secret (3 looked at); nothing else was compared."
        self.assert_says(run, nothing)
        self.assertIn(nothing, (self.folder / "comment.md").read_text())
        self.assertNotIn("as the document says", run.out)

        self.set_clock(simulator, 70)
        plan = self.at(simulator, "plan", "--detailed-exitcode")
        self.assert_code(plan, 0)
        self.assert_says(plan, "token `svc@pve!plain` is due", "token `svc@pve!turn` is due",
                         "`pveform rotate --due`")
        self.assertRegex(plan.err, r"PVE's clock is (69|70) days ahead of")
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        self.assertEqual(self.records(), before)

        run = self.at(simulator, "rotate", "--due", "--yes")
        self.assert_code(run, 0)
        self.assert_says(run, "2 new secrets tried: good", "Verified")
        after = self.records()
        self.assertEqual(after["svc@pve!fixed"], before["svc@pve!fixed"])
        self.assertEqual(after["svc@pve!turn"]["id"], "svc@pve!turn-b")
        self.assert_stored_secrets_work(simulator)
        old = before["svc@pve!plain"]
        self.assertFalse(simulator.accepts(f"{old['id']}={old['secret']}"))
        old = before["svc@pve!turn"]  # consumers have not read again yet
        self.assertTrue(simulator.accepts(f"{old['id']}={old['secret']}"))
        self.assert_code(self.at(simulator, "plan", "--rotate-due", "--detailed-exitcode"), 0)

        # The next turn is in place, under the first name.
        self.set_clock(simulator, 140)
        self.assert_code(self.at(simulator, "apply", "--rotate-due", "--yes"), 0)
        self.assertEqual(self.records()["svc@pve!turn"]["id"], "svc@pve!turn-a")
        self.assert_stored_secrets_work(simulator)

    def test_a_token_that_is_named_is_rotated_alone(self):
        simulator = self.begin()
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        before = self.records()
        self.write("pveform.yaml", DOCUMENT.replace("PVEAuditor", "PVEVMUser"))
        run = self.at(simulator, "rotate", "svc@pve!fixed", "--yes")
        self.assert_code(run, 0)
        self.assert_says(run, "svc@pve!fixed", "new secret, asked for")
        after = self.records()
        changed = [name for name in after if after[name] != before[name]]
        self.assertEqual(changed, ["svc@pve!fixed"])
        self.assert_stored_secrets_work(simulator)
        # What else the document says is still to be applied.
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 2)

        self.assert_code(self.at(simulator, "rotate", "--yes"), 3)
        wrong = self.at(simulator, "rotate", "svc@pve!fixxed", "--yes")
        self.assert_code(wrong, 3)
        self.assert_says(wrong, "svc@pve!fixed")

    def test_a_rotation_that_broke_off_is_finished_by_the_next_one(self):
        """Also the access of a successor, which is another token than its predecessor."""
        for release in "9.2", "8.4":
            for path in "/access/acl", "/access/users/svc@pve/token/turn-b":
                with self.subTest(release=release, path=path):
                    simulator = self.begin(options=["--release", release])
                    self.assert_code(self.at(simulator, "apply", "--yes"), 0)
                    self.set_clock(simulator, 70)
                    simulator.control("POST", "faults", {
                        "fault": "answer", "status": 500, "method": "PUT", "path": path,
                        "when": "before"})
                    broken = self.at(simulator, "rotate", "--due", "--yes")
                    self.assert_code(broken, 6)
                    self.assert_code(self.at(simulator, "rotate", "--due", "--yes"), 0)
                    self.assert_stored_secrets_work(simulator)
                    holders = {who for place, who, _, _ in simulator.acl() if place == "/vms"}
                    self.assertLessEqual({"svc@pve!plain", "svc@pve!turn-b"}, holders)
                    self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 0)
                    (self.folder / "secrets.json").unlink()

    def test_pveform_goes_on_with_its_own_new_secret(self):
        simulator = self.begin(OWN)
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)  # it never expired
        run = self.at(simulator, "rotate", "admin@pve!ci", "--yes")
        self.assert_code(run, 0)
        self.assert_says(run, "Verified")
        record = self.records()["admin@pve!ci"]
        new = f"{record['id']}={record['secret']}"
        self.assertTrue(simulator.accepts(new))
        self.assertFalse(simulator.accepts("admin@pve!ci=" + simulator.tokens["admin@pve!ci"]))
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode", token=new), 0)
        # By this machine's clock the token would be dead before its secret is stored.
        self.set_clock(simulator, 1)
        self.assert_code(self.at(simulator, "rotate", "admin@pve!ci", "--yes", token=new), 0)
        self.assertTrue(simulator.accepts("admin@pve!ci=" + self.records()["admin@pve!ci"]["secret"]))

    def test_a_gateway_that_knows_the_old_secret_keeps_it(self):
        simulator = self.begin(OWN.replace("name: e2e", "name: e2e, apply_as: admin@pve!ci"))
        secret = simulator.authorization("admin@pve!ci")

        def behind_gateway(*arguments):
            return self.pveform(*arguments, *self.to(simulator), "--header", "Authorization: env:GW",
                                environment={"GW": secret})

        self.assert_code(behind_gateway("apply", "--yes"), 0)
        for command in (["rotate", "admin@pve!ci"], ["rotate", "admin@pve!ci", "--allow-lockout"]):
            run = behind_gateway(*command, "--yes")
            self.assert_code(run, 4)
            self.assert_says(run, "blocked[lockout]", "the gateway that adds its secret", "`overlap`")
        self.set_clock(simulator, 70)
        self.assert_code(behind_gateway("plan"), 0)
        self.assert_code(behind_gateway("plan", "--rotate-due"), 4)
        self.assertEqual(self.records(), {})
        self.assertTrue(simulator.accepts("admin@pve!ci"))
        # A token of its own goes on with the new secret.
        self.assert_code(self.at(simulator, "rotate", "admin@pve!ci", "--yes"), 0)
        self.assertFalse(simulator.accepts("admin@pve!ci"))
        self.assert_stored_secrets_work(simulator)

    def test_a_secret_that_somebody_else_has_just_stored_is_not_replaced(self):
        simulator = self.begin()
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        simulator.control("POST", "faults", {
            "fault": "writer", "method": "GET", "path": "/access/users/svc@pve/token/plain",
            "request": {
                "method": "PUT", "path": "/access/users/svc@pve/token/plain",
                "body": "expire=1999999999"}})
        run = self.at(simulator, "rotate", "svc@pve!plain", "--yes")
        self.assert_code(run, 1)
        self.assert_says(run, "`svc@pve!plain` was changed by somebody else", "plans anew")
        self.assert_stored_secrets_work(simulator)

    def test_an_older_pve_renews_by_delete_and_create(self):
        simulator = self.begin(options=["--release", "8.4"])
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        rows = simulator.acl()
        self.set_clock(simulator, 70)
        self.assert_code(self.at(simulator, "rotate", "--due", "--yes"), 0)
        self.assertLessEqual(rows, simulator.acl())
        self.assert_stored_secrets_work(simulator)

        self.write("pveform.yaml", DOCUMENT.replace(", acl: same_as_user", ""))
        refused = self.at(simulator, "rotate", "svc@pve!plain", "--yes")
        self.assert_code(refused, 4)
        self.assert_says(refused, "ACL entries are not declared: `PVEAuditor` at `/vms`")
        self.assert_stored_secrets_work(simulator)

        # Of another repository, which this one may not speak for.
        self.write("pveform.yaml", DOCUMENT + "scope: { users: [svc@pve], acl: [/vms/**] }\n")
        self.assert_code(self.at(simulator, "rotate", "svc@pve!plain", "--yes"), 0)
        simulator.call("PUT", "/access/acl", path="/storage/local", roles="PVEDatastoreUser",
                       tokens="svc@pve!plain")
        for command in (["rotate", "svc@pve!plain"], ["apply", "--rotate-due"]):
            self.set_clock(simulator, 140)
            refused = self.at(simulator, *command, "--yes")
            self.assert_code(refused, 4)
            self.assert_says(refused, "not declared: `PVEDatastoreUser` at `/storage/local`")
        self.assert_stored_secrets_work(simulator)

    def test_a_new_secret_that_does_not_work_is_told(self):
        """Somebody else gives the token another secret before it is tried."""
        simulator = self.begin()
        simulator.control("POST", "faults", {
            "fault": "writer", "method": "GET", "path": "/access/permissions", "nth": 2,
            "times": 1, "request": {
                "method": "PUT", "path": "/access/users/svc@pve/token/fixed",
                "body": "regenerate=1"}})
        run = self.at(simulator, "apply", "--yes")
        self.records()
        self.assert_code(run, 6)
        self.assert_says(run, "fails its first request", "pveform rotate")
        self.assert_code(self.at(simulator, "rotate", "svc@pve!fixed", "--yes"), 0)
        self.assert_stored_secrets_work(simulator)


if __name__ == "__main__":
    harness.main()
