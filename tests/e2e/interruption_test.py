"""The n-th request fails, for every n: whatever breaks, the exit code and the receipt are honest,
no live token exists whose secret is not in the file, and one more run finishes the work."""

import harness
import proxy

DOCUMENT = """
version: 1
cluster: { name: e2e }
secrets: { file: { path: secrets.json } }
roles:
  Deployer: { privileges: [VM.Audit, VM.Snapshot] }   # loses two, gains one
groups:
  ops: { comment: Operations, members: [ann@pve, svc@pve], acl: [] }
  fresh: { comment: new }
users:
  svc@pve:
    acl: [{ path: /vms/100, role: Deployer }, { path: /, role: PVEAuditor }]
    tokens:
      one: { expire: 2032-01-31, acl: same_as_user }
      two: { privilege_separation: false, expire: never }
  metrics@pve:
    tokens:
      exporter: { expire: 2032-01-31, acl: [{ path: /, role: PVEAuditor }] }
"""
NEW_TOKENS = {"svc@pve!one", "svc@pve!two", "metrics@pve!exporter"}
NEVER_CONFIRMED = 1
FEWEST = 10  # an apply has more requests, and more writes


class Interruptions(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)

    def apply_through(self, simulator, fault):
        """Runs an apply whose requests go through a proxy; gives both."""
        between = proxy.Proxy(simulator, self.folder, fault)
        try:
            return self.at(between, "apply", "--yes", "--format", "json"), between
        finally:
            between.stop()

    def assert_no_live_token_without_its_secret(self, simulator):
        stored = self.stored_secrets()
        for token, record in simulator.user_tokens().items():
            if token in NEW_TOKENS and record["expire"] != NEVER_CONFIRMED:
                self.assertIn(token, stored)
                self.assertTrue(simulator.accepts(f"{token}={stored[token]['secret']}"), token)

    def assert_honest(self, run, between):
        """6 if and only if a write succeeded or may have and the goal was not reached; and what the
        receipt calls done was carried out."""
        wrote = bool(between.possible_writes)
        self.assertIn(run.code, (0, 6) if wrote else (1,), str(run))
        if not run.out:  # nothing but an error: it never came to a plan
            self.assertFalse(wrote, str(run))
            return
        outcomes = [step["outcome"] for step in run.json["steps"]]
        self.assertLessEqual(set(outcomes), {"done", "failed", "unknown", "not attempted"})
        for step in run.json["steps"]:
            self.assertEqual(bool(step["reason"]), step["outcome"] != "done", step)
        self.assertLessEqual(outcomes.count("done"), len(between.possible_writes), str(run))
        self.assertEqual(run.json["verified"], run.code == 0, str(run))
        if run.code == 0:
            self.assertEqual(set(outcomes), {"done"})

    def assert_one_rerun_finishes(self, simulator):
        run = self.at(simulator, "apply", "--yes")
        self.assert_code(run, 0)
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 0)
        stored = self.stored_secrets()
        self.assertEqual(set(stored), NEW_TOKENS)
        for token, record in stored.items():
            self.assertTrue(simulator.accepts(f"{token}={record['secret']}"), token)
        self.assertLessEqual(NEW_TOKENS | {"ann@pve!kept"}, set(simulator.user_tokens()))

    def sweep(self, fault, check=lambda run, between: None, only_writes=False):
        """Lets the n-th request (or write) meet the fault, for every n that an apply has (or some of
        them, in thin sweeps); gives how many requests (or writes) an apply has."""
        step = harness.stride(1)
        first = 1 + harness.begin(min(step, FEWEST))
        number = first
        while (seen := self.meets(fault, number, check, only_writes)) >= number:
            number += step
        print(f"{fault}: {(number - first) // step} of {seen} tried", flush=True)
        return seen

    def meets(self, fault, number, check, only_writes):
        """One apply with the fault at one request; gives how many requests it made."""
        seen = []

        def fault_at(_, method, path):
            if method != "GET" or not only_writes:
                seen.append(path)
                return fault if len(seen) == number else None

        simulator = harness.Simulator(self.folder)
        try:
            run, between = self.apply_through(simulator, fault_at)
            if len(seen) < number:
                return len(seen)
            with self.subTest(fault=fault, number=number):
                self.assert_no_live_token_without_its_secret(simulator)
                self.assert_honest(run, between)
                check(run, between)
                self.assert_one_rerun_finishes(simulator)
        finally:
            self.learn_stored_secrets()
            (self.folder / "secrets.json").unlink(missing_ok=True)
            simulator.stop()
        return len(seen)

    def check_that_the_goal_was_missed(self, run, between):
        self.assertEqual(run.code, 6 if between.possible_writes else 1, str(run))

    def test_the_server_dies_before_the_nth_request(self):
        tried = self.sweep(proxy.DIE_BEFORE, self.check_that_the_goal_was_missed)
        self.assertGreater(tried, 25)  # that many an apply has: all of them were met

    def test_the_server_dies_after_the_nth_request(self):
        tried = self.sweep(proxy.DIE_AFTER, self.check_that_the_goal_was_missed)
        self.assertGreater(tried, 25)

    def test_the_connection_breaks_before_the_nth_request(self):
        self.assertGreater(self.sweep(proxy.DROP_BEFORE), 25)

    def test_the_connection_breaks_after_the_nth_request(self):
        self.assertGreater(self.sweep(proxy.DROP_AFTER), 25)

    def test_the_nth_write_is_refused(self):
        refusal = (500, "application/json", '{"data":null,"message":"made to fail\\n"}')

        def check(run, between):
            self.check_that_the_goal_was_missed(run, between)
            self.assertIn("made to fail", run.out)

        self.assertGreater(self.sweep(refusal, check, only_writes=True), FEWEST)


if __name__ == "__main__":
    harness.main()
