"""examples/ci/scripts/forge.sh against forges that are not there; and the workflows around it."""

import os
import re
import shutil
import subprocess
import unittest

import yaml

import harness
from forge import TOKEN, Forge

CI = harness.TESTS.parent / "examples/ci"
SCRIPTS = CI / "scripts"
WORKFLOWS = sorted([*CI.glob("github/*.yml"), *CI.glob("forgejo/*.yml")])


class Scripts(harness.EndToEnd):
    def start_forge(self, kind):
        forge = Forge(kind)
        self.addCleanup(forge.stop)
        return forge

    def forges(self):
        for kind in ("github", "forgejo", "gitlab"):
            with self.subTest(kind):
                yield self.start_forge(kind)

    def call(self, forge, line, **variables):
        return self.execute(["bash", "-euo", "pipefail", "-c", f'source "$0"; {line}',
                             SCRIPTS / "forge.sh"], {**forge.environment, **variables})

    def test_one_comment_however_often(self):
        self.write("one.md", 'first "plan"\n')
        self.write("two.md", "second `plan` $(id) \\ ü\n")
        for forge in self.forges():
            forge.comments[5] = [{"id": n, "body": "hello"} for n in range(3)]
            for name in ("one.md", "two.md", "two.md"):
                self.assert_code(self.call(forge, f"put_comment 5 '<!-- a -->' {name}"), 0)
            self.assert_code(self.call(forge, "put_comment 5 '<!-- b -->' one.md"), 0)
            self.assertEqual([comment["body"] for comment in forge.comments[5]][3:],
                             ["<!-- a -->\nsecond `plan` $(id) \\ ü\n",
                              '<!-- b -->\nfirst "plan"\n'])

    def test_one_issue_until_it_is_closed(self):
        self.write("drift.md", "somebody was here\n")
        self.write("more.md", "and here\n")
        for forge in self.forges():
            forge.issues = [
                {"number": n + 1, "title": "other", "body": None, "state": "open"}
                for n in range(3)
            ]
            if forge.kind != "gitlab": # a pull request is listed among the issues there
                forge.issues[2].update(is_pull_request=True, body="<!-- d -->")
            put = "put_issue 'Drift: prod' '<!-- d -->' "
            self.assertIn("Opened", self.call(forge, put + "drift.md").out)
            self.assertIn("Updated issue 4", self.call(forge, put + "more.md").out)
            self.assertEqual(forge.issues[3], {"number": 4, "title": "Drift: prod",
                                               "body": "<!-- d -->\nand here\n", "state": "open"})
            self.assert_code(self.call(forge, "close_issue '<!-- d -->' 'All well.'"), 0)
            self.assertEqual(forge.issues[3]["state"], "closed")
            self.assertEqual(forge.comments[4][-1]["body"], "All well.")
            before = len(forge.requests)
            self.assert_code(self.call(forge, "close_issue '<!-- d -->' 'All well.'"), 0)
            self.assertTrue(all(one.startswith("GET") for one in forge.requests[before:]))
            self.assertIn("Opened", self.call(forge, put + "drift.md").out)
            self.assertEqual(len(forge.issues), 5)

    def test_the_plan_of_a_merge(self):
        self.write("plan.json", '{"a": "plan"}\n')
        for forge in self.forges():
            forge.merged["aaaa"] = (5, "beef")
            keep = self.call(forge, "keep_plan plan-prod beef plan.json; "
                                    "keep_plan plan-prod beef plan.json")
            self.assert_code(keep, 0)
            if forge.kind != "forgejo": # there the workflow does it
                self.assertEqual(forge.plans, {})
                forge.plans["plan-prod", "beef"] = (self.folder / "plan.json").read_bytes()
            found = self.call(forge, "merged_pull_request aaaa")
            self.assertEqual(found.out, "5 beef\n")
            self.assert_code(self.call(forge, "fetch_plan plan-prod beef 5 got.json"), 0)
            self.assertEqual((self.folder / "got.json").read_text(), '{"a": "plan"}\n')
            self.assertNotEqual(self.call(forge, "fetch_plan plan-test beef 5 no.json").code, 0)

    def test_a_plan_that_a_fork_made_is_none(self):
        forge = self.start_forge("github")
        forge.plans["plan-prod", "beef"] = b"{}"
        self.assert_code(self.call(forge, "fetch_plan plan-prod beef 5 got.json"), 0)
        forge.of_forks.add("beef")
        self.assertNotEqual(self.call(forge, "fetch_plan plan-prod beef 5 no.json").code, 0)
        self.assertFalse((self.folder / "no.json").exists())

    def test_refusals_are_said_and_the_token_is_not(self):
        harness.WATCH.learn(TOKEN)
        self.write("one.md", "text\n")
        for forge in self.forges():
            wrong = self.call(forge, "put_comment 5 '<!-- a -->' one.md", FORGE_TOKEN="x" * 20)
            self.assertNotEqual(wrong.code, 0)
            self.assert_says(wrong, "HTTP 401", "who are you?")
            self.assertEqual(forge.comments, {})
            traced = self.execute(
                ["strace", "-f", "-e", "trace=execve", "-s", "2000", "bash", "-c",
                 'source "$0"; put_comment 5 "<!-- a -->" one.md', SCRIPTS / "forge.sh"],
                forge.environment)
            self.assert_code(traced, 0)
            self.assertIn("curl", traced.err) # whose arguments are watched for the token


    def test_a_receipt_in_a_comment_is_text(self):
        """The old comment of a user is a part of the receipt; it comes from whoever may write it."""
        hostile = "</pre></details> ``` <img src=x> @admin [click](https://evil.example/x) **b**"
        simulator = self.start_simulator()
        simulator.call("PUT", "/access/users/ann@pve", comment=hostile)
        self.write("access.yaml", f"""version: 1
cluster: {{ name: e2e, endpoint: "{simulator.endpoint}", tls: {{ ca_file: "{simulator.ca_file}" }} }}
groups: {{ ops: {{ comment: Ops }} }}
users: {{ ann@pve: {{ comment: fine }} }}
""")
        planned = self.at(simulator, "plan", "-f", "access.yaml", "--out", "plan.json")
        self.assert_code(planned, 0)
        forge = self.start_forge("github")
        forge.merged["aaaa"] = (5, "beef")
        forge.plans["plan-cluster", "beef"] = (self.folder / "plan.json").read_bytes()
        run = self.execute(["bash", SCRIPTS / "apply.sh"], {
            **forge.environment, "COMMIT": "aaaa", "DOCUMENTS": "access.yaml",
            "PVEFORM_API_TOKEN": f"admin@pve!ci={simulator.tokens['admin@pve!ci']}",
            "PATH": f"{harness.BINARIES}:{os.environ['PATH']}"})
        self.assert_code(run, 0)
        self.assertEqual(simulator.users()["ann@pve"]["comment"], "fine")
        [comment] = forge.comments[5]
        body = comment["body"]
        self.assertIn("**cluster**: applied", body)
        fenced = re.compile(r"^(`{3,})text\n.*?^\1$", re.DOTALL | re.MULTILINE)
        self.assertIn("<img", "".join(match[0] for match in fenced.finditer(body)))
        prose = fenced.sub("", body)
        for active in ("<img", "</pre>", "<pre>", "@admin ", "[click](", "**b**"):
            self.assertNotIn(active, prose)


