"""What the process says when it ends."""

import harness
import proxy

SMALL = """
version: 1
cluster: { name: e2e }
secrets: { file: { path: secrets.json } }
groups:
  first: { comment: one }
  second: { comment: two }
users:
  svc@pve:
    groups: [first, second]
    tokens:
      ci: { expire: 2032-01-31 }
"""


class ExitCodes(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", SMALL)

    def test_0_for_done_and_for_no_changes(self):
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "plan"), 0)
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 0)
        self.assert_code(self.pveform("version"), 0)
        self.assert_code(self.pveform("validate"), 0)
        self.assert_code(self.pveform("--help"), 0)

    def test_1_for_an_error_before_anything_was_written(self):
        simulator = self.start_simulator()
        simulator.stop()
        run = self.at(simulator, "apply", "--yes")
        self.assert_code(run, 1)
        self.assert_says(run, "cannot connect to `127.0.0.1:")

    def test_1_when_the_first_write_is_refused(self):
        simulator = self.start_simulator()
        broken = proxy.Proxy(
            simulator, self.folder,
            lambda number, method, path: None if method == "GET"
            else (500, "application/json", '{"data":null,"message":"no quorum!\\n"}'),
        )
        self.addCleanup(broken.stop)
        run = self.at(broken, "apply", "--yes")
        self.assert_code(run, 1)
        self.assert_says(run, "no quorum!", "Nothing was changed")

    def test_2_for_pending_changes_where_asked_for(self):
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 2)
        self.assert_code(self.at(simulator, "diff", "--detailed-exitcode"), 2)

    def test_3_for_an_invalid_document(self):
        self.write("pveform.yaml", "version: 1\nusrs: {}\n")
        for command in ("validate", "plan", "apply"):
            run = self.pveform(command)
            self.assert_code(run, 3)
            self.assert_says(run, "unknown key `usrs`", "did you mean `users`?")

    def test_3_and_all_twelve_mistakes_in_one_run(self):
        run = self.pveform("validate", "-f", harness.TESTS / "golden/twelve_mistakes/input.yaml")
        self.assert_code(run, 3)
        self.assertEqual(run.err.count("error: "), 12, run.err)
        self.assertEqual(run.err.count(" --> "), 12, run.err)
        self.assertEqual(run.out, "")

    def test_3_for_usage(self):
        for arguments in (
            ["paln"],
            [],
            ["plan", "--no-such-flag"],
            ["plan", "--timeout", "0"],
            ["plan", "-f", "nothing-here.yaml"],
            ["plan"],  # no token to authenticate with
        ):
            run = self.pveform(*arguments)
            self.assert_code(run, 3)
            self.assertIn("error: ", run.err)
            self.assertEqual(run.out, "")

    def test_3_when_nobody_is_there_to_approve(self):
        simulator = self.start_simulator()
        run = self.at(simulator, "apply")
        self.assert_code(run, 3)
        self.assert_says(run, "nobody is there to approve the plan")
        self.assertNotIn("svc@pve", simulator.users())

    def test_4_for_a_plan_that_a_guard_blocks(self):
        simulator = self.start_simulator()
        self.write(
            "pveform.yaml",
            "version: 1\nlimits: { destroy: 0 }\nusers: { metrics@pve: { tokens: {} } }\n",
        )
        for command in (["plan"], ["apply", "--yes"]):
            run = self.at(simulator, *command)
            self.assert_code(run, 4)
            self.assert_says(run, "--allow-destroy 1")
        self.assertIn("metrics@pve!old", simulator.user_tokens())
        self.assert_code(self.at(simulator, "apply", "--yes", "--allow-destroy", "2"), 4)
        self.assert_code(self.at(simulator, "apply", "--yes", "--allow-destroy", "1"), 0)
        self.assertNotIn("metrics@pve!old", simulator.user_tokens())

    def test_5_for_a_saved_plan_that_no_longer_holds(self):
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "plan", "--out", "plan.json"), 0)
        simulator.call("POST", "/access/groups", groupid="first", comment="by hand")
        run = self.at(simulator, "apply", "plan.json")
        self.assert_code(run, 5)
        self.assert_says(run, "not as shown: update group first, and not create")
        self.assertNotIn("svc@pve", simulator.users())

    def test_6_when_a_write_succeeded_and_another_did_not(self):
        simulator = self.start_simulator()
        broken = proxy.Proxy(
            simulator, self.folder,
            lambda number, method, path: (500, "application/json", '{"data":null,"message":"no\\n"}')
            if method != "GET" and "/access/users" in path else None,
        )
        self.addCleanup(broken.stop)
        run = self.at(broken, "apply", "--yes")
        self.assert_code(run, 6)
        self.assert_says(run, "Partly applied: run `pveform apply` again")
        groups = {group["groupid"] for group in simulator.call("GET", "/access/groups")}
        self.assertLessEqual({"first", "second"}, groups)

    def test_7_for_credentials_that_pve_does_not_accept(self):
        simulator = self.start_simulator()
        run = self.at(simulator, "plan", token="admin@pve!ci=00000000-bbbb-4bbb-8bbb-000000000001")
        self.assert_code(run, 7)

    def test_7_for_a_view_that_pve_filters(self):
        simulator = self.start_simulator()
        before = (simulator.users(), simulator.acl())
        for command in (["plan"], ["apply", "--yes"]):
            run = self.at(simulator, *command, token="blind@pve!ci")
            self.assert_code(run, 7)
            self.assert_says(run, "Sys.Audit", "/access", "pveum")
            self.assertEqual(run.out, "")
        self.assertEqual((simulator.users(), simulator.acl()), before)


if __name__ == "__main__":
    harness.main()
