"""A story, told with the very scripts of examples/ci: a pull request is planned, reviewed, merged and
applied; somebody edits the cluster by hand; the nightly look finds it, until it is mended."""

import json
import re

import harness
from forge import TOKEN, Forge

SCRIPTS = harness.TESTS.parent / "examples/ci/scripts"

CLUSTER = """version: 1
cluster:
  name: prod
  endpoint: {endpoint}
  tls: {{ ca_file: {ca_file} }}
  apply_as: admin@pve!ci
secrets: {{ file: {{ path: ../secrets.json }} }}
"""
GROUPS = """version: 1
groups:
  dev: { comment: Developers }
  ops: { comment: Ops }
"""
DEPLOY = """version: 1
users:
  deploy@pve:
    comment: Deploys
    groups: [ops]
    acl: [{ path: /vms/100, role: PVEVMUser }]
    tokens: { runner: { expire: 2033-01-01, acl: same_as_user } }
"""


class Story(harness.EndToEnd):
    def begin(self, kind):
        harness.WATCH.learn(TOKEN)
        self.forge = Forge(kind)
        self.addCleanup(self.forge.stop)
        self.simulator = self.start_simulator()
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(".gitignore", "/secrets.json\n/.secrets.json*\n/pveform-out/\n")
        self.write("access/cluster.yaml", CLUSTER.format(
            endpoint=self.simulator.endpoint, ca_file=self.simulator.ca_file))
        self.write("access/groups.yaml", GROUPS)
        self.commit("Begin")

    def git(self, *arguments):
        run = self.execute(["git", *arguments], {
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com"})
        self.assert_code(run, 0)
        return run.out.strip()

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def script(self, name, token, **variables):
        """What a job does, with the token of PVE that it gets to see."""
        environment = {
            **self.forge.environment, "DOCUMENTS": "access", "CLUSTER": "prod", **variables,
            "PATH": f"{harness.BINARIES}:/usr/local/bin:/usr/bin:/bin",
        }
        if token:
            environment["PVEFORM_API_TOKEN"] = f"{token}={self.simulator.tokens[token]}"
        return self.execute([SCRIPTS / name], environment)

    # What people and the forge do.

    def push(self, number, head, code=0):
        """To a pull request: its checks run."""
        plan = self.script("plan.sh", "admin@pve!reader")
        self.assert_code(plan, code)
        shown = self.script("comment.sh", None, PULL_REQUEST=str(number), COMMIT=head)
        self.assert_code(shown, 0)
        saved = self.folder / "pveform-out/plan.json"
        if code == 0 and self.forge.kind != "forgejo": # the workflow's own step keeps it
            self.forge.plans["plan-prod", head] = saved.read_bytes()
        return self.forge.comments[number]

    def merge(self, number, head):
        """As a commit of its own; the branch is up to date."""
        commit = self.commit(f"Merge {number}")
        self.forge.merged[commit] = (number, head)
        for path in (self.folder / "pveform-out").iterdir(): # another runner has none of it
            path.unlink()
        return commit, self.script("apply.sh", "admin@pve!ci", COMMIT=commit)

    def look_for_drift(self):
        run = self.script("drift.sh", "admin@pve!reader")
        self.assert_code(run, 0)
        return run

    def tell(self, kind):
        self.begin(kind)

        # A pull request: its plan is a comment, one however often it is pushed to.
        self.write("access/deploy.yaml", DEPLOY.replace("Deploys", "Deploy"))
        comments = self.push(1, self.commit("A robot that deploys"))
        self.assertEqual(len(comments), 1)
        self.assertIn("deploy@pve", comments[0]["body"])
        self.write("access/deploy.yaml", DEPLOY)
        head = self.commit("Its comment")
        comments = self.push(1, head)
        self.assertEqual(len(comments), 1)
        self.assertIn("Deploys", comments[0]["body"])
        self.assertNotIn("deploy@pve", self.simulator.users())

        # Merged: that plan is carried out, and the secret is where the documents say.
        merged, done = self.merge(1, head)
        self.assert_code(done, 0)
        self.assertIn("deploy@pve", self.simulator.users())
        secret = self.stored_secrets()["deploy@pve!runner"]["secret"]
        self.assertTrue(self.simulator.accepts(f"deploy@pve!runner={secret}"))
        self.assertIn("**prod**: applied", comments[-1]["body"])
        self.assertIn("Verified", comments[-1]["body"])
        self.look_for_drift()
        self.assertEqual(self.forge.issues, [])

        # Somebody edits by hand, and again: one issue says so.
        self.simulator.call("PUT", "/access/groups/ops", comment="Ops, renamed <b>by hand</b>")
        self.look_for_drift()
        self.simulator.call("PUT", "/access/acl", path="/", users="deploy@pve", roles="PVEAdmin")
        self.look_for_drift()
        (issue,) = self.forge.open_issues()
        self.assertEqual(issue["title"], "Drift: prod")
        self.assertIn("PVEAdmin", issue["body"])
        self.assertIn("by hand", issue["body"])
        self.assertNotIn("<b>", re.sub(r"```.*?```|``.*?``|`[^`\n]*`", "", issue["body"],
                                       flags=re.DOTALL)) # in code it is only shown

        # Mended by a pull request that takes the new name and not the entry.
        self.write("access/groups.yaml", GROUPS.replace("Ops", '"Ops, renamed <b>by hand</b>"'))
        head = self.commit("The name is better")
        comments = self.push(2, head)
        self.assertIn("PVEAdmin", comments[0]["body"])
        _, done = self.merge(2, head)
        self.assert_code(done, 0)
        self.assertNotIn(("/", "deploy@pve", "PVEAdmin", True), self.simulator.acl())
        self.assertIn("Closed issue", self.look_for_drift().out)
        self.assertEqual(self.forge.open_issues(), [])

    def test_on_github(self):
        self.tell("github")

    def test_on_forgejo(self):
        self.tell("forgejo")

    def test_on_gitlab(self):
        self.tell("gitlab")

    def test_what_changed_since_the_review_is_not_applied(self):
        self.begin("github")
        self.write("access/deploy.yaml", DEPLOY)
        head = self.commit("A robot")
        self.push(1, head)
        self.simulator.call("PUT", "/access/groups/dev", comment="another word for them")
        _, done = self.merge(1, head)
        self.assert_code(done, 5)
        self.assertNotIn("deploy@pve", self.simulator.users())
        self.assertEqual(self.simulator.call("GET", "/access/groups/dev")["comment"],
                         "another word for them")
        self.assertIn("not applied", self.forge.comments[1][-1]["body"])

    def test_a_plan_that_somebody_made_up_does_nothing(self):
        self.begin("gitlab")
        self.write("access/deploy.yaml", DEPLOY)
        head = self.commit("A robot")
        self.push(1, head)
        plan = self.forge.plans["plan-prod", head].decode()
        for forged in (plan.replace("PVEVMUser", "Administrator"), "{}", "", plan[:-20]):
            with self.subTest(forged[:20]):
                self.forge.plans["plan-prod", head] = forged.encode()
                before = self.simulator.acl()
                _, done = self.merge(1, head)
                self.assertIn(done.code, (1, 3, 5), str(done))
                self.assertEqual(self.simulator.acl(), before)
                self.assertNotIn("deploy@pve", self.simulator.users())

    def test_what_was_not_reviewed_is_not_applied(self):
        self.begin("github")
        self.write("access/deploy.yaml", DEPLOY)
        commit = self.commit("Pushed to main")
        done = self.script("apply.sh", "admin@pve!ci", COMMIT=commit)
        self.assert_code(done, 1)
        self.assert_says(done, "what was not reviewed is not applied")
        self.forge.merged[commit] = (1, "beef")
        done = self.script("apply.sh", "admin@pve!ci", COMMIT=commit)
        self.assert_code(done, 1)
        self.assert_says(done, "has no plan for beef")
        self.assertNotIn("deploy@pve", self.simulator.users())

    def test_forks_see_no_token(self):
        self.begin("github")
        run = self.script("plan.sh", None)
        self.assert_code(run, 0)
        self.assert_says(run, "no plan was made")
        snapshot = self.at(self.simulator, "snapshot", "--out", "snapshot.json")
        self.assert_code(snapshot, 0)
        self.write("access/deploy.yaml", DEPLOY)
        run = self.script("plan.sh", None, SNAPSHOT="snapshot.json")
        self.assert_code(run, 0)
        self.assert_says(run, "deploy@pve")
        self.assertFalse((self.folder / "pveform-out/plan.json").exists())

    def test_a_mistake_is_said_where_it_is_reviewed(self):
        self.begin("github")
        self.write("access/deploy.yaml", DEPLOY.replace("users", "usrs"))
        comments = self.push(1, self.commit("A typing error"), code=3)
        self.assertIn("there is no plan", comments[0]["body"])
        self.write("access/deploy.yaml", DEPLOY + "limits: { destroy: 0 }\n"
                   "absent: { users: [bob@pve] }\n")
        comments = self.push(1, self.commit("Away with bob"), code=4)
        self.assertEqual(len(comments), 1)
        self.assertIn("--allow-destroy", comments[0]["body"])
        self.assertEqual(json.dumps(self.forge.plans), "{}")


if __name__ == "__main__":
    harness.main()