class Workflows(unittest.TestCase):
    def documents(self):
        for path in WORKFLOWS:
            with self.subTest(path.relative_to(CI)):
                yield path, path.read_text(), yaml.load(path.read_text(), yaml.BaseLoader)

    def steps(self, workflow):
        for job in workflow["jobs"].values():
            yield from job["steps"]

    def test_secrets_are_out_of_the_reach_of_forks(self):
        for path, text, workflow in self.documents():
            code = re.sub(r"#.*", "", text)
            self.assertNotIn("pull_request_target", code)
            self.assertNotIn("workflow_run", code)
            writes = "PVEFORM_APPLY_TOKEN" in text
            self.assertEqual(writes, path.name == "apply.yml")
            if writes:
                self.assertEqual(list(workflow["on"]), ["push"])
                self.assertEqual(workflow["on"]["push"]["branches"], ["main"])

    def test_what_people_write_never_becomes_code(self):
        """Expressions only in variables and in parameters of actions, and none of a title, a
        branch's name or the like."""
        for _, text, workflow in self.documents():
            for step in self.steps(workflow):
                self.assertNotIn("${{", step.get("run", ""))
            for expression in re.findall(r"\$\{\{\s*(.*?)\s*\}\}", text):
                self.assertRegex(expression, r"^(secrets\.\w+|github\.(token|sha|repository|api_url|"
                                             r"server_url|event\.pull_request\.(number|head\.sha)))$")

    def test_rights_are_named_and_few(self):
        wanted = {"plan.yml": {"contents": "read", "pull-requests": "write"},
                  "apply.yml": {"contents": "read", "actions": "read", "pull-requests": "write"},
                  "drift.yml": {"contents": "read", "issues": "write"}}
        for path, _, workflow in self.documents():
            if path.parent.name == "github": # Forgejo takes no `permissions`
                self.assertEqual(workflow["permissions"], wanted[path.name])
            for step in self.steps(workflow):
                if "checkout" in step.get("uses", ""):
                    self.assertEqual(step["with"]["persist-credentials"], "false")

    def test_actions_are_of_one_version(self):
        for _, _, workflow in self.documents():
            for step in self.steps(workflow):
                if "uses" in step:
                    self.assertRegex(step["uses"], r"@v\d+\.\d+\.\d+$")

    def test_the_scripts_that_are_called_exist_and_get_what_they_need(self):
        gitlab = yaml.load((CI / "gitlab/.gitlab-ci.yml").read_text(), yaml.BaseLoader)
        found = 0
        for _, _, workflow in self.documents():
            for step in self.steps(workflow):
                for name in re.findall(r"ci/scripts/([\w-]+\.sh)", step.get("run", "")):
                    given = {**workflow["env"], **step.get("env", {})}
                    self.assert_gets(name, given)
                    found += 1
        for name, job in gitlab.items():
            if isinstance(job, dict) and "script" in job:
                given = {**gitlab["variables"], **job.get("variables", {})}
                lines = "\n".join(job["script"])
                given.update(dict.fromkeys(re.findall(r"export (\w+)=", lines)))
                given["FORGE_TOKEN"] = given["PVEFORM_API_TOKEN"] = "of the project"
                for script in re.findall(r"ci/scripts/([\w-]+\.sh)", lines):
                    self.assert_gets(script, given)
                    found += 1
        self.assertGreater(found, 14)

    def assert_gets(self, script, given):
        text = (SCRIPTS / script).read_text()
        wanted = re.search(r"^need (.*)$", text, re.MULTILINE)
        for name in wanted[1].split() if wanted else []:
            self.assertIn(name, given, script)
        self.assertTrue((SCRIPTS / script).stat().st_mode & 0o100)

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_shellcheck(self):
        scripts = sorted(SCRIPTS.glob("*.sh"))
        done = subprocess.run(["shellcheck", "--external-sources", *scripts], cwd=SCRIPTS,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    harness.main()
