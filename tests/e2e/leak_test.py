"""Does the watch see a leak, and a sanitizer's report? Every end-to-end test relies on it."""

import base64
import json
import urllib.parse

import harness
from terminal import Terminal


class TheWatch(harness.EndToEnd):
    SECRET = "5f3c9a10-0001-4abc-8def-00000000abcd"

    def setUp(self):
        super().setUp()
        self.watch = harness.SecretWatch()
        self.watch.learn(self.SECRET, "päss wörd 1")

    def assert_caught(self, text):
        self.watch.see("a program", text)
        self.assertEqual(len(self.watch.leaks()), 1, text)
        self.watch.outputs.clear()

    def test_a_clean_output_is_clean(self):
        self.watch.see("a program", "Plan: 1 to create\n5f3c9a10 is a commit\n")
        self.assertEqual(self.watch.leaks(), [])

    def test_a_secret_is_caught_in_any_form(self):
        self.assert_caught(f"token: {self.SECRET}\n")
        self.assert_caught(f"Authorization: PVEAPIToken=a@pve!t={self.SECRET}\r\n")
        self.assert_caught(self.SECRET.upper())
        self.assert_caught(self.SECRET.replace("-", ""))
        self.assert_caught(self.SECRET[:-2] + "…")
        self.assert_caught(base64.b64encode(self.SECRET.encode()).decode())
        self.assert_caught("password=" + urllib.parse.quote("päss wörd 1"))

    def test_a_program_that_prints_its_token_is_caught(self):
        self.execute(
            ["sh", "-c", 'echo "connecting with $PVEFORM_API_TOKEN" >&2'],
            {"PVEFORM_API_TOKEN": f"a@pve!t={self.SECRET}"}, watch=self.watch,
        )
        self.assertEqual(len(self.watch.leaks()), 1)

    def test_the_secrets_of_the_seed_and_of_new_tokens_are_known(self):
        simulator = self.start_simulator()
        self.write(
            "pveform.yaml",
            "version: 1\ncluster: { name: e2e }\nsecrets: { file: { path: secrets.json } }\n"
            "users: { svc@pve: { tokens: { ci: { expire: 2032-01-31 } } } }\n",
        )
        self.assert_code(self.at(simulator, "apply", "--yes"), 0)
        self.learn_stored_secrets()
        new = self.stored_secrets()["svc@pve!ci"]["secret"]
        self.assertIn(new, harness.WATCH.secrets)
        self.assertLessEqual(set(simulator.tokens.values()), harness.WATCH.secrets)
        self.assertIn("made-up-password-admin", harness.WATCH.secrets)


class SanitizerReports(harness.EndToEnd):
    """Such a program ends with a code that a test may expect, unless ASAN_OPTIONS say otherwise."""

    REPORTS = [
        "=================================================================\n"
        "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010\n",
        "==7==ERROR: LeakSanitizer: detected memory leaks\n",
        "WARNING: ThreadSanitizer: data race (pid=7)\n",
        "src/base/text.cpp:12:5: runtime error: signed integer overflow: 2147483647 + 1\n",
    ]

    def program(self, text):
        """One that says it and fails as others do."""
        return ["sh", "-c", 'printf "%s" "$0" >&2; exit 1', text]

    def test_what_ends_with_one_fails(self):
        for report in self.REPORTS:
            with self.subTest(report):
                with self.assertRaisesRegex(AssertionError, "sanitizer's report"):
                    self.execute(self.program("error: no such file\n" + report), {})
        self.assert_code(self.execute(self.program("error: no runtime error, AddressSanitizer\n"), {}), 1)

    def test_also_at_a_terminal(self):
        for report in self.REPORTS:
            terminal = Terminal(self.program(report), harness.KEPT, self.folder)
            with self.assertRaisesRegex(AssertionError, "sanitizer's report"):
                terminal.finish()

    def test_also_a_simulator(self):
        for report in self.REPORTS:
            simulator = harness.Simulator(self.folder)
            simulator.output.append(report)
            with self.assertRaisesRegex(AssertionError, "sanitizer's report"):
                simulator.stop()

    def test_what_is_built_with_them_ends_with_a_code_of_their_own(self):
        """That of the preset, under which these tests run."""
        presets = json.loads((harness.TESTS.parent / "CMakePresets.json").read_text())
        (asan,) = (preset for preset in presets["testPresets"] if preset["name"] == "asan")
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            self.assertIn("exitcode=99", asan["environment"][name].split(":"))


if __name__ == "__main__":
    harness.main()
