"""What the README shows is what the programs do."""

import re

import harness

README = (harness.TESTS.parent / "README.md").read_text()

# Of the plan that README begins with; the cluster is the quickstart's.
FIRST_PLAN = {
    "cluster.yaml": """version: 1
cluster: { name: birch, apply_as: ci@pve!apply }
secrets: { file: { path: ../secrets/birch.json } }
policy:
  rules: { administrator-on-root: off, token-without-expiry: off, token-without-separation: off }
""",
    "groups.yaml": """groups:
  ops:
    members: [alice@pve, bob@pve]
    acl:
      - { path: /pool/web, role: PVEVMAdmin }

  developers:
    comment: Web shop developers
    acl:
      - { path: /pool/web, role: Deployer }
""",
    "roles.yaml": """roles:
  Deployer:
    privileges: [VM.Audit, VM.PowerMgmt, VM.Snapshot]
""",
    "users.yaml": """users:
  bob@pve:
    acl: []

  carol@pve:
    groups: [interns, developers]

  metrics@pve:
    acl:
      - { path: /, role: PVEAuditor }
    tokens:
      exporter:
        comment: scraped by prom-01
        expire: 2032-06-30
        acl: same_as_user
""",
}
# What the document of the section on policies is planned against.
POLICY_CLUSTER = """user:root@pam:1:0::::::
user:deploy@pve:1:0::::::
group:ops:deploy@pve::
pool:prod::100,101::
"""


def section(title):
    return re.split(r"^## ", README.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def blocks(text):
    """Fenced ones that name no language."""
    return re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class Readme(harness.EndToEnd):
    def test_the_document_in_one_page_is_valid(self):
        pages = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
        self.assertEqual(len(pages), 1)
        self.write("pveform.yaml", pages[0])
        run = self.pveform("validate")
        self.assert_code(run, 0)
        self.assertEqual(run.out, "Valid: 2 users, 1 group, 1 role\n")

    def test_the_first_plan_is_what_is_printed(self):
        for name, text in FIRST_PLAN.items():
            self.write(f"access/{name}", text)
        (self.folder / "secrets").mkdir(mode=0o700)
        simulator = self.start_simulator(seed=harness.TESTS.parent / "examples/quickstart/cluster")
        run = self.at(simulator, "plan", "-f", "access", token="ci@pve!plan")
        self.assert_code(run, 0)
        self.assertEqual(blocks(README)[0], run.out)

    def test_the_policy_s_findings_are_what_is_printed(self):
        text = section("Policy and assertions")
        document = re.search(r"(?:^ {4}.*\n|^\n)+", text.split(" Of\n", 1)[1], re.MULTILINE)[0]
        document = re.sub(r"^ {4}", "", document.strip("\n"), flags=re.MULTILINE)
        self.write("pveform.yaml", document + "\n")
        self.write("user.cfg", POLICY_CLUSTER)
        run = self.pveform("plan", "--live", "user.cfg", "--release", "8.4")
        self.assert_code(run, 4)
        self.assertIn(blocks(text)[0], run.out)

    def test_every_flag_and_command_in_it_exists(self):
        helps = [self.pveform("--help").out, self.execute(
            [harness.BINARIES / "pveform-simulator", "--help"], {}
        ).out]
        commands = re.findall(r"^  (\w+)", helps[0].split("Subcommands:")[1], re.MULTILINE)
        helps += [self.pveform(command, "--help").out for command in commands]
        known = set(re.findall(r"--[a-z][a-z-]+", " ".join(helps)))
        ours = re.sub(r"\.ci/install-packages --\w+|cmake [^\n]*", "", README)
        self.assertEqual(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours)) - known, set())
        for command in commands:
            self.assertIn(f"`pveform {command}", README)

    def test_every_exit_code_in_it_has_a_test(self):
        tests = (harness.TESTS / "e2e/exit_code_test.py").read_text()
        codes = re.findall(r"^\| (\d) \|", README, re.MULTILINE)
        self.assertGreaterEqual(len(codes), 7)
        for code in codes:
            self.assertIn(f"def test_{code}_", tests)

    def test_a_copy_of_a_cluster_can_be_tried_as_it_says(self):
        """The section on the simulator, with the seed for `/etc/pve`."""
        block = next(b for b in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
                     if "pveform-simulator" in b)
        copy = self.folder / "copy"
        (copy / "priv").mkdir(parents=True)
        for name in ("user.cfg", "domains.cfg"):
            (copy / name).write_text((harness.SEED / name).read_text())
        for target, text in re.findall(r"^\$ echo '([^']+)' >+ copy/(\S+)", block, re.MULTILINE):
            with open(copy / text, "a") as file:
                file.write(target + "\n")
        token = re.search(r"PVEFORM_API_TOKEN='([^']+)'", block)[1]
        simulator = self.start_simulator(seed=copy)
        self.write("pveform.yaml", "version: 1\ngroups: { fresh: { comment: new } }\n")
        run = self.at(simulator, "apply", "--yes", token=token)
        self.assert_code(run, 0)


if __name__ == "__main__":
    harness.main()
