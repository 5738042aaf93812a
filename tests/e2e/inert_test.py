"""What comes from a cluster shows what it is: nothing deceives the eye or is a link, and what goes to
a file is kept as it is."""

import json
import re

import harness
import outputs_test


class Inert(harness.EndToEnd):
    FORMS = outputs_test.Outputs.FORMS
    commands = outputs_test.Outputs.commands
    report = outputs_test.Outputs.report
    text_of = outputs_test.Outputs.text_of

    def test_nothing_from_a_cluster_deceives_the_eye(self):
        for command, arguments in self.commands():
            run = self.report(command, arguments=arguments)
            for form in self.FORMS:
                with self.subTest(f"{command} {form}"):
                    text = self.text_of(form)
                    self.assertIsNone(
                        re.search("[\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2066\ufeff]", text)
                    )
                    if command == "drift" and form != "prometheus":
                        self.assertIn("u202e", text)
        self.assertIn("x\\u202egro.live\\u2066", run.out)

    def test_brackets_are_no_links_in_sarif(self):
        self.report("drift")
        results = json.loads(self.text_of("sarif"))["runs"][0]["results"]
        texts = [result["message"]["text"] for result in results]
        self.assertTrue(any(r"\[click\](https://evil.example)" in text for text in texts))
        for text in texts:
            self.assertIsNone(re.search(r"(?<!\\)(\\\\)*[\[\]]", text), text)

    def test_what_goes_to_a_file_is_kept_as_it_is(self):
        self.write("user.cfg", outputs_test.user_cfg(["##[group]x", "::error::y"]))
        self.pveform("export", "--live", "user.cfg", environment={"GITHUB_ACTIONS": "true"},
                     before=["sh", "-c", 'exec "$@" >exported.yaml', "sh"])
        self.assertIn("##[group]x", (self.folder / "exported.yaml").read_text())
        run = self.pveform("plan", "-f", "exported.yaml", "--live", "user.cfg")
        self.assert_code(run, 0)
        self.assert_says(run, "No changes")


if __name__ == "__main__":
    harness.main()
