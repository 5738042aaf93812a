"""Policies and assertions: shown, complete in JSON, and in the way of a plan that they forbid."""

import harness

HEAD = """version: 1
cluster: { name: e2e }
secrets: { file: { path: secrets.json } }
users:
  svc@pve:
    acl: [{ path: /vms, role: PVEVMUser }]
    tokens:
      ci: { expire: never, acl: same_as_user }
"""
FORBIDDEN = HEAD + "policy: { rules: { token-without-expiry: error } }\n"
CLAIM = HEAD + (
    "assertions:\n"
    "  - { principal: \"svc@pve!*\", path: \"/vms/*\", denies: [VM.PowerMgmt] }\n"
    "  - { principal: svc@pve, path: /vms/100, only: PVEVMUser }\n"
)


class Policy(harness.EndToEnd):
    def test_a_warning_is_shown_and_lets_the_plan_pass(self):
        self.write("pveform.yaml", HEAD)
        simulator = self.start_simulator()
        run = self.at(simulator, "plan")
        self.assert_code(run, 0)
        self.assert_says(
            run, "warning[token-without-expiry] pveform.yaml:8: token `svc@pve!ci` never expires"
        )
        document = self.at(simulator, "plan", "--format", "json").json
        found = [f for f in document["findings"] if f["object"] == "token:svc@pve!ci"]
        self.assertEqual([f["rule"] for f in found], ["token-without-expiry"])
        self.assertEqual(found[0]["source"]["line"], 8)

    def test_an_error_blocks_plan_and_apply_and_validate(self):
        self.write("pveform.yaml", FORBIDDEN)
        self.assert_code(self.pveform("validate"), 4)
        simulator = self.start_simulator()
        for command in (["plan"], ["apply", "--yes"]):
            run = self.at(simulator, *command)
            self.assert_code(run, 4)
            self.assert_says(run, "error[token-without-expiry]", "blocked[policy]")
        self.assertNotIn("svc@pve", simulator.users())

    def test_an_assertion_that_fails_blocks_and_says_why(self):
        self.write("pveform.yaml", CLAIM)
        run = self.pveform("validate")
        self.assert_code(run, 0)
        self.assert_says(run, "2 assertions not tested")
        live = ("--live", harness.SEED / "user.cfg")
        self.assert_code(self.pveform("validate", *live), 4)
        self.assert_code(self.pveform("plan", *live), 4)
        simulator = self.start_simulator()
        for command in (["plan"], ["apply", "--yes"]):
            run = self.at(simulator, *command)
            self.assert_code(run, 4)
            self.assert_says(
                run,
                "failed[assertion] pveform.yaml:10: `svc@pve!*` on `/vms/*`: denies VM.PowerMgmt",
                "`/vms`: role `PVEVMUser` of `svc@pve!ci`",
                "1 of 2 assertions would not hold",
            )
        self.assertNotIn("svc@pve", simulator.users())
        outcomes = [a["outcome"] for a in
                    self.at(simulator, "plan", "--format", "json").json["assertions"]]
        self.assertEqual(outcomes, ["fails", "holds"])

    def test_a_guest_that_does_not_exist_is_found(self):
        self.write("pveform.yaml", HEAD.replace("path: /vms,", "path: /vms/987654,"))
        simulator = self.start_simulator()
        run = self.at(simulator, "plan")
        self.assert_code(run, 0)
        self.assert_says(run, "warning[unknown-path] pveform.yaml:6: nothing is at `/vms/987654`")

    def test_the_rules_are_listed_and_explained(self):
        self.write("pveform.yaml", FORBIDDEN)
        run = self.pveform("policy")
        self.assert_code(run, 0)
        self.assert_says(run, "error    token-without-expiry", "warning  hidden-entry")
        rules = self.pveform("policy", "--format", "json").json["rules"]
        self.assertEqual(len(rules), 13)
        severities = {rule["id"]: rule["severity"] for rule in rules}
        self.assertEqual(severities["token-without-expiry"], "error")
        run = self.pveform("policy", "explain", "hidden-entry")
        self.assert_code(run, 0)
        self.assert_says(run, "PVE does not add up")
        run = self.pveform("policy", "explain", "hiden-entry")
        self.assert_code(run, 3)
        self.assert_says(run, "did you mean `hidden-entry`?")


if __name__ == "__main__":
    harness.main()
