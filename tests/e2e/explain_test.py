"""`explain` on a live cluster, of what is and of what is planned."""

import harness

# Ann gets an entry of her own on the pool's guests, which hides what her group has there.
DOCUMENT = """version: 1
cluster: { name: e2e }
users:
  ann@pve:
    acl:
      - { path: /pool/prod, role: PVEAuditor }
"""


class Explain(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)
        self.simulator = self.start_simulator()

    def explain(self, *arguments, **rest):
        return self.at(self.simulator, "explain", *arguments, token="admin@pve!reader", **rest)

    def test_what_somebody_may_do_now_and_by_which_entries(self):
        run = self.explain("ann@pve", "/vms/100", "--why", "VM.PowerMgmt")
        self.assert_code(run, 0)
        self.assert_says(run, "ann@pve on /vms/100: holds VM.PowerMgmt", "PVEVMUser for @ops on /pool/prod")
        who = self.explain("--who-can", "VM.PowerMgmt", "/vms/100")
        self.assert_code(who, 0)
        self.assert_says(who, "VM.PowerMgmt on /vms/100 is held by", "ann@pve", "admin@pve")

    def test_one_question_at_a_time(self):
        """Wherever on the line the principal stands: it was silently left aside."""
        for line in (("ann@pve", "--who-can", "VM.PowerMgmt", "/vms/100"),
                     ("--who-can", "VM.PowerMgmt", "/vms/100", "ann@pve")):
            run = self.explain(*line)
            self.assert_code(run, 3)
            self.assertEqual(run.out, "")
            self.assert_says(run, "these are two questions",
                             "`pveform explain --who-can VM.PowerMgmt /vms/100`",
                             "`pveform explain 'ann@pve' /vms/100 --why VM.PowerMgmt`")

    def test_a_path_is_normalised_or_refused(self):
        for path in ("vms/100", "/vms/100/"):
            run = self.explain("ann@pve", path, "--why", "VM.PowerMgmt")
            self.assert_code(run, 0)
            self.assert_says(run, "ann@pve on /vms/100: holds VM.PowerMgmt")
        for asked in (["ann@pve", "/vmz/100"], ["--who-can", "VM.PowerMgmt", "/vmz/100"]):
            run = self.explain(*asked)
            self.assert_code(run, 3)
            self.assert_says(run, "`/vmz/100` is no ACL path of PVE 9.2", "did you mean `/vms/100`?")

    def test_what_somebody_could_do_after_the_plan(self):
        run = self.explain("ann@pve", "/vms/100", "--why", "VM.PowerMgmt", "--planned")
        self.assert_code(run, 0)
        self.assert_says(
            run, "ann@pve on /vms/100: does not hold VM.PowerMgmt",
            "PVEVMUser for @ops on /pool/prod, through pool prod: "
            "hidden by PVEAuditor for ann@pve on /pool/prod",
        )
        who = self.explain("--who-can", "VM.PowerMgmt", "/vms/100", "--planned")
        self.assert_code(who, 0)
        self.assertNotIn("ann@pve", who.out)
        self.assertIn("admin@pve", who.out)
        # Nothing of it was done.
        self.assertNotIn(("/pool/prod", "ann@pve", "PVEAuditor", True), self.simulator.acl())
        self.assert_says(self.explain("ann@pve", "/vms/100", "--why", "VM.PowerMgmt"), "holds VM.PowerMgmt")

    def test_without_a_path_every_line_names_places(self):
        """What an entry at a guest gives below it is nothing: nothing is there."""
        self.write(
            "user.cfg",
            "user:root@pam:1:0::::::\nuser:ann@pve:1:0::::::\npool:prod::100:::\n"
            "acl:1:/pool/prod:ann@pve:PVEVMAdmin:\nacl:1:/vms/100:ann@pve:PVEAuditor:\n",
        )
        run = self.pveform("explain", "ann@pve", "--live", "user.cfg")
        self.assert_code(run, 0)
        self.assertEqual(
            [line.split(" on ")[-1] for line in run.out.splitlines()],
            ["ann@pve holds", "/pool/prod and below", "/vms/100"],
        )

    def test_in_json(self):
        now = self.explain("ann@pve", "/vms/100", "--format", "json").json
        planned = self.explain("ann@pve", "/vms/100", "--planned", "--format", "json").json
        self.assertIn("VM.PowerMgmt", str(now))
        self.assertNotEqual(now, planned)

    def test_a_view_that_pve_filters_is_no_answer(self):
        for more in ([], ["--planned"]):
            run = self.at(self.simulator, "explain", "ann@pve", "/vms/100", *more, token="blind@pve!ci")
            self.assert_code(run, 7)
            self.assertEqual(run.out, "")


if __name__ == "__main__":
    harness.main()
