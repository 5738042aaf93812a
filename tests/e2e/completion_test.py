"""What the shells complete, by the shells themselves; and that no flag was forgotten."""

import os
import re
import shutil
import subprocess
import unittest

import harness
from terminal import Terminal

SCRIPTS = harness.TESTS.parent / "src/completions"

DOCUMENT = """version: 1
roles: { Look: { privileges: [VM.Audit] } }
groups: { ops: { acl: [{ path: /vms, role: Look }] } }
users:
  ann@pve: { tokens: { ci: { acl: [{ path: /vms/7, role: Look }] }, cron: {} } }
  bob@pve: {}
"""

# What the help calls values, and what the shells can do about them.
COMPLETED = {"PATH", "FILE", "DIR", "PLAN", "SNAPSHOT", "FORMAT=PATH",
             "KIND:GLOB", "USER@REALM", "USER@REALM[!TOKEN]",
             "USER[!TOKEN]", "USER@REALM!TOKEN...", "PRIVILEGE", "ACL_PATH", "RULE"}
FREE = {"N", "N.N", "SECONDS", "https://HOST:PORT", "AB:CD:...", "'NAME:", "env:VARIABLE'",
        "SHA256"}

# Puts the words on a command line (broken up as readline does) and prints what comes back.
DRIVER = r"""
source <(pveform completion bash)
COMP_LINE=$1 COMP_POINT=${#1}
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }
_pveform pveform
printf '%s\n' "${COMPREPLY[@]}"
"""


def broken_up(line):
    """As bash gives it in COMP_WORDS: also `=`, `:` and `@` are words, unless they are quoted."""
    words = re.findall(r"'[^']*'?|\"[^\"]*\"?|[^\s=:@'\"]+|[=:@]+", line)
    return words + [""] if line.endswith(" ") else words


