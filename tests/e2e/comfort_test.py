"""What makes a tool pleasant: suggestions, colours where they are wanted, a pager, a line of progress,
schemas at hand; and that `--quiet` is."""

import json
import re

import harness
from terminal import Terminal

SCHEMAS = harness.TESTS.parent / "schemas"
MANY = "version: 1\ngroups:\n" + "".join(f"  g{n:03}: {{ comment: Group {n} }}\n" for n in range(60))
FEW = "version: 1\ngroups: { fresh: { comment: new }, second: {} }\n"
ESCAPE = "\x1b["


class Schema(harness.EndToEnd):
    def test_every_schema_is_printed_as_it_is(self):
        files = sorted(SCHEMAS.glob("*.schema.json"))
        self.assertGreaterEqual(len(files), 3)
        for path in files:
            name = path.name.removesuffix(".schema.json").replace("pveform", "document")
            with self.subTest(name):
                run = self.pveform("schema", name)
                self.assert_code(run, 0)
                self.assertEqual(run.out, path.read_text())
                json.loads(run.out)

    def test_the_document_comes_first(self):
        self.assertEqual(self.pveform("schema").out, self.pveform("schema", "document").out)
        self.assertRegex(self.pveform("schema", "--help").out, r"schema document\|")


class Suggestions(harness.EndToEnd):
    def test_what_was_meant(self):
        for line, complaint, help in [
            ("plann", "unknown command `plann`", "did you mean `pveform plan`?"),
            ("help plan", "no command `help`", "write `pveform plan --help`"),
            ("help", "no command `help`", "write `pveform --help`"),
            ("dif", "unknown command `dif`", "did you mean `pveform diff`?"),
            ("policy explian hidden-entry", "unknown command `explian`",
             "did you mean `pveform policy explain`?"),
            ("plan --detailed-exit-code", "unknown flag `--detailed-exit-code`",
             "did you mean `--detailed-exitcode`?"),
            ("plan --formt=json", "unknown flag `--formt`", "did you mean `--format`?"),
            ("policy explain --quite x", "unknown flag `--quite`", "did you mean `--quiet`?"),
            ("validate --detailed-exitcode", "unknown flag `--detailed-exitcode`",
             "it belongs to `pveform plan`"),
            ("plan --format jsn", "--format: unknown value `jsn`", "did you mean `json`?"),
            ("plan --format xml", "--format: unknown value `xml`", "it is one of text, json, markdown"),
            ("schema docment", "unknown value `docment`", "did you mean `document`?"),
            ("completion bsh", "unknown value `bsh`", "did you mean `bash`?"),
            ("plan --target usr:x", "", "did you mean `user:…`?"),
            ("plan --allow-destroy", "`--allow-destroy` needs a value",
             "write `--allow-destroy N`, with the number that the plan names"),
            ("apply --allow-acl-removals", "`--allow-acl-removals` needs a value",
             "write `--allow-acl-removals N`, with the number that the plan names"),
            ("rotate x --allow-cascade=", "`--allow-cascade` needs a value",
             "write `--allow-cascade N`, with the number that the plan names"),
            ("plan --allow-destroy --format json",
             "`--allow-destroy` needs a value, and `--format` follows",
             "write `--allow-destroy N`, with the number that the plan names"),
            ("apply --allow-destroy --yes", "`--allow-destroy` needs a value, and `--yes` follows", ""),
            ("plan --allow-destroy=all", "`--allow-destroy` takes a whole number, 0 or more, not `all`",
             "list the flags"),
            ("plan --allow-destroy 1 --allow-destroy 2", "`--allow-destroy` is there more than once",
             "give it once"),
            ("plan --format", "`--format` needs a value", "write `--format text|json|markdown`"),
            ("plan -f", "`--file` needs a value", "write `--file PATH`"),
            ("explain --who-can VM.Audit", "`--who-can` needs 2 values",
             "write `--who-can PRIVILEGE ACL_PATH`"),
            ("plan access/", "unexpected argument `access/`", "`pveform plan -f access/`"),
            ("diff access", "unexpected argument `access`", "`pveform plan -f access`"),
            ("drift .", "unexpected argument `.`", "`pveform drift -f .`"),
            ("apply . --yes", "cannot use `.` as a plan: it is a folder", "with `-f`: `-f .`"),
            ("show .", "cannot use `.` as a plan: it is a folder", "with `-f`: `-f .`"),
            ("ping now", "unexpected argument `now`", "`pveform ping --help`"),
            ("--nothing-like-it", "unknown flag `--nothing-like-it`", "`pveform --help` lists"),
            ("", "no command", "commands are init, validate, plan"),
        ]:
            with self.subTest(line):
                run = self.pveform(*line.split())
                self.assert_code(run, 3)
                self.assertEqual(run.out, "")
                self.assert_says(run, complaint, help)


