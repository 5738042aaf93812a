"""Where new secrets go, what is refused before anything is written, and who gets to see them."""

import fcntl
import json
import stat

import harness

USERS = """
users:
  svc@pve:
    tokens:
      one: { expire: 2032-01-31 }
      two: { expire: never }
"""
NEW_TOKENS = {"svc@pve!one", "svc@pve!two"}
NEVER_CONFIRMED = 1


class Secrets(harness.EndToEnd):
    def document(self, sink):
        self.write(
            "pveform.yaml", f"version: 1\ncluster: {{ name: e2e }}\nsecrets: {{ {sink} }}\n{USERS}"
        )

    def script(self, name, text):
        path = self.write(name, "#!/bin/sh\nset -eu\n" + text)
        path.chmod(0o700)
        return path

    def apply(self, simulator, *options, **rest):
        return self.at(simulator, "apply", "--yes", *options, **rest)

    def assert_finished(self, simulator, records):
        """The records hold what PVE accepts, and nothing is left to do."""
        self.assertEqual(set(records), NEW_TOKENS)
        for token, record in records.items():
            harness.WATCH.learn(record["secret"])
            self.assertEqual(record["authorization"], f"PVEAPIToken={token}={record['secret']}")
            self.assertTrue(simulator.accepts(f"{token}={record['secret']}"), token)
        self.assert_code(self.at(simulator, "plan", "--detailed-exitcode"), 0)

    def assert_untouched(self, simulator):
        self.assertFalse(NEW_TOKENS & set(simulator.user_tokens()))

    def records_in(self, folder):
        return {
            path.stem: json.loads(path.read_text())
            for path in (self.folder / folder).glob("*.json")
        }

    def test_a_folder_gets_a_file_for_each_token(self):
        self.document("directory: { path: vault }")
        simulator = self.start_simulator()
        refused = self.apply(simulator)
        self.assert_code(refused, 1)
        self.assert_says(refused, "mkdir -m 700")
        self.assert_untouched(simulator)

        (self.folder / "vault").mkdir(mode=0o700)
        run = self.apply(simulator)
        self.assert_code(run, 0)
        self.assert_says(run, "2 secrets stored in")
        for path in (self.folder / "vault").glob("*.json"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assert_finished(simulator, self.records_in("vault"))

    def test_a_command_gets_each_record_on_its_standard_input(self):
        (self.folder / "out").mkdir()
        self.script("keep.sh", 'cat >"out/record.$$"\nmv "out/record.$$" "out/$$.json"\n')
        self.document("command: { run: [./keep.sh] }")
        simulator = self.start_simulator()
        self.assert_code(self.apply(simulator), 0)
        records = self.records_in("out").values()
        self.assert_finished(simulator, {record["name"]: record for record in records})

    def test_a_command_stores_for_one_run_at_a_time(self):
        (self.folder / "out").mkdir()
        self.script("keep.sh", 'cat >"out/$$.json"\n')
        self.document("command: { run: [./keep.sh] }")
        simulator = self.start_simulator()
        self.assert_code(self.at(simulator, "ping"), 0)
        state = self.folder / ".local"
        self.assertFalse(state.exists())  # a look leaves nothing behind
        self.assert_code(self.apply(simulator), 0)
        for record in self.records_in("out").values():
            harness.WATCH.learn(record["secret"])
        (lock,) = state.glob("state/pveform/.*.lock")
        (self.folder / "out").rename(self.folder / "first")
        (self.folder / "out").mkdir()
        with lock.open() as held:  # as another run would
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for command in (["rotate", "svc@pve!one", "--yes"], ["ping"]):
                run = self.at(simulator, *command)
                self.assert_code(run, 1)
                self.assert_says(run, "another run of pveform")
        self.assertEqual(self.records_in("out"), {})
        self.assert_code(self.at(simulator, "rotate", "svc@pve!one", "--yes"), 0)
        for record in self.records_in("out").values():
            harness.WATCH.learn(record["secret"])
            self.assertEqual(record["name"], "svc@pve!one")

    def test_a_command_that_fails_leaves_a_dead_token_and_a_spooled_secret(self):
        self.script("keep.sh", "cat >/dev/null\necho no vault here >&2\nexit 7\n")
        self.document("command: { run: [./keep.sh] }")
        simulator = self.start_simulator()
        run = self.apply(simulator)
        spool = self.folder / ".local/state/pveform"
        spooled = self.records_in(spool)
        for record in spooled.values():
            harness.WATCH.learn(record["secret"])
        self.assert_code(run, 6)
        self.assert_says(run, "exit code 7", "no vault here", str(spool))
        self.assertEqual([record["name"] for record in spooled.values()], ["svc@pve!one"])
        for path in spool.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(simulator.user_tokens()["svc@pve!one"]["expire"], NEVER_CONFIRMED)
        self.assertNotIn("svc@pve!two", simulator.user_tokens())

        (self.folder / "out").mkdir()
        self.script("keep.sh", 'cat >"out/$$.json"\n')
        self.assert_code(self.apply(simulator), 0)
        records = self.records_in("out").values()
        self.assert_finished(simulator, {record["name"]: record for record in records})

    def test_a_command_that_does_not_read_has_not_stored(self):
        simulator = self.start_simulator()
        for command in ("[echo, stored]", "[dd, bs=1, count=20, of=part]"):
            self.document(f"command: {{ run: {command} }}")
            run = self.apply(simulator)
            spooled = self.records_in(".local/state/pveform").values()
            harness.WATCH.learn(*(record["secret"] for record in spooled))
            self.assert_code(run, 6)
            self.assert_says(run, "it ended well, but did not read the secret", "was kept in")
            self.assertEqual(simulator.user_tokens()["svc@pve!one"]["expire"], NEVER_CONFIRMED)
            self.assertEqual({record["name"] for record in spooled}, {"svc@pve!one"})

    def test_a_command_that_hangs_is_ended(self):
        self.script("keep.sh", "exec sleep 1000\n")
        self.document("command: { run: [./keep.sh], timeout: 1s }")
        simulator = self.start_simulator()
        run = self.apply(simulator)
        for record in self.records_in(".local/state/pveform").values():
            harness.WATCH.learn(record["secret"])
        self.assert_code(run, 6)
        self.assert_says(run, "takes too long")

    def test_nothing_is_written_where_a_sink_is_not_safe(self):
        self.document("file: { path: secrets.json }")
        simulator = self.start_simulator()
        path = self.write("secrets.json", '{"tokens": {}}')

        def assert_refused(*texts):
            run = self.apply(simulator)
            self.assert_code(run, 1)
            self.assert_says(run, "pveform.yaml", *texts)
            self.assert_untouched(simulator)

        path.chmod(0o644)
        assert_refused("others can read or write", "chmod 600")
        path.chmod(0o600)
        (self.folder / "other.json").hardlink_to(path)
        assert_refused("has 2 names")
        (self.folder / "other.json").unlink()
        self.folder.chmod(0o777)
        assert_refused("others can write in folder")
        self.folder.chmod(0o700)
        with open(self.folder / ".secrets.json.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert_refused("another run of pveform")
        self.assert_code(self.apply(simulator), 0)
        self.assert_finished(simulator, self.stored_secrets())

    def test_a_folder_that_others_could_exchange_is_refused(self):
        (self.folder / "outer/inner/vault").mkdir(mode=0o700, parents=True)
        (self.folder / "outer/inner").chmod(0o755)
        simulator = self.start_simulator()
        for sink in ("file: { path: outer/inner/secrets.json }", "directory: { path: outer/inner/vault }",
                     "command: { run: [./keep.sh] }"):
            self.script("keep.sh", 'cat >"outer/inner/vault/$$.json"\n')
            self.document(sink)
            (self.folder / "outer").chmod(0o777)
            run = self.apply(simulator, environment={"XDG_STATE_HOME": f"{self.folder}/outer/state"})
            self.assert_code(run, 1)
            self.assert_says(run, f"others can write in folder `{self.folder}/outer` (mode 0777)",
                             f"`chmod o-w {self.folder}/outer`")
            self.assert_untouched(simulator)
        (self.folder / "outer").chmod(0o1777)
        run = self.apply(simulator, environment={"XDG_STATE_HOME": f"{self.folder}/outer/state"})
        self.assert_code(run, 0)
        records = self.records_in("outer/inner/vault").values()
        self.assert_finished(simulator, {record["name"]: record for record in records})

    def test_neither_arguments_nor_environments_hold_a_secret(self):
        (self.folder / "out").mkdir()
        self.script("keep.sh", """
cat >"out/$$.json"
{ env; tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$PPID/cmdline; } >>seen
grep '^Max core file size' /proc/$PPID/limits >>limits
""")
        self.document("command: { run: [./keep.sh] }")
        simulator = self.start_simulator()
        self.assert_code(self.apply(simulator), 0)
        records = self.records_in("out").values()
        self.assert_finished(simulator, {record["name"]: record for record in records})
        harness.WATCH.see("what a sink can see", (self.folder / "seen").read_text())
        self.assertIn("apply", (self.folder / "seen").read_text())
        for line in (self.folder / "limits").read_text().splitlines():
            self.assertEqual(line.split()[4:6], ["0", "0"])

    def apply_in_job(self, script, watch=harness.WATCH, **environment):
        """The secrets of an apply that is a line of a step's script, `"$@"`, and the run."""
        (self.folder / "secrets.json").unlink(missing_ok=True)
        (self.folder / "log").unlink(missing_ok=True)
        self.document("file: { path: secrets.json }")
        simulator = self.start_simulator()
        run = self.execute(
            ["bash", "-e", self.write("step.sh", script), harness.BINARIES / "pveform", "apply", "--yes",
             "--endpoint", simulator.endpoint, "--ca-file", simulator.ca_file],
            {**harness.GITHUB_JOB, **environment,
             "PVEFORM_API_TOKEN": f"admin@pve!ci={simulator.tokens['admin@pve!ci']}"},
            watch=watch,
        )
        self.assert_code(run, 0)
        return {record["secret"] for record in self.stored_secrets().values()}, run

    def masked_in(self, text):
        masks = [line for line in text.splitlines() if line.startswith("::add-mask::")]
        return {mask.removeprefix("::add-mask::") for mask in masks}

    def test_github_is_told_what_to_hide(self):
        for script in ('exec "$@"', '"$@"\necho done', 'bash -c \'"$@"; true\' bash "$@" | tee log',
                       'timeout 60 "$@" >log'):
            with self.subTest(script):
                secrets, run = self.apply_in_job(script, harness.SecretWatch())
                self.assertEqual(self.masked_in(run.err), secrets)
                self.assertNotIn("note: new secrets", run.err)
                rest = "\n".join(line for line in run.err.splitlines() if "::add-mask::" not in line)
                harness.WATCH.see("pveform, but for the masks", run.out + rest)

    def test_what_other_programs_keep_holds_no_masks(self):
        """The secrets themselves would be in a log of their own, or in a comment."""
        for script in (
            '"$@" 2>&1 | tee log',
            'said=$("$@" 2>&1)\necho "$said"',
            'said=$("$@" 2>&1; true)\necho "$said"',
            '{ "$@"; true; } 2>&1 | tee log',
            'bash -c \'"$@"; true\' bash "$@" 2>&1 | tee log',
            'exec 2> >(tee log >&2)\n"$@"\n',
        ):
            with self.subTest(script):
                _, run = self.apply_in_job(script)
                self.assertNotIn("add-mask", run.out + run.err)
                self.assert_says(run, "something else than the runner", "PVEFORM_ADD_MASK=true")

    def test_a_file_gets_no_masks(self):
        for asked in ("", "true"):
            self.apply_in_job('"$@" 2>log', PVEFORM_ADD_MASK=asked)
            text = (self.folder / "log").read_text()
            harness.WATCH.see("the file of errors", text)
            self.assertNotIn("add-mask", text)
            self.assertIn("standard error is a file", text)

    def test_whether_to_mask_can_be_said(self):
        _, run = self.apply_in_job('"$@"', PVEFORM_ADD_MASK="false")
        self.assertNotIn("mask", run.out + run.err)
        secrets, run = self.apply_in_job('"$@" 2>&1 | tee log', harness.SecretWatch(),
                                         PVEFORM_ADD_MASK="true")
        self.assertEqual(self.masked_in(run.out), secrets)
        secrets, run = self.apply_in_job('"$@"', harness.SecretWatch(), GITHUB_ACTIONS="",
                                         PVEFORM_ADD_MASK="true")
        self.assertEqual(self.masked_in(run.err), secrets)

    def test_without_the_number_of_a_run_nothing_is_masked(self):
        _, run = self.apply_in_job('"$@"', GITHUB_RUN_ID="")
        self.assertNotIn("add-mask", run.err)

    def test_an_apply_with_closed_streams_is_finished_and_writes_into_no_connection(self):
        (self.folder / "out").mkdir()
        self.script("keep.sh", 'cat >"out/$$.json"\necho complaint >&2\n')
        self.document("command: { run: [./keep.sh] }")
        for closed in ("<&- 2>&-", "<&- >&-", "<&- >&- 2>&-", ">&- 2>&-"):
            for runner in ("true", "false"):
                simulator = self.start_simulator()
                run = self.apply(
                    simulator, "--quiet", before=["sh", "-c", f'exec "$@" {closed}', "sh"],
                    watch=harness.SecretWatch(), environment={"GITHUB_ACTIONS": runner})
                with self.subTest(closed=closed, runner=runner):
                    # An output that is lost is told as what it is.
                    self.assert_code(run, 6 if " >&-" in f" {closed}" else 0)
                    if "2>&-" not in closed:
                        self.assert_says(run, "the output could not be written")
                    records = self.records_in("out").values()
                    self.assert_finished(
                        simulator, {record["name"]: record for record in records})
                for path in (self.folder / "out").iterdir():
                    path.unlink()

    def test_an_apply_whose_receipt_nobody_reads_is_finished(self):
        self.document("file: { path: secrets.json }")
        simulator = self.start_simulator()
        self.into_nothing(simulator, "--quiet")
        self.assert_finished(simulator, self.stored_secrets())

    def test_an_apply_whose_plan_nobody_reads_changes_nothing(self):
        self.document("file: { path: secrets.json }")
        simulator = self.start_simulator()
        before = simulator.user_tokens()
        run = self.into_nothing(simulator)
        self.assertEqual(run.err.count("the output could not be written"), 1, str(run))
        self.assert_says(run, "nothing was changed")
        self.assertEqual(simulator.user_tokens(), before)

    def into_nothing(self, simulator, *options):
        """An apply whose standard output has no reader."""
        return self.execute(
            ["sh", "-c", '"$0" "$@" | true', harness.BINARIES / "pveform", "apply", "--yes",
             "--endpoint", simulator.endpoint, "--ca-file", simulator.ca_file, *options],
            {"PVEFORM_API_TOKEN": f"admin@pve!ci={simulator.tokens['admin@pve!ci']}"},
        )


if __name__ == "__main__":
    harness.main()
