"""Reports in every form, each read by somebody else's reader, and what comes from a cluster inert in
all of them. `--live` throughout: what such files can hold is worse than what PVE lets in."""

import html.parser
import json
import os
import re
import subprocess
import urllib.parse
import xml.etree.ElementTree

import harness
from reports import HOSTILE, Reports, document, user_cfg

# Debian's Python has the parser of Prometheus' own client, whichever Python runs the tests.
PROMETHEUS_READER = ["/usr/bin/python3", "-c", """
import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps([[f.name, f.type, f.documentation, [[s.labels, s.value] for s in f.samples]]
                  for f in text_string_to_metric_families(sys.stdin.read())]))
"""]
JUNIT_SCHEMA = harness.TESTS / "support/junit.xsd"


class Page(html.parser.HTMLParser):
    """What a browser would make of it: elements, and the text outside of code."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.comments = []
        self.prose = ""
        self.code = ""
        self.open = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes = attributes
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.open)

    def handle_comment(self, text):
        self.comments.append(text)

    def handle_data(self, text):
        if "code" in self.open:
            self.code += text
        else:
            self.prose += text


class Outputs(Reports):
    # Each form, read by somebody else.

    def test_junit(self):
        for command, arguments in self.commands():
            with self.subTest(command):
                self.report(command, arguments=arguments, claim="denies", severity="error")
                text = self.text_of("junit")
                done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", JUNIT_SCHEMA,
                                       self.folder / "r.xml"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                root = xml.etree.ElementTree.fromstring(text)
                self.assertEqual(root.get("name"), f"pveform {command} e2e")
                suites = {suite.get("name"): suite for suite in root}
                for suite in suites.values():
                    cases = list(suite)
                    self.assertEqual(int(suite.get("tests")), len(cases))
                    failed = [case for case in cases if case.find("failure") is not None]
                    self.assertEqual(int(suite.get("failures")), len(failed))
                self.assertEqual(
                    int(root.get("failures")),
                    sum(int(suite.get("failures")) for suite in suites.values()),
                )
                outcomes = [case.find("failure") is None for case in suites["assertions"]]
                self.assertEqual(outcomes, [True, False])
                forbidden = [case.get("name") for case in suites["policy"]
                             if case.find("failure") is not None]
                self.assertIn("token-without-expiry: token:ann@pve!forever", forbidden)
                names = {case.get("name") for case in suites["changes" if command == "plan"
                                                             else "drift"]}
                self.assertIn("user new@pve", names)
                self.assertIn("user svc-3@pve", names)

    def test_junit_fails_where_the_exit_code_does(self):
        run = self.report("plan", texts=[], forms={"junit": "r.xml"})
        self.assert_code(run, 0)
        root = xml.etree.ElementTree.fromstring(self.text_of("junit"))
        self.assertEqual((root.get("failures"), root.get("errors")), ("0", "0"))
        run = self.report("drift", texts=[], forms={"junit": "r.xml"})
        self.assert_code(run, 2)
        root = xml.etree.ElementTree.fromstring(self.text_of("junit"))
        self.assertEqual(root.get("failures"), "2")  # ann's comment, and new@pve

    def test_sarif(self):
        for command, arguments in self.commands():
            with self.subTest(command):
                self.report(command, arguments=arguments, claim="denies")
                log = json.loads(self.text_of("sarif"))
                self.assertEqual(log["version"], "2.1.0")
                (run,) = log["runs"]
                driver = run["tool"]["driver"]
                self.assertEqual(driver["name"], "pveform")
                rules = [rule["id"] for rule in driver["rules"]]
                self.assertEqual(len(rules), len(set(rules)))
                self.assertLessEqual({"hidden-entry", "token-without-expiry"}, set(rules))
                for rule in driver["rules"]:
                    self.assertTrue(rule["shortDescription"]["text"])
                    for text in (rule["fullDescription"]["text"], rule["help"]["text"]):
                        self.assertTrue(text)
                        self.assertNotIn("\\n", text)
                    if rule["id"] == "hidden-entry":
                        first, blank, last = rule["fullDescription"]["text"].split("\n")
                        self.assertTrue(first.startswith("PVE does not") and not blank)
                        self.assertTrue(last.startswith("Grant by groups"))
                    self.assertIn(rule["defaultConfiguration"]["level"],
                                  ("none", "note", "warning", "error"))
                prints = []
                for result in run["results"]:
                    self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
                    self.assertIn(result["level"], ("note", "warning", "error"))
                    self.assertTrue(result["message"]["text"])
                    (location,) = result["locations"]
                    physical = location["physicalLocation"]
                    uri = physical["artifactLocation"]["uri"]
                    self.assertEqual(uri, "pveform.yaml")
                    self.assertEqual(urllib.parse.urlsplit(uri).scheme, "")
                    self.assertGreaterEqual(physical["region"]["startLine"], 1)
                    self.assertGreaterEqual(physical["region"]["startColumn"], 1)
                    prints.append(result["partialFingerprints"]["pveform/v1"])
                self.assertEqual(len(prints), len(set(prints)))
                lines = document(claim="denies", count=len(HOSTILE)).splitlines()
                failed = [r for r in run["results"] if r["ruleId"] == "assertion"]
                self.assertEqual([r["level"] for r in failed], ["error"])
                line = failed[0]["locations"][0]["physicalLocation"]["region"]["startLine"]
                self.assertIn("denies", lines[line - 1])
                forever = [r for r in run["results"] if r["ruleId"] == "token-without-expiry"
                           and "ann@pve!forever" in r["message"]["text"]]
                line = forever[0]["locations"][0]["physicalLocation"]["region"]["startLine"]
                self.assertIn("forever:", lines[line - 1])
                self.report(command, arguments=arguments, claim="denies")
                again = json.loads(self.text_of("sarif"))["runs"][0]["results"]
                self.assertEqual(prints, [r["partialFingerprints"]["pveform/v1"] for r in again])

    def test_code_quality(self):
        self.report("drift", claim="denies", severity="error")
        issues = json.loads(self.text_of("gitlab-codequality"))
        self.assertTrue(issues)
        for issue in issues:
            self.assertEqual(set(issue), {"description", "check_name", "fingerprint", "severity",
                                          "location"})
            self.assertIn(issue["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertEqual(issue["location"]["path"], "pveform.yaml")
            self.assertGreaterEqual(issue["location"]["lines"]["begin"], 1)
        prints = [issue["fingerprint"] for issue in issues]
        self.assertEqual(len(prints), len(set(prints)))

    def test_names_are_relative_to_the_repository(self):
        self.report("plan", environment={"GITHUB_WORKSPACE": str(self.folder.parent)})
        log = json.loads(self.text_of("sarif"))
        uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                for r in log["runs"][0]["results"]}
        self.assertEqual(uris, {f"{self.folder.name}/pveform.yaml"})

    def test_prometheus(self):
        hostile = 'we"ird\\\\ {x} ::y'
        self.report("drift", cluster=hostile.replace('"', '\\"'))
        done = subprocess.run(PROMETHEUS_READER, input=self.text_of("prometheus"),
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        families = {name: samples for name, _, _, samples in found}
        self.assertEqual([name for name, *_ in found], sorted(families))
        self.assertEqual(
            set(families),
            {"pveform_assertions", "pveform_drift_objects",
             "pveform_last_success_timestamp_seconds", "pveform_policy_findings",
             "pveform_token_expiry_timestamp_seconds", "pveform_unmanaged_objects"},
        )
        for _, kind, documentation, samples in found:
            self.assertEqual(kind, "gauge")
            self.assertTrue(documentation)
            labels = [tuple(sorted(of.items())) for of, _ in samples]
            self.assertEqual(len(labels), len(set(labels)))
            self.assertEqual({of["cluster"] for of, _ in samples}, {'we"ird\\ {x} ::y'})

        def value(metric, **labels):
            (one,) = [number for of, number in families[metric] if labels.items() <= of.items()]
            return one

        self.assertEqual(value("pveform_drift_objects", drift="missing", kind="user"), 1)
        self.assertEqual(value("pveform_drift_objects", drift="unmanaged", kind="user"),
                         len(HOSTILE))
        self.assertEqual(value("pveform_drift_objects", drift="changed", kind="role"), 0)
        self.assertEqual(value("pveform_unmanaged_objects", kind="group"), len(HOSTILE))
        self.assertEqual(value("pveform_token_expiry_timestamp_seconds", user="ann@pve",
                               token="ci"), 2051222400)
        self.assertEqual(value("pveform_token_expiry_timestamp_seconds", token="forever"),
                         float("inf"))
        self.assertEqual(value("pveform_assertions", result="holds"), 2)

    def markdown(self, command, **rest):
        run = self.report(command, **rest)
        text = self.text_of("markdown")
        done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "autolink", "-e", "table",
                               "-e", "strikethrough", "-e", "tasklist"],
                              input=text, capture_output=True, text=True, check=True)
        return run, text, Page(done.stdout)

    def test_markdown(self):
        for command, arguments in self.commands():
            with self.subTest(command):
                _, text, page = self.markdown(command, arguments=arguments, claim="denies")
                self.assertTrue(text.startswith(f"<!-- pveform:{command}:e2e -->\n"))
                self.assertEqual(page.comments, [f" pveform:{command}:e2e "])
                self.assertLess(len(text), 65000)
                self.assertLessEqual(set(page.tags), {"h2", "h3", "p", "ul", "li", "strong", "em",
                                                      "code", "pre", "details", "summary"})
                self.assertEqual(page.open, [])
                self.assertEqual(page.tags.count("details"), 1)
                self.assertIsNone(re.search(r"[@#~]\w|://|www\.|<|::", page.prose), page.prose)
                self.assertIn("svc-3@pve", page.code)
                self.assertIn("::set-output name=x::y", page.code)
                self.assertIn("</details></summary>```", page.code)
                self.assertIn("new@pve", page.code)
                self.assertIn("Effective access", page.prose)
                self.assertIn("fails", page.prose)

    def test_markdown_puts_first_what_needs_a_decision(self):
        _, text, page = self.markdown("plan", claim="denies")
        order = [text.index(title) for title in ("### Blocked", "### Taken away",
                                                 "### Effective access", "### Assertions",
                                                 "### Policy", "<details>")]
        self.assertEqual(order, sorted(order))
        self.assertIn("--allow-destroy", page.code)

    def test_markdown_is_cut_at_a_line(self):
        texts = [text * 40 for text in HOSTILE] * 60
        run, text, page = self.markdown("plan", texts=texts)
        self.assert_code(run, 4)  # far beyond the limits
        self.assertLess(len(text.encode()), 65000)
        self.assertGreater(len(text), 40000)
        self.assertEqual(page.open, [])
        self.assertEqual(page.tags.count("details"), 1)
        self.assertRegex(page.prose, r"\d+ more lines: see the job's log")
        self.assertIsNone(re.search(r"[@#~]\w|://|www\.|<|::", page.prose), page.prose)

    def test_the_marker_is_safe_whatever_the_cluster_is_called(self):
        _, text, page = self.markdown("drift", cluster="a--> <b>x</b> -- c")
        self.assertEqual(text.splitlines()[0], "<!-- pveform:drift:a-b-x-b-c -->")
        self.assertNotIn("b", page.tags)

    # What a flag lets pass.

    def test_every_form_says_what_is_lost_and_allowed(self):
        """A plan in which the applier locks itself out is no plan with `own access kept`."""
        self.write("pveform.yaml", "version: 1\nusers: { boss@pve: { acl: [] } }\n")
        self.write("user.cfg", "user:root@pam:1:0::::::\nuser:boss@pve:1:0::::::\n\n"
                               "acl:1:/:boss@pve:Administrator:\n")
        plan = ["plan", "--live", "user.cfg", "--as", "boss@pve"]
        blocked = self.pveform(*plan)
        self.assert_code(blocked, 4)
        self.assert_says(blocked, "blocked[lockout] `boss@pve`, which runs this plan, would lose",
                         "access lost: blocked")
        self.assertNotIn("own access kept", blocked.out)

        outputs = [f"--output={form}={name}" for form, name in self.FORMS.items()]
        run = self.pveform(*plan, "--allow-lockout", "--out", "plan.json", *outputs)
        self.assert_code(run, 0)
        lost = "`boss@pve`, which runs this plan, would lose"
        for text in (run.out, self.text_of("text"), self.pveform("show", "plan.json").out):
            self.assertIn(f"allowed[lockout] {lost}", text)
            self.assertIn("access lost: allowed (`--allow-lockout`)", text)
            self.assertNotIn("own access kept", text)
        for value in (json.loads(self.text_of("json")),
                      self.pveform("show", "plan.json", "--format", "json").json):
            self.assertEqual([one["guard"] for one in value["allowed"]], ["lockout"])
            self.assertIn(lost, value["allowed"][0]["message"])
            self.assertEqual(value["blocks"], [])
        page = Page(self.text_of("markdown"))
        self.assertIn("Allowed by a flag", page.prose)
        self.assertIn("which runs this plan, would lose", page.prose + page.code)
        results = json.loads(self.text_of("sarif"))["runs"][0]["results"]
        self.assertEqual([one["level"] for one in results if one["ruleId"] == "allowed-lockout"],
                         ["note"])
        self.assertIn("allowed: ", self.text_of("gitlab-codequality"))
        self.assertIn("lockout", self.text_of("junit"))

        self.write("pveform.yaml", "version: 1\nusers: { boss@pve: { comment: kept } }\n")
        kept = self.pveform(*plan, "--allow-lockout")
        self.assert_says(kept, "own access kept")
        self.assertNotIn("allowed[", kept.out)


    def test_no_secret_is_in_a_report(self):
        simulator = self.start_simulator()
        self.write("apply.yaml", self.APPLY_TOKEN % "cat > stored")
        forms = [form for form in self.FORMS if form != "prometheus"]
        run = self.at(simulator, "apply", "--yes", "-f", "apply.yaml",
                      *(part for form in forms
                        for part in ("--output", f"{form}={self.FORMS[form]}")))
        self.assert_code(run, 0)
        harness.WATCH.learn(json.loads((self.folder / "stored").read_text())["secret"])
        for form in forms:
            harness.WATCH.see(f"the report in {form}", self.text_of(form))

    # GitHub, and what is compatible with it.

    def github(self, command, **rest):
        environment = {"GITHUB_ACTIONS": "true",
                       "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")}
        return self.report(command, environment=environment, **rest)

    @staticmethod
    def runner_commands(text):
        """As the runner reads lines: `::name …::` behind blanks, `##[name …]` anywhere."""
        found = []
        for line in re.split(r"\r\n|\n|\r", text):
            if match := re.match(r"\s*::([a-z-]+)[^:]*::", line):
                found.append(match[1])
            elif "##[" in line:
                found.append(line)
        return found

    def test_findings_are_shown_at_their_lines(self):
        run = self.github("plan", claim="denies", texts=[])
        lines = [line for line in run.err.splitlines() if line.startswith("::")]
        errors = [line for line in lines if line.startswith("::error ")]
        self.assertEqual(len(errors), 1)
        self.assertRegex(errors[0], r"^::error file=pveform\.yaml,line=15,col=\d+,"
                                    r"title=pveform%3A assertion::")
        self.assertTrue(any(line.startswith("::warning file=pveform.yaml,line=10,") for line in lines))
        summary = (self.folder / "summary.md").read_text()
        self.assertTrue(summary.startswith("<!-- pveform:plan:e2e -->"))
        self.github("plan", claim="denies", texts=[])
        self.assertEqual((self.folder / "summary.md").read_text(), summary * 2)
        self.assertEqual(self.report("plan", claim="denies", texts=[]).err.count("::error"), 0)

    def test_nothing_from_a_cluster_is_a_command(self):
        for command, arguments in self.commands():
            for form in ("text", "json", "markdown", "junit", "sarif", "prometheus"):
                with self.subTest(f"{command} {form}"):
                    run = self.github(
                        command, forms={form: "-"}, arguments=[*arguments, "--show-unmanaged"],
                    )
                    self.assertEqual(self.runner_commands(run.out), [])
                    self.assertEqual(
                        set(self.runner_commands(run.err)) - {"error", "warning", "notice"}, set()
                    )
                    self.assertNotIn("\x1b", run.out + run.err)
                    if form == "json":
                        self.assertIn("::set-output name=x::y", json.dumps(run.json))

    def test_json_keeps_what_it_says(self):
        self.report("drift", forms={"json": "-"})
        expected = json.loads(self.report("drift", forms={"json": "-"}).out)
        found = json.loads(self.github("drift", forms={"json": "-"}).out)
        for report in (expected, found):
            del report["checked_at"]
        self.assertEqual(found, expected)


if __name__ == "__main__":
    harness.main()