class AtTheTerminal(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("user.cfg", "user:root@pam:1:0::::::\n")

    def start(self, *arguments, environment=None, **rest):
        variables = {**harness.KEPT, "PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8",
                     "TERM": "xterm", **(environment or {})}
        variables = {name: value for name, value in variables.items() if value is not None}
        terminal = Terminal([harness.BINARIES / "pveform", *arguments], variables, self.folder,
                            **rest)
        self.addCleanup(terminal.process.kill)
        return terminal

    def shown(self, *arguments, code=0, **rest):
        """All of it, when it has ended by itself."""
        terminal = self.start(*arguments, **rest)
        self.assertEqual(terminal.finish(), code, terminal.text)
        return terminal.text

    def plan(self, document, *arguments, **rest):
        self.write("pveform.yaml", document)
        return self.shown("plan", "--live", "user.cfg", *arguments, **rest)

    def test_colours(self):
        for environment, arguments, is_coloured in [
            ({}, [], True),
            ({"NO_COLOR": "1"}, [], False),
            ({"NO_COLOR": ""}, [], True),
            ({"CLICOLOR": "0"}, [], False),
            ({"TERM": "dumb"}, [], False),
            ({"TERM": "dumb", "CLICOLOR_FORCE": "1"}, [], True),
            ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, [], False),
            ({"CLICOLOR_FORCE": "1"}, ["--no-color"], False),
        ]:
            with self.subTest(environment=environment, arguments=arguments):
                text = self.plan(FEW, *arguments, environment=environment)
                self.assertEqual(ESCAPE in text, is_coloured, text)
                self.assertIn("Plan: 2 to create", text)

    def test_colours_in_a_pipe(self):
        self.write("pveform.yaml", FEW)
        for environment, is_coloured in [
            ({"TERM": "xterm"}, False),
            ({"CLICOLOR_FORCE": "0"}, False),
            ({"CLICOLOR_FORCE": "1"}, True),
            ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ]:
            run = self.pveform("plan", "--live", "user.cfg", environment=environment)
            self.assertEqual(ESCAPE in run.out, is_coloured)
        run = self.pveform("plan", "--formt", environment={"CLICOLOR_FORCE": "1"})
        self.assertIn(ESCAPE, run.err)

    def test_a_long_plan_is_shown_page_by_page(self):
        self.write("pveform.yaml", MANY)
        less = self.start("plan", "--live", "user.cfg")
        less.wait_for("g010")
        less.press("G")
        less.wait_for("Plan: 60 to create")
        less.press("q")
        self.assertEqual(less.finish(), 0)
        self.assertIn(ESCAPE + "32m+", less.text.replace(ESCAPE + "m", "")) # colours, not ESC[32m

    def test_ctrl_c_is_for_the_pager(self):
        self.write("pveform.yaml", MANY)
        for environment in ({}, {"PAGER": "less -R '+/g010'"}):
            less = self.start("plan", "--live", "user.cfg", "--detailed-exitcode",
                              environment=environment)
            less.wait_for("g010")
            less.forget()
            less.press("\x03")
            less.wait_for(ESCAPE + "K") # it has drawn its prompt anew
            less.press("G")
            less.wait_for("Plan: 60 to create", keys="G")
            less.press("q")
            self.assertEqual(less.finish(), 2)

    def pager(self, exit_code=0):
        return self.program("pager", 'echo "paged by $*"; cat >paged.txt; env >variables.txt\n'
                                     f"exit {exit_code}")

    def program(self, name, text):
        path = self.write(name, f"#!/bin/sh\n{text}\n")
        path.chmod(0o700)
        return path

    def test_the_pager_of_ones_own(self):
        self.pager()
        for environment in ({"PAGER": "./pager a b"}, {"PAGER": "x", "PVEFORM_PAGER": "./pager a b"}):
            text = self.plan(MANY, environment={**environment, "PVEFORM_API_TOKEN": "not-a-secret"})
            self.assertEqual(text, "paged by a b\n")
            self.assertIn("Plan: 60 to create", (self.folder / "paged.txt").read_text())
            self.assertNotIn("not-a-secret", (self.folder / "variables.txt").read_text())
            self.assertIn("LESS=FRX\n", (self.folder / "variables.txt").read_text())
        self.assertEqual(self.plan(MANY, environment={"PAGER": "./pager a; echo done"}),
                         "paged by a\ndone\n")

    def test_no_pager_where_nobody_wants_one(self):
        self.pager()
        paged = {"PAGER": "./pager"}
        for document, arguments, environment in [
            (FEW, [], paged),
            (MANY, ["--no-pager"], paged),
            (MANY, ["--quiet"], paged),
            (MANY, [], {"PAGER": ""}),
            (MANY, [], {"PAGER": "cat"}),
            (MANY, [], {**paged, "PVEFORM_PAGER": ""}),
            (MANY, [], {**paged, "CI": "true"}),
            (MANY, [], {**paged, "TERM": "dumb"}),
            (MANY, [], {**paged, "TERM": None}),
        ]:
            with self.subTest(arguments=arguments, environment=environment):
                text = self.plan(document, *arguments, environment=environment)
                self.assertNotIn("paged by", text)
                self.assertIn("to create", text)
        run = self.pveform("plan", "--live", "user.cfg", environment=paged)
        self.assertIn("Plan: 60 to create", run.out)
        self.write("pveform.yaml", MANY)
        validated = self.shown("validate", "--live", "user.cfg", environment=paged)
        self.assertNotIn("paged by", validated)

    def test_nothing_is_lost_where_the_pager_fails(self):
        self.pager(exit_code=3)
        self.program("killed", "kill -9 $$")
        self.program("deaf", "exit 1")
        for pager in ("./pager", "./killed", "./deaf", "no-such-program", "no-such-program 2>&1"):
            with self.subTest(pager):
                text = self.plan(MANY, "--detailed-exitcode", environment={"PAGER": pager}, code=2)
                self.assertIn("Plan: 60 to create", text)
                self.assertIn("g000", text)
        self.program("brief", "head -1 >/dev/null") # it has seen enough
        text = self.plan(MANY, "--detailed-exitcode", environment={"PAGER": "./brief"}, code=2)
        self.assertNotIn("g000", text)

    def test_errors_come_behind_what_was_shown(self):
        self.pager()
        self.write("pveform.yaml", MANY + "users: { a@pve: {} }\nassertions:\n"
                   "  - { principal: a@pve, path: /vms, allows: [VM.Audit] }\n")
        text = self.shown("plan", "--live", "user.cfg", code=4, environment={"PAGER": "./pager"})
        self.assertTrue(text.startswith("paged by"), text)

    def test_a_line_of_progress(self):
        simulator = self.start_simulator()
        self.write("pveform.yaml", FEW)
        reach = ["--endpoint", simulator.endpoint, "--ca-file", str(simulator.ca_file)]
        credentials = {"PVEFORM_API_TOKEN": "admin@pve!ci=" + simulator.tokens["admin@pve!ci"]}
        terminal = self.start("apply", *reach, environment=credentials, columns=40)
        terminal.wait_for("Only `yes` is taken")
        terminal.forget()
        terminal.press("yes\r")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assertIn("\r" + ESCAPE + "K[2/2] create group second … ",
                      terminal.text.replace("\r\r", "\r"))
        visible = re.sub(r"[^\n]*\r\x1b\[K", "", terminal.text)
        self.assertNotIn("[2/2]", visible)
        self.assertIn("Verified: nothing left to change", visible)
        # And plain lines where that would not do.
        for number, (environment, arguments) in enumerate([
            ({"CI": "true"}, []), ({"TERM": "dumb"}, []), ({}, ["-v"])
        ]):
            self.write("pveform.yaml", f"version: 1\ngroups: {{ more{number}: {{}} }}\n")
            text = self.shown("apply", "--yes", *reach, *arguments,
                              environment={**credentials, **environment})
            self.assertIn(f"[1/1] create group more{number} … done\n", text)
            self.assertNotIn("\r" + ESCAPE, text)


class Quiet(harness.EndToEnd):
    def test_nothing_to_say(self):
        simulator = self.start_simulator()
        self.write("pveform.yaml", FEW)
        for command, arguments in [
            ("validate", []), ("apply", ["--yes"]), ("apply", []), ("plan", []),
            ("snapshot", ["--out", "snapshot.json"]), ("export", ["--out", "all.yaml"]),
            ("init", ["fresh.yaml"]),
        ]:
            with self.subTest(command):
                run = self.at(simulator, command, "--quiet", *arguments)
                self.assert_code(run, 0)
                self.assertEqual(run.err, "")
                if (command, arguments) == ("apply", ["--yes"]): # what was done is not nothing
                    self.assertIn("Verified", run.out)
                    self.assertNotIn("Plan:", run.out)
                else:
                    self.assertEqual(run.out, "")

    def test_what_matters_is_said(self):
        simulator = self.start_simulator()
        self.write("pveform.yaml", FEW + "limits: { destroy: 0 }\nabsent: { users: [bob@pve] }\n")
        for command in ("plan", "apply"):
            run = self.at(simulator, command, "--quiet")
            self.assert_code(run, 4)
            self.assert_says(run, "--allow-destroy")


if __name__ == "__main__":
    harness.main()
