"""What the process says when it ends."""

import sys

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

# Runs a program whose standard output is a pipe that nobody reads any more, as behind `| head`.
UNREAD = [sys.executable, "-c", """
import os, sys
reading, writing = os.pipe()
os.dup2(writing, 1)
os.close(reading)
os.execvp(sys.argv[1], sys.argv[1:])
"""]


class ExitCodes(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", SMALL)

    def test_0_for_done_and_for_no_changes(self):
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "plan"), 0)
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 0)
        version = self.pveform("version")
        self.assert_code(version, 0)
        for flag in ("--version", "-V"):
            self.assertEqual(str(self.pveform(flag)), str(version))
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

    def test_7_when_the_first_write_finds_nobody(self):
        simulator = self.start_simulator()
        revoked = proxy.Proxy(
            simulator, self.folder,
            lambda number, method, path: None if method == "GET" else (401, "text/plain", ""))
        self.addCleanup(revoked.stop)
        run = self.at(revoked, "apply", "--yes")
        self.assert_code(run, 7)
        self.assert_says(run, "Nothing was changed")

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
            ["plan", "--allow-destroy", "-1"],
            ["plan", "--allow-destroy=-1"],
            ["apply", "--allow-acl-removals", "some"],
            ["plan", "--allow-cascade", "1.5"],
            ["plan", "--allow-destroy", "99999999999999999999"],
            ["plan", "--allow-destroy", ""],
            ["plan", "-f", "nothing-here.yaml"],
            ["plan"],  # no token to authenticate with
        ):
            run = self.pveform(*arguments)
            self.assert_code(run, 3)
            self.assertIn("error: ", run.err)
            self.assertEqual(run.out, "")

    def test_3_for_a_number_says_what_a_number_is(self):
        run = self.pveform("plan", "--allow-destroy", "-1")
        self.assert_says(run, "error: `--allow-destroy` takes a whole number, 0 or more, not `-1`")

    def test_3_for_a_target_that_is_nothing(self):
        simulator = self.start_simulator()
        for command in (["plan"], ["apply", "--yes"]):
            run = self.at(simulator, *command, "--target", "user:svd@pve", "--exclude", "role:Deplyer")
            self.assert_code(run, 3)
            self.assert_says(run, "`--target user:svd@pve` matches nothing", "did you mean `user:svc@pve`?",
                             "`--exclude role:Deplyer` matches nothing", "did you mean `role:Deployer`?")
        self.assertNotIn("svc@pve", simulator.users())

    def test_3_for_an_applier_that_the_cluster_does_not_have(self):
        simulator = self.start_simulator()
        for name, meant in (("nobody@pve", "USER@REALM"), ("xyz", "USER@REALM"),
                            ("admin@pve!cii", "did you mean `admin@pve!ci`?")):
            run = self.at(simulator, "plan", "--as", name)
            self.assert_code(run, 3)
            self.assert_says(run, f"there is no user or token `{name}` in the cluster", meant)
            self.assertEqual(run.out, "")

    def test_3_for_a_release_that_pveform_does_not_know(self):
        live = harness.SEED / "user.cfg"
        for command in ("plan", "validate"):
            run = self.pveform(command, "--live", live, "--release", "7.4")
            self.assert_code(run, 3)
            self.assertIn("pveform knows PVE 8.0 and later, up to 9.2, not 7.4", run.err)
            self.assertEqual(run.err.count("error: "), 1, run.err)
            self.assert_code(self.pveform(command, "--live", live, "--release", "8.0"), 0)

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

    def test_4_for_a_number_that_is_not_the_plan_s(self):
        simulator = self.start_simulator()
        self.write("pveform.yaml", "version: 1\nusers: { metrics@pve: { tokens: {} } }\n")
        for command in (["plan"], ["apply", "--yes"]):
            run = self.at(simulator, *command, "--allow-destroy", "3")
            self.assert_code(run, 4)
            self.assert_says(run, "`--allow-destroy 3` is for another plan", "--allow-destroy 1")
        self.assertIn("metrics@pve!old", simulator.user_tokens())
        for _ in range(2):  # a job that is repeated when all is done
            self.assert_code(self.at(simulator, "apply", "--yes", "--allow-destroy", "1"), 0)

    def prompt(self, simulator, answer):
        """`apply` before somebody who is asked; exit code and screen."""
        token = f"admin@pve!ci={simulator.tokens['admin@pve!ci']}"
        return self.at_terminal(simulator, [answer], "apply", PVEFORM_API_TOKEN=token)

    def test_5_when_the_cluster_changed_while_somebody_was_asked(self):
        simulator = self.start_simulator()

        def change_and_agree():
            simulator.call("POST", "/access/groups", groupid="first", comment="by hand")
            return "yes"

        code, screen = self.prompt(simulator, change_and_agree)
        self.assertEqual(code, 5, screen)
        self.assertIn("the plan that was reviewed no longer holds", screen)
        self.assertIn("not as shown: update group first", screen)
        self.assertNotIn("svc@pve", simulator.users())
        groups = {group["groupid"]: group for group in simulator.call("GET", "/access/groups")}
        self.assertEqual(groups["first"]["comment"], "by hand")
        self.assertNotIn("second", groups)

    def test_0_when_what_changed_meanwhile_is_not_in_the_plan(self):
        simulator = self.start_simulator()

        def change_something_else_and_agree():
            simulator.call("PUT", "/access/users/bob@pve", comment="back again")
            return "yes"

        code, screen = self.prompt(simulator, change_something_else_and_agree)
        self.assertEqual(code, 0, screen)
        self.assertIn("Verified: nothing left to change", screen)

    def test_1_when_somebody_says_no(self):
        simulator = self.start_simulator()
        code, screen = self.prompt(simulator, "y")
        self.assertEqual(code, 1, screen)
        self.assertIn("Not approved: nothing was changed.", screen)
        self.assertNotIn("svc@pve", simulator.users())

    def test_6_when_it_wrote_and_could_not_say_so(self):
        simulator = self.start_simulator()
        run = self.at(  # the plan is not shown
            simulator, "apply", "--auto-approve", "--quiet",
            before=["sh", "-c", 'exec "$0" "$@" >/dev/full'],
        )
        self.assert_code(run, 6)
        self.assertIn("svc@pve", simulator.users())
        again = self.at(
            simulator, "apply", "--auto-approve", before=["sh", "-c", 'exec "$0" "$@" >/dev/full']
        )
        self.assert_code(again, 1)  # there was nothing to write

    def test_1_when_the_plan_cannot_be_shown(self):
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "plan", "--out", "plan.json"), 0)
        for arguments in (["--auto-approve"], ["plan.json"]):
            run = self.at(
                simulator, "apply", *arguments, before=["sh", "-c", 'exec "$0" "$@" >/dev/full']
            )
            self.assert_code(run, 1)
            self.assert_says(run, "the output could not be written", "nothing was changed")
            self.assertNotIn("svc@pve", simulator.users())

    def test_1_in_silence_when_the_reader_has_seen_enough(self):
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "plan", "--out", "plan.json"), 0)
        for command in (["plan"], ["drift"], ["show", "plan.json"], ["export"], ["snapshot"],
                        ["explain", "admin@pve!ci"], ["schema"], ["completion", "bash"]):
            run = self.at(simulator, *command, before=UNREAD)
            self.assertEqual((run.code, run.err), (1, ""), str(run))
        run = self.at(simulator, "apply", before=UNREAD)
        self.assert_code(run, 1)
        self.assert_says(run, "the output could not be written", "nothing was changed")

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

    def test_7_when_an_assertion_depends_on_pools_that_pve_hides(self):
        simulator = self.start_simulator()
        simulator.call("PUT", "/access/acl", path="/access", users="blind@pve", roles="PVEAuditor")
        claim = "assertions: [{ principal: ann@pve, path: /vms/100, allows: [VM.Audit] }]\n"
        self.write("pveform.yaml", SMALL + claim)
        for command in (["plan"], ["plan", "--detailed-exitcode"], ["plan", "--format", "json"]):
            run = self.at(simulator, *command, token="blind@pve!ci")
            self.assert_code(run, 7)
            self.assert_says(
                run, "whether this holds depends on pools that cannot be seen", "Pool.Audit"
            )
        self.assertEqual([a["outcome"] for a in run.json["assertions"]], ["unknown"])
        # The same plan by somebody who sees them, and one whose assertion no pool can decide.
        self.assert_code(self.at(simulator, "plan"), 0)
        self.write("pveform.yaml", SMALL + claim.replace("/vms/100", "/storage/x").replace(
            "allows: [VM.Audit]", "denies: [Sys.Modify]"))
        self.assert_code(self.at(simulator, "plan", token="blind@pve!ci"), 0)

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
