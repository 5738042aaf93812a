"""Who pveform is, from end to end: passwords from everywhere, second factors at a real terminal,
gateways, and what is said where somebody believes what some guides say."""

import base64
import hashlib
import hmac
import json
import shutil
import struct
import time

import harness

DOCUMENT = """
version: 1
cluster: { name: e2e }
groups: { fresh: { comment: new } }
"""
PASSWORD = "made-up-password-admin"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def totp_now():
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(TOTP_SECRET), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


class Authentication(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)
        self.seed = self.folder / "seed"
        shutil.copytree(harness.SEED, self.seed)
        passwords = json.loads((self.seed / "passwords.json").read_text())
        passwords["bob@pve"] = {"password": "made-up-password-bob", "totp": TOTP_SECRET}
        (self.seed / "passwords.json").write_text(json.dumps(passwords))
        config = (self.seed / "user.cfg").read_text()
        config = config.replace("user:bob@pve:0:", "user:bob@pve:1:")
        (self.seed / "user.cfg").write_text(config + "acl:1:/:bob@pve:Administrator:\n")
        harness.WATCH.learn("made-up-password-bob", TOTP_SECRET, PASSWORD)
        plain = self.folder / "plain"
        shutil.copytree(harness.SEED, plain)
        self.simulator = self.start_simulator(plain)
        passwords_file = self.seed / "passwords.json"
        passwords_file.chmod(0o600)

    def plan(self, *arguments, **environment):
        return self.pveform(
            "plan", *self.to(self.simulator), *arguments, environment=environment
        )

    # Passwords.

    def test_a_password_from_everywhere(self):
        secret = self.write("password", PASSWORD + "\n")
        for environment in (
            {"PVEFORM_USER": "admin@pve", "PVEFORM_PASSWORD": PASSWORD},
            {"PVEFORM_USER": "admin@pve", "PVEFORM_PASSWORD_FILE": str(secret)},
            {"PVEFORM_USER": "admin@pve", "PVEFORM_PASSWORD_COMMAND": f"cat '{secret}'"},
            {"PROXMOX_VE_USERNAME": "admin@pve", "PROXMOX_VE_PASSWORD": PASSWORD},
        ):
            run = self.plan(**environment)
            self.assert_code(run, 0)
            self.assert_says(run, "as admin@pve", "fresh")

    def test_an_apply_by_password_writes(self):
        run = self.pveform(
            "apply", "--yes", "--user", "admin@pve", *self.to(self.simulator),
            environment={"PVEFORM_PASSWORD": PASSWORD},
        )
        self.assert_code(run, 0)
        self.assertIn("fresh", {g["groupid"] for g in self.simulator.call("GET", "/access/groups")})

    def test_a_wrong_password(self):
        run = self.plan(PVEFORM_USER="admin@pve", PVEFORM_PASSWORD="made-up-and-wrong")
        self.assert_code(run, 7)
        self.assert_says(run, "cannot log in as `admin@pve`", "PVE does not say which")

    def test_the_endpoint_of_the_terraform_provider(self):
        run = self.pveform(
            "plan", "--ca-file", self.simulator.ca_file,
            environment={
                "PROXMOX_VE_ENDPOINT": self.simulator.endpoint + "/",
                "PROXMOX_VE_USERNAME": "admin@pve", "PROXMOX_VE_PASSWORD": PASSWORD,
            },
        )
        self.assert_code(run, 0)

    # Second factors.

    def test_a_second_factor_needs_somebody(self):
        simulator = self.start_simulator(self.seed)
        run = self.pveform(
            "plan", *self.to(simulator),
            environment={"PVEFORM_USER": "bob@pve", "PVEFORM_PASSWORD": "made-up-password-bob"},
        )
        self.assert_code(run, 7)
        self.assert_says(run, "has a second factor, and nobody is there to type it")

    def test_password_and_one_time_code_are_typed_and_not_shown(self):
        simulator = self.start_simulator(self.seed)
        code, screen = self.at_terminal(
            simulator, ["made-up-password-bob", totp_now()], "plan", "--user", "bob@pve"
        )
        self.assertEqual(code, 0, screen)
        self.assertIn("Password of bob@pve: ", screen)
        self.assertIn("One-time code or recovery key of bob@pve: ", screen)
        self.assertIn("fresh", screen)

    # What PVE does not accept, whatever some guides say.

    def test_the_secret_of_a_token_is_no_password(self):
        run = self.plan(
            PVEFORM_USER="admin@pve", PVEFORM_PASSWORD=self.simulator.tokens["admin@pve!ci"]
        )
        self.assert_code(run, 7)
        self.assert_says(
            run, "looks like the secret of an API token, which opens no session",
            "`PVEFORM_API_TOKEN=user@realm!name=secret`",
        )

    def test_a_token_is_no_user(self):
        run = self.plan("--user", "admin@pve!ci", PVEFORM_PASSWORD=self.simulator.tokens["admin@pve!ci"])
        self.assert_code(run, 3)
        self.assert_says(run, "`--user` is an API token, `admin@pve!ci`, not a user")

    def test_x_apikey_alone(self):
        key = f"admin@pve!ci={self.simulator.tokens['admin@pve!ci']}"
        run = self.plan("--header", "X-APIKey: env:KEY", KEY=key)
        self.assert_code(run, 7)
        self.assert_says(
            run, "PVE got no credentials: PVE answered 401", "a header such as `X-APIKey` is ignored"
        )

    def test_a_gateway_that_adds_the_credentials(self):
        key = "PVEAPIToken=" + f"admin@pve!ci={self.simulator.tokens['admin@pve!ci']}"
        self.assert_code(self.plan("--header", "Authorization: env:KEY", KEY=key), 0)

    def test_a_header_beside_the_token(self):
        run = self.at(
            self.simulator, "plan", "--header", "X-APIKey: env:KEY",
            environment={"KEY": "made-up-gateway-key"},
        )
        self.assert_code(run, 0)
        run = self.at(self.simulator, "plan", "--header", "X-APIKey: made-up-gateway-key")
        self.assert_code(run, 3)
        self.assert_says(run, "the value of header `X-APIKey` is on the command line")
        self.assertNotIn("made-up-gateway-key", run.err)

    def test_contradictions(self):
        run = self.at(self.simulator, "plan", "--user", "admin@pve")
        self.assert_code(run, 3)
        self.assert_says(run, "`PVEFORM_API_TOKEN`", "`--user`")

    # TLS.

    def test_insecure_warns_every_time(self):
        for _ in range(2):
            run = self.pveform(
                "plan", "--endpoint", self.simulator.endpoint, "--insecure",
                environment={"PVEFORM_USER": "admin@pve", "PVEFORM_PASSWORD": PASSWORD},
            )
            self.assert_code(run, 0)
            self.assertIn("warning: `--insecure`", run.err)
        run = self.plan("--insecure", PVEFORM_USER="admin@pve", PVEFORM_PASSWORD=PASSWORD)
        self.assert_code(run, 3)

    # Traces; that no secret is in them is what the watch looks for after each test.

    def test_traces(self):
        login = {"PVEFORM_USER": "admin@pve", "PVEFORM_PASSWORD": PASSWORD}
        run = self.plan("-v", **login)
        self.assert_says(run, "> POST /access/ticket → 200", "> GET /access/users → 200")
        self.assertNotIn("username=", run.err)
        run = self.plan("-vv", **login)
        self.assert_says(run, "> POST /access/ticket username=admin@pve password=*** → 200")
        self.assertNotIn("> ", run.out.splitlines()[0])

    def test_no_new_secret_is_in_a_trace(self):
        self.write(
            "pveform.yaml",
            "version: 1\ncluster: { name: e2e }\nsecrets: { file: { path: secrets.json } }\n"
            "users: { svc@pve: { initial_password: { env: FIRST }, tokens: { ci: { expire: never } } } }\n",
        )
        harness.WATCH.learn("made-up-first-password")
        run = self.at(
            self.simulator, "apply", "--yes", "-vv", environment={"FIRST": "made-up-first-password"}
        )
        self.assert_code(run, 0)
        self.assert_says(run, "password=***", "POST /access/users/svc%40pve/token/ci")

    def test_masks_and_traces_stand_at_the_beginning_of_a_line(self):
        """Anywhere else GitHub takes a mask for text, and shows the secret."""
        for user, verbosity in (("svc@pve", []), ("svd@pve", ["-v"])):
            self.write(
                "pveform.yaml",
                "version: 1\ncluster: { name: e2e }\nsecrets: { file: { path: secrets.json } }\n"
                f"users: {{ {user}: {{ tokens: {{ ci: {{ expire: never }} }} }} }}\n",
            )
            run = self.at(
                self.simulator, "apply", "--yes", *verbosity,
                environment=harness.GITHUB_JOB,
                watch=harness.SecretWatch(),  # the masks are meant to be seen
            )
            self.assert_code(run, 0)
            secret = self.stored_secrets()[f"{user}!ci"]["secret"]
            lines = run.err.splitlines()
            self.assertEqual(
                [line for line in lines if secret in line], [f"::add-mask::{secret}"]
            )
            self.assertEqual([line for line in lines if " → 200" in line and line[0] != ">"], [])
            self.assertEqual(
                [line for line in lines if line.startswith("[")],
                [f"[1/2] create user {user} … done", f"[2/2] issue token {user}!ci … done"],
            )


if __name__ == "__main__":
    harness.main()