class Completion(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)

    def raw(self, *words):
        run = self.pveform("__complete", *words)
        self.assert_code(run, 0)
        self.assertEqual(run.err, "")
        return run.out

    def ask(self, *words):
        return [line.split("\t")[0] for line in self.raw(*words).splitlines()]

    def test_commands(self):
        self.assertEqual(self.ask("pl"), ["plan"])
        everything = self.ask("")
        self.assertIn("apply", everything)
        self.assertNotIn("__complete", everything)
        self.assertEqual(self.ask("policy", ""), ["explain"])
        self.assertEqual(self.ask("--format", "json", "val"), ["validate"])
        self.assertEqual(self.raw("ping", ""), "")

    def test_flags_of_the_command_and_of_the_program(self):
        self.assertEqual(self.ask("plan", "--detailed"), ["--detailed-exitcode"])
        self.assertEqual(self.ask("diff", "--detailed"), ["--detailed-exitcode"])
        self.assertEqual(self.ask("apply", "--detailed"), [])
        self.assertIn("--file", self.ask("plan", "--"))
        self.assertNotIn("-f", self.ask("plan", "--"))
        self.assertIn("-f", self.ask("plan", "-"))
        self.assertIn("--quiet\tSay only what matters", self.raw("--qu"))
        self.assertEqual(self.ask("plan", "--", "--"), [])

    def test_values(self):
        self.assertEqual(self.ask("plan", "--format", "j"), ["json"])
        self.assertEqual(self.ask("plan", "--format=j"), ["--format=json"])
        self.assertEqual(self.ask("completion", ""), ["bash", "fish", "zsh"])
        self.assertIn("secrets", self.ask("schema", ""))
        self.assertIn("hidden-entry", self.ask("policy", "explain", "hid"))
        self.assertEqual(self.ask("policy", "explain", "hidden-entry", ""), [])
        self.assertEqual(self.ask("explain", "--who-can", "VM.PowerM"), ["VM.PowerMgmt"])
        self.assertEqual(self.ask("explain", "--who-can", "VM.Audit", "/"), ["/vms", "/vms/7"])
        self.assertEqual(self.ask("plan", "--allow-destroy", ""), [])
        self.assertEqual(self.ask("plan", "--output", "ma"), ["markdown="])
        self.assertEqual(self.raw("plan", "--output", "markdown=x"), ":files\tmarkdown=\n")
        self.assertEqual(self.raw("plan", "--output=json=x"), ":files\t--output=json=\n")

    def test_files(self):
        self.assertEqual(self.raw("plan", "-f", ""), ":files\t\n")
        self.assertEqual(self.raw("plan", "--live=us"), ":files\t--live=\n")
        self.assertEqual(self.raw("init", ""), ":files\t\n")

    def test_objects_of_the_document(self):
        self.assertEqual(self.ask("explain", ""),
                         ["ann@pve", "ann@pve!ci", "ann@pve!cron", "bob@pve"])
        self.assertEqual(self.ask("explain", "bob@pve", "/vms/"), ["/vms/7"])
        self.assertEqual(self.ask("rotate", "ann@pve!c"), ["ann@pve!ci", "ann@pve!cron"])
        self.assertEqual(self.ask("rotate", "ann@pve!ci", "ann@pve!cr"), ["ann@pve!cron"])
        self.assertEqual(self.ask("plan", "--target", "u"), ["user:"])
        self.assertEqual(self.ask("plan", "--target", "user:"), ["user:ann@pve", "user:bob@pve"])
        self.assertEqual(self.ask("plan", "--target=group:"), ["--target=group:ops"])
        self.assertEqual(self.ask("plan", "--exclude", "acl:"),
                         ["acl:/vms", "acl:/vms/7", "acl:@ops", "acl:ann@pve!ci"])

    def test_objects_of_other_files(self):
        self.write("other/one.yaml", "version: 1\nusers: { zoe@pve: {} }\n")
        self.write("user.cfg", "user:root@pam:1:0::::::\nuser:yan@pve:1:0::::::\n")
        self.assertEqual(self.ask("explain", "-f", "other", ""), ["zoe@pve"])
        self.assertEqual(self.ask("explain", "-fother", ""), ["zoe@pve"])
        self.assertEqual(self.ask("explain", "--file=other", "--live", "user.cfg", ""),
                         ["root@pam", "yan@pve", "zoe@pve"])

    def test_silence_about_trouble(self):
        self.write("pveform.yaml", "version: 1\nusers: [\n")
        self.assertEqual(self.raw("explain", ""), "")
        (self.folder / "pveform.yaml").unlink()
        self.assertEqual(self.raw("explain", ""), "")
        self.assertEqual(self.raw("explain", "-f", "/nowhere", "--live", "/nowhere", ""), "")
        self.assertEqual(self.raw("nothing-like-this", "--or=this", ""), "")

    def test_nobody_is_waited_for(self):
        """What is no regular file may have no end: a pipe that nobody writes to hung the shell."""
        os.mkfifo(self.folder / "pipe")
        (self.folder / "link.yaml").symlink_to("pipe")
        self.write("folder/user.yaml", "version: 1\nusers: { zoe@pve: {} }\n")
        (self.folder / "folder/link.yaml").symlink_to("../pipe")
        self.write("user.cfg", "user:root@pam:1:0::::::\nuser:yan@pve:1:0::::::\n")
        for flags, expected in [
            (["-f", "pipe"], []),
            (["-f", "link.yaml"], []),
            (["-f", "folder"], []),
            (["-f", "/dev/zero"], []),
            (["-f", "folder/user.yaml", "--live", "pipe"], ["zoe@pve"]),
            (["-f", "folder/user.yaml", "--live", "user.cfg", "--domains", "pipe"], ["zoe@pve"]),
        ]:
            with self.subTest(flags):
                self.assertEqual(self.ask("explain", *flags, ""), expected)

    def test_a_cluster_is_never_asked(self):
        self.write("pveform.yaml", DOCUMENT + "cluster: { endpoint: https://127.0.0.1:1 }\n")
        run = self.pveform("__complete", "explain", "",
                           before=["strace", "-f", "-e", "trace=network"],
                           environment={"PVEFORM_API_TOKEN": "ann@pve!ci=00000000-not-real"})
        self.assertIn("ann@pve", run.out)
        self.assertNotIn("socket(", run.err)

    def test_every_kind_of_value_is_thought_of(self):
        """By the help: a new flag must find its way into `terms` of cli/completion.cpp, or here."""
        commands = [[]] + [[name] for name in self.ask("")] + [["policy", "explain"]]
        found = set()
        for command in commands:
            text = self.pveform(*command, "--help").out
            for line in re.findall(r"^  (?:-\w,|    )?(?:--[a-z-]+|[a-z]+) (\S+(?: \S+)?)", text,
                                   re.MULTILINE):
                found.update(word for word in line.split("  ")[0].split(" ")
                             if re.match(r"^['\"(]?[A-Z]+[A-Z_@!\[\]:.]*", word)
                             and word.strip("'").upper() == word.strip("'"))
        self.assertGreater(len(found & COMPLETED), 6)
        self.assertEqual(found - COMPLETED - FREE, set())


