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
        self.assertIn("--tokens 'admin@pve!reader'", checks["acl"]["fixes"][0])
        self.assertTrue(all("pveum acl modify" in fix for fix in checks["users"]["fixes"]))

    def test_the_grants_that_it_names_suffice(self):
        run = self.at(self.simulator, "ping", "--format", "json", token="admin@pve!reader")
        fix = self.checks(run)["roles"]["fixes"][0]
        *creation, grant = fix.split(" && ")
        for command in creation:
            _, _, _, role, _, privileges = command.replace("grant it: ", "").split()
            self.simulator.call("POST", "/access/roles", roleid=role, privs=privileges)
        words = grant.split()
        self.simulator.call(
            "PUT", "/access/acl", path=words[3], roles=words[words.index("--roles") + 1],
            tokens="admin@pve!reader",
        )
        run = self.at(self.simulator, "ping", "--format", "json", token="admin@pve!reader")
        self.assertEqual(self.checks(run)["roles"]["status"], "ok")

    def test_a_view_that_is_filtered(self):
        run = self.at(self.simulator, "ping", token="blind@pve!ci")
        self.assert_code(run, 7)
        self.assert_says(
            run, "failed   reading", "`Sys.Audit` is missing on `/access`",
            "pveum acl modify /access --roles PVEAuditor --users 'blind@pve' --tokens 'blind@pve!ci'",
        )

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
