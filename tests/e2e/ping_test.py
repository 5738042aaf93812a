"""`pveform ping`: each thing that can be wrong, with its fix and exit code; and nothing left behind."""

import os
import socket

import harness

DOCUMENT = """
version: 1
cluster: { name: e2e }
groups: { ops: { acl: [{ path: /pool/prod, role: PVEVMUser }] } }
users: { svc@pve: { tokens: { ci: { expire: never } } } }
secrets: { file: { path: secrets.json } }
"""


class Ping(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)
        self.simulator = self.start_simulator()

    def checks(self, run):
        return {check["name"]: check for check in run.json["checks"]}

    def test_all_is_well_and_nothing_is_left_behind(self):
        before = sorted(self.folder.rglob("*"))
        users = self.simulator.users()
        run = self.at(self.simulator, "ping")
        self.assert_code(run, 0)
        self.assert_says(
            run, f"{self.simulator.endpoint} answers", "signed by an authority in",
            "PVE accepts the API token `admin@pve!ci`", "PVE 9.2", "complete: ", "All is well.",
        )
        self.assertEqual(run.err, "")
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        self.assertEqual(self.simulator.users(), users)

    def test_json(self):
        run = self.at(self.simulator, "ping", "--format", "json")
        self.assert_code(run, 0)
        self.assertTrue(run.json["ok"])
        self.assertEqual(run.json["cluster"], "e2e")
        checks = self.checks(run)
        self.assertEqual(
            list(checks),
            ["connection", "tls", "identity", "version", "clock", "reading", "users", "tokens",
             "groups", "roles", "acl", "secrets"],
        )
        self.assertEqual({check["status"] for check in checks.values()}, {"ok"})

    def test_a_reader_gets_warnings_with_the_grants(self):
        run = self.at(self.simulator, "ping", "--format", "json", token="admin@pve!reader")
        self.assert_code(run, 0)
        checks = self.checks(run)
        self.assertEqual(checks["reading"]["status"], "ok")
        self.assertEqual(checks["acl"]["status"], "warning")
        self.assertEqual(
            checks["acl"]["message"],
            "cannot be written without `Permissions.Modify` on `/pool/prod`",
        )
        for kind in ("users", "tokens", "groups", "roles", "acl"):
            self.assertEqual((checks[kind]["purpose"], checks[kind]["fixes"]), ("apply", []))
        for name in ("reading", "connection", "identity"):
            self.assertIn(checks[name]["purpose"], ("plan", "both"))
        self.assertIn("apply_as", " ".join(checks["rights"]["notes"]))
        self.assertIn("--tokens 'admin@pve!reader'", checks["rights"]["fixes"][-1])

    def test_what_it_takes_to_plan_and_to_apply_stands_apart(self):
        run = self.at(self.simulator, "ping", token="admin@pve!reader")
        self.assert_code(run, 0)
        plan, apply = run.out.split("To plan\n")[1].split("To apply\n")
        self.assertIn("ok       reading", plan)
        self.assertNotIn("pveum", plan)
        self.assertRegex(apply, r"warning  rights +`admin@pve!reader` lacks")
        self.assertLess(apply.index("name that one in the document"), apply.index("fix: pveum"))
        self.assertIn("All is well to plan; to apply, 6 warnings.", apply)

    def test_who_only_plans_is_not_advised_to_take_rights(self):
        self.write("pveform.yaml", DOCUMENT.replace("e2e }", "e2e, apply_as: admin@pve!ci }"))
        run = self.at(self.simulator, "ping", token="admin@pve!reader")
        self.assert_code(run, 0)
        self.assertNotIn("pveum", run.out)
        self.assert_says(run, "`admin@pve!ci` applies (`apply_as`), and not `admin@pve!reader`",
                         "All is well.")
        self.assert_says(self.at(self.simulator, "ping"), "may be written", "All is well.")

    def test_the_grants_that_it_names_suffice(self):
        """One after the other, as they stand there: a role that is there already cannot be added."""
        self.write("pveform.yaml", DOCUMENT.replace("role: PVEVMUser }]", "role: PVEVMUser }, "
                                                    "{ path: /vms, role: PVEVMUser }]"))
        run = self.at(self.simulator, "ping", "--format", "json", token="admin@pve!reader")
        commands = [fix.split() for fix in self.checks(run)["rights"]["fixes"]]
        paths = []
        for words in commands:
            if words[1:3] == ["role", "add"]:
                self.assertEqual(words[4], "--privs")
                self.simulator.call("POST", "/access/roles", roleid=words[3], privs=words[5])
                continue
            self.assertEqual(words[1:3], ["acl", "modify"])
            paths.append(words[3])
            whom = {flag[2:]: words[words.index(flag) + 1].strip("'")
                    for flag in ("--users", "--tokens") if flag in words}
            self.assertTrue(whom)
            self.simulator.call("PUT", "/access/acl", path=words[3],
                                roles=words[words.index("--roles") + 1], **whom)
        self.assertEqual(paths, sorted(set(paths)))
        self.assertLessEqual({"/access", "/pool/prod", "/vms"}, set(paths))
        added = [words[3] for words in commands if words[1:3] == ["role", "add"]]
        self.assertGreater(len(added), 1)
        run = self.at(self.simulator, "ping", "--format", "json", token="admin@pve!reader")
        checks = self.checks(run)
        self.assertEqual({check["status"] for check in checks.values()}, {"ok"})
        self.assertNotIn("rights", checks)

    def test_a_view_that_is_filtered(self):
        run = self.at(self.simulator, "ping", token="blind@pve!ci")
        self.assert_code(run, 7)
        self.assert_says(
            run, "failed   reading", "`Sys.Audit` is missing on `/access`",
            "pveum acl modify /access --roles PVEAuditor --tokens 'blind@pve!ci'",
        )

    def test_nothing_else_is_granted_while_the_view_is_filtered(self):
        """What is held so far cannot be seen: a grant that does not repeat it would take it away."""
        run = self.at(self.simulator, "ping", "--format", "json", token="blind@pve!ci")
        self.assert_code(run, 7)
        checks = self.checks(run)
        self.assertIn("Sys.Modify", checks["roles"]["message"])
        self.assertEqual(len(checks["rights"]["fixes"]), 1)
        self.assertIn("mend `reading` first, then run `pveform ping` again",
                      checks["rights"]["fixes"][0])
        named = [fix for check in checks.values() for fix in check["fixes"] if "pveum" in fix]
        self.assertEqual(named, checks["reading"]["fixes"])

    def test_a_token_that_is_not_accepted(self):
        run = self.at(self.simulator, "ping", token="admin@pve!expired")
        self.assert_code(run, 7)
        self.assert_says(run, "ok       tls", "failed   identity", "ok       secrets")

    def test_nobody_answers(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        run = self.pveform(
            "ping", "--endpoint", f"https://127.0.0.1:{port}",
            environment={"PVEFORM_API_TOKEN": f"a@pve!tt={'0' * 36}"},
        )
        self.assert_code(run, 1)
        self.assert_says(run, "failed   connection", "fix: is the node up")

    def test_a_certificate_that_is_not_verified(self):
        token = f"admin@pve!ci={self.simulator.tokens['admin@pve!ci']}"
        run = self.pveform(
            "ping", "--endpoint", self.simulator.endpoint, "--insecure",
            environment={"PVEFORM_API_TOKEN": token},
        )
        self.assert_code(run, 0)
        self.assert_says(run, "warning  tls", "--fingerprint")
        run = self.pveform(
            "ping", "--endpoint", self.simulator.endpoint, environment={"PVEFORM_API_TOKEN": token}
        )
        self.assert_code(run, 1)
        self.assert_says(run, "failed   connection", "not signed by an authority")

    def test_a_place_for_secrets_that_others_can_read(self):
        secrets = self.write("secrets.json", "{}")
        os.chmod(secrets, 0o644)
        run = self.at(self.simulator, "ping")
        self.assert_code(run, 1)
        self.assert_says(run, "failed   secrets", "others can read or write", "chmod 600")

    def test_tokens_and_no_place_for_their_secrets(self):
        self.write("pveform.yaml", DOCUMENT.split("secrets:")[0])
        run = self.at(self.simulator, "ping")
        self.assert_code(run, 0)
        self.assert_says(run, "warning  secrets", "--secrets-out")

    def test_without_a_document(self):
        (self.folder / "pveform.yaml").unlink()
        self.assert_code(self.at(self.simulator, "ping"), 0)

    def test_quiet_says_only_what_is_wrong(self):
        self.assertEqual(self.at(self.simulator, "ping", "--quiet").out, "")
        run = self.at(self.simulator, "ping", "--quiet", token="admin@pve!reader")
        self.assertNotIn("ok ", run.out)
        self.assertIn("warning  roles", run.out)


if __name__ == "__main__":
    harness.main()