class Bash(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)
        self.write("a file.yaml", "version: 1\n")

    def complete(self, line):
        run = self.execute(["bash", "-c", DRIVER, "bash", line, *broken_up(line)],
                           {"PATH": f"{harness.BINARIES}:/usr/bin:/bin"})
        self.assertEqual((run.code, run.err), (0, ""))
        return run.out.split("\n")[:-1]

    def test_what_replaces_the_last_word(self):
        for line, expected in [
            ("pveform pla", ["plan"]),
            ("pveform plan --format=", ["json", "markdown", "text"]),
            ("pveform plan --format=j", ["json"]),
            ("pveform plan --format j", ["json"]),
            ("pveform plan --target use", ["user:"]),
            ("pveform plan --target user:", ["ann@pve", "bob@pve"]),
            ("pveform plan --target user:a", ["ann@pve"]),
            ("pveform plan --target=user:a", ["ann@pve"]),
            ("pveform plan --target user:ann@", ["pve"]),
            ("pveform plan --target 'user:a", ["user:ann@pve"]),
            ("pveform rotate ann@pve\\!cr", [r"pve\!cron"]),
            ("pveform rotate 'ann@pve!cr", ["ann@pve!cron"]),
            ("pveform explain ann@pve /vms/", ["/vms/7"]),
            ("pveform plan -f a", ["a file.yaml"]),
            ("pveform plan --file=a", ["a file.yaml"]),
            ("pveform ping ", [""]),
        ]:
            with self.subTest(line):
                self.assertEqual(self.complete(line), expected)

    def test_at_a_prompt(self):
        """The real thing: readline, the Tab key, and what then stands on the line."""
        self.write("rc", "PS1='> '\nsource <(pveform completion bash)\n")
        shell = Terminal(
            ["bash", "--noprofile", "--rcfile", "rc", "-i"],
            {"PATH": f"{harness.BINARIES}:/usr/bin:/bin", "TERM": "dumb", "INPUTRC": "/dev/null"},
            self.folder, columns=200,
        )
        self.addCleanup(shell.process.kill)
        shell.wait_for("> ")
        for keys, line in [
            ("pveform val\t", "pveform validate "),
            ("pveform plan --format=j\t", "pveform plan --format=json "),
            ("pveform plan --target user:b\t", "pveform plan --target user:bob@pve "),
            ("pveform rotate ann@pve\\!cr\t", "pve\\!cron "), # the part behind the @ is written anew
            ("pveform rotate 'ann@pve!cr\t", "pveform rotate 'ann@pve!cron' "),
            ("pveform plan -f a\t", "pveform plan -f a\\ file.yaml "),
        ]:
            with self.subTest(keys):
                shell.forget()
                shell.press(keys)
                shell.wait_for(line)
                shell.press("\x15") # away with the line
        shell.press("exit\n")
        self.assertEqual(shell.finish(), 0)


@unittest.skipUnless(shutil.which("zsh"), "no zsh here")
class Zsh(harness.EndToEnd):
    def test_at_a_prompt(self):
        self.write("pveform.yaml", DOCUMENT)
        self.write(".zshrc", "PS1='> '\nautoload -U compinit && compinit -u\nunsetopt bang_hist\n"
                             "source <(pveform completion zsh)\n")
        shell = Terminal(
            ["zsh", "-i"],
            {"PATH": f"{harness.BINARIES}:/usr/bin:/bin", "TERM": "vt100",
             "ZDOTDIR": str(self.folder), "HOME": str(self.folder)},
            self.folder, columns=200,
        )
        self.addCleanup(shell.process.kill)
        shell.wait_for("> ")
        for keys, line in [
            ("pveform val\t", "date"),
            ("pveform plan --format=j\t", "son"),
            ("pveform plan --target user:b\t", "ob@pve"),
            ("pveform rotate 'ann@pve!cr\t", "on"),
            ("pveform plan -f pvef\t", "orm.yaml"),
        ]:
            with self.subTest(keys):
                shell.forget()
                shell.press(keys)
                shell.wait_for(line)
                shell.press("\x15")
        shell.press("exit\n")
        self.assertEqual(shell.finish(), 0)

    def test_found_in_a_folder_of_functions(self):
        run = self.execute(["zsh", "-n", SCRIPTS / "_pveform"], {})
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))


@unittest.skipUnless(shutil.which("fish"), "no fish here")
class Fish(harness.EndToEnd):
    def test_what_it_would_complete(self):
        self.write("pveform.yaml", DOCUMENT)
        for line, expected in [
            ("pveform val", ["validate"]),
            ("pveform plan --format=j", ["--format=json"]),
            ("pveform plan --target user:", ["user:ann@pve", "user:bob@pve"]),
            ("pveform rotate 'ann@pve!cr", ["ann@pve!cron"]),
            ("pveform plan -f pvef", ["pveform.yaml"]),
            ("pveform plan --live=pvef", ["--live=pveform.yaml"]),
            ("pveform ping ", []),
        ]:
            with self.subTest(line):
                run = self.execute(
                    ["fish", "--no-config", "-c",
                     "pveform completion fish | source; complete --do-complete $argv[1]", line],
                    {"PATH": f"{harness.BINARIES}:/usr/bin:/bin"},
                )
                self.assertEqual((run.code, run.err), (0, ""))
                self.assertEqual([word.split("\t")[0] for word in run.out.splitlines()], expected)


class Scripts(unittest.TestCase):
    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_bash_by_shellcheck(self):
        done = subprocess.run(["shellcheck", "--shell=bash", SCRIPTS / "pveform.bash"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    harness.main()
