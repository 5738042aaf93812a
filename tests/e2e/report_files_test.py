"""Where reports go: to standard output, into files that are replaced as a whole, or nowhere."""

import json
import os
import subprocess
import xml.etree.ElementTree

import harness
from reports import Reports, user_cfg


class ReportFiles(Reports):
    def test_one_report_on_standard_output(self):
        run = self.report("drift", forms={"sarif": "-", "json": "r.json"})
        self.assert_code(run, 2)
        self.assertEqual(run.json["version"], "2.1.0")
        self.assertEqual(json.loads(self.text_of("json"))["report"], "drift")
        run = self.report("drift", forms={}, arguments=["--format", "markdown"])
        self.assertTrue(run.out.startswith("<!-- pveform:drift:e2e -->"))
        for arguments in (["--output", "json=-", "--output", "text=-"],
                          ["--format", "json", "--output", "junit=-"]):
            run = self.report("drift", forms={}, arguments=arguments)
            self.assert_code(run, 3)
            self.assert_says(run, "two reports would go to standard output")

    FORMS_OF_MISTAKES = {form: name for form, name in Reports.FORMS.items()
                         if form not in ("json", "prometheus")}

    def invalid(self, *arguments, command="plan", environment=None):
        self.write("pveform.yaml", "version: 1\ncluster: { name: e2e }\nusrs: {}\n")
        run = self.pveform(command, *arguments, environment=environment)
        self.assert_code(run, 3)
        self.assert_says(run, "unknown key `usrs`")
        return run

    def test_mistakes_in_documents_are_in_the_reports(self):
        """In place of what an earlier run found."""
        outputs = [part for form, name in self.FORMS_OF_MISTAKES.items()
                   for part in ("--output", f"{form}={name}")]
        for earlier in (False, True):
            for command in ("plan", "drift", "apply"):
                if earlier:
                    self.report("plan")
                self.invalid(*outputs, command=command)
                root = xml.etree.ElementTree.fromstring(self.text_of("junit"))
                self.assertEqual((root.get("name"), root.get("failures")),
                                 (f"pveform {command} e2e", "1"))
                (log,) = json.loads(self.text_of("sarif"))["runs"]
                self.assertEqual(log["automationDetails"]["id"], f"pveform/{command}/e2e")
                (result,) = log["results"]
                self.assertEqual(result["ruleId"], "invalid-document")
                place = result["locations"][0]["physicalLocation"]
                self.assertEqual((place["artifactLocation"]["uri"], place["region"]["startLine"]),
                                 ("pveform.yaml", 3))
                (issue,) = json.loads(self.text_of("gitlab-codequality"))
                self.assertEqual(issue["location"], {"path": "pveform.yaml", "lines": {"begin": 3}})
                self.assertIn("**Not valid**: 1 error.", self.text_of("markdown"))
                self.assertIn("--> pveform.yaml:3:1", self.text_of("text"))

    def test_a_plan_in_json_is_never_one_without_changes(self):
        run = self.invalid("--output", "json=r.json", "--format", "text")
        self.assertFalse((self.folder / "r.json").exists())
        self.assertEqual(run.out, "")

    def test_what_may_be_the_secrets_of_a_broken_document_stays(self):
        for form, name in self.FORMS_OF_MISTAKES.items():
            self.write(name, '{"version": 1, "tokens": {}}')
            run = self.invalid("--output", f"{form}={name}")
            self.assert_says(run, f"{name} is no such report, and is left as it is")
            self.assertEqual(self.text_of(form), '{"version": 1, "tokens": {}}')

    def test_mistakes_in_documents_are_annotated_on_github(self):
        for command in ("validate", "plan", "drift", "apply"):
            summary = self.write("summary.md", "")
            run = self.invalid(command=command, environment={
                "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
            self.assertIn("\n::error file=pveform.yaml,line=3,col=1,"
                          "title=pveform%3A invalid-document::unknown key `usrs`", run.err)
            self.assertIn("**Not valid**: 1 error.", summary.read_text())

    def test_documents_from_a_pipe_are_read_once(self):
        """The second look at one that is not valid waited for ever, or found it empty."""
        os.mkfifo(self.folder / "p.yaml")
        text = "version: 1\ncluster: { name: e2e }\nusrs: {}\n"
        for command in ("validate", "plan", "drift", "apply"):
            summary = self.write("summary.md", "")
            with subprocess.Popen(["sh", "-c", 'printf %s "$0" > p.yaml', text], cwd=self.folder):
                run = self.pveform(command, "-f", "p.yaml", environment={
                    "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
            self.assert_code(run, 3)
            self.assertTrue(summary.read_text().startswith(f"<!-- pveform:{command}:e2e -->\n"))

    def test_what_is_no_output_is_refused(self):
        for text, words in [("xml=a", "text, json, markdown, junit, sarif, prometheus"),
                            ("json", "is not FORMAT=PATH"), ("json=", "is not FORMAT=PATH")]:
            run = self.report("plan", forms={}, arguments=["--output", text])
            self.assert_code(run, 3)
            self.assert_says(run, words)

    def test_a_format_that_a_command_does_not_have_is_refused(self):
        """And is not silently another one."""
        formats = {"text", "json", "markdown"}
        has = {
            "plan": formats, "drift": formats, "apply": formats, "rotate x": formats,
            "validate": {"text", "json"}, "show x": {"text", "json"}, "policy": {"text", "json"},
            "policy explain x": {"text", "json"}, "explain x": {"text", "json"},
            "ping": {"text", "json"}, "explain --batch": {"json"}, "snapshot": {"json"},
            "schema": {"json"}, "export": {"text"}, "init": {"text"}, "completion bash": {"text"},
            "version": {"text"},
        }
        commands = {line.split("\t")[0] for line in self.pveform("__complete", "").out.splitlines()}
        self.assertEqual({line.split()[0] for line in has}, commands)
        files = sorted(self.folder.rglob("*"))
        for line, its_own in has.items():
            for one in formats:
                with self.subTest(line, format=one):
                    run = self.pveform(*line.split(), "--format", one)
                    refusal = f"has no output in the format `{one}`"
                    if one in its_own:
                        self.assertNotIn(refusal, run.err)
                        continue
                    self.assert_code(run, 3)
                    self.assertEqual(run.out, "")
                    words = " ".join(w for w in line.split() if w not in ("x", "bash"))
                    self.assert_says(run, f"`pveform {words.replace('policy explain', 'policy')}` "
                                     + refusal)
                    for own in its_own:
                        self.assertRegex(run.err.split("help:")[1], f"`{own}`")
        self.assertEqual(sorted(self.folder.rglob("*")), files)

    def test_a_clean_run_is_silent_and_reports_all_the_same(self):
        clean = "version: 1\n"
        self.write("clean.yaml", clean)
        self.write("user.cfg", user_cfg([]))
        run = self.pveform("drift", "-f", "clean.yaml", "--live", "user.cfg",
                           "--output", "markdown=r.md", "--output", "prometheus=r.prom")
        self.assertEqual((run.code, run.out, run.err), (0, "", ""))
        self.assertIn("No drift", self.text_of("markdown"))
        self.assertIn("pveform_last_success_timestamp_seconds{", self.text_of("prometheus"))

    def test_files_are_replaced_as_a_whole(self):
        self.write("r.json", "old")
        self.report("drift")
        self.assertEqual(json.loads(self.text_of("json"))["report"], "drift")
        self.assertEqual((self.folder / "r.json").stat().st_mode & 0o444, 0o444)
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.endswith(".new")], [])
        (self.folder / "link.json").symlink_to("r.json")
        self.report("drift", forms={"json": "link.json"})
        self.assertTrue((self.folder / "link.json").is_symlink())

    def test_the_report_of_another_run_that_is_being_written_is_left_alone(self):
        """Two runs had one name for what is not whole yet, and took it from each other."""
        for name in ("r.json", "plan.json"):
            self.write(f".{name}.new", "of another run")
        self.report("plan", forms={"json": "r.json"}, arguments=["--out", "plan.json"])
        self.assertIn("changes", json.loads(self.text_of("json")))
        for name in ("r.json", "plan.json"):
            self.assertEqual((self.folder / f".{name}.new").read_text(), "of another run")
            (self.folder / f".{name}.new").unlink()
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.endswith(".new")], [])

    def test_what_cannot_be_written_is_said_before_anything_else(self):
        for path in ("none/r.json", ".", "/dev/null"):
            run = self.report("plan", forms={"json": path})
            self.assert_code(run, 1)
            self.assertEqual(run.out, "")
        simulator = self.start_simulator()
        self.write("apply.yaml", "version: 1\nusers: { new@pve: {} }\n")
        run = self.at(simulator, "apply", "--yes", "-f", "apply.yaml", "--output", "json=none/r")
        self.assert_code(run, 1)
        self.assertNotIn("new@pve", simulator.users())

    def test_an_apply_tells_what_became_of_it(self):
        simulator = self.start_simulator()
        self.write("apply.yaml", "version: 1\nusers: { new@pve: {} }\n")
        forms = [part for form, name in self.FORMS.items() if form != "prometheus"
                 for part in ("--output", f"{form}={name}")]
        for expected in ("**Applied**", "No changes"):
            run = self.at(simulator, "apply", "--yes", "-f", "apply.yaml", *forms)
            self.assert_code(run, 0)
            self.assertIn(expected, self.text_of("markdown"))
            self.assertIs(json.loads(self.text_of("json"))["verified"], True)
            root = xml.etree.ElementTree.fromstring(self.text_of("junit"))
            self.assertEqual(root.get("failures"), "0")
            self.assertIn("result", [suite.get("name") for suite in root])
        run = self.at(simulator, "apply", "--yes", "-f", "apply.yaml", "--output", "prometheus=x")
        self.assert_code(run, 3)
        self.assert_says(run, "pveform drift --output prometheus=FILE")

    def test_a_report_that_is_lost_after_a_write_is_not_passed_over(self):
        simulator = self.start_simulator()
        (self.folder / "out").mkdir()
        self.write("apply.yaml", self.APPLY_TOKEN % "cat > stored; rm -r out")
        run = self.at(simulator, "apply", "--yes", "-f", "apply.yaml",
                      "--output", "json=out/r.json", "--output", "junit=r.xml")
        self.assert_code(run, 6)
        self.assert_says(run, "cannot create `out/r.json`", "Verified: nothing left to change")
        self.assertIn("<testsuites", self.text_of("junit"))
        harness.WATCH.learn(json.loads((self.folder / "stored").read_text())["secret"])


if __name__ == "__main__":
    harness.main()
