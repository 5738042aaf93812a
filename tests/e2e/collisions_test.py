"""No report takes the place of a file that somebody needs."""

import harness


class Collisions(harness.EndToEnd):
    def test_nothing_that_is_needed_is_written_over(self):
        """Not what a run reads, keeps or writes elsewhere, by whatever name it is called."""
        simulator = self.start_simulator()
        self.write("pveform.yaml", """version: 1
secrets: { file: { path: secrets.json } }
users: { new@pve: { tokens: { ci: { expire: never } } } }
""")
        text = (self.folder / "pveform.yaml").read_text()
        (self.folder / "folder").mkdir()
        (self.folder / "link.json").symlink_to("pveform.yaml")
        self.write("live.cfg", "user:a@pve:1:0::::::\n")
        outputs = ["--output", "json=r.json"]
        for command, arguments, names in (
            ("apply", ["--yes", "--output", "json=secrets.json"], ["json", "secrets: file:"]),
            ("apply", ["--yes", "--output", "json=folder/../secrets.json"], ["secrets: file:"]),
            ("apply", ["--yes", *outputs, "--secrets-out", "r.json"], ["--secrets-out r.json"]),
            ("plan", ["--output", "text=pveform.yaml"], ["--file pveform.yaml"]),
            ("plan", ["--output", "text=link.json"], ["--output link.json"]),
            ("plan", ["--out", "pveform.yaml"], ["--out pveform.yaml"]),
            ("plan", [*outputs, "--output", "junit=./r.json"], ["./r.json", "--output r.json"]),
            ("plan", [*outputs, "--out", "r.json"], ["--out r.json", "--output r.json"]),
            ("drift", ["--output", "json=secrets.json"], ["secrets: file:"]),
        ):
            run = self.at(simulator, command, *arguments)
            self.assert_code(run, 3)
            self.assert_says(run, "would be written over", *names)
        run = self.pveform("plan", "--live", "live.cfg", "--output", "json=live.cfg")
        self.assert_code(run, 3)
        self.assert_says(run, "--live live.cfg")
        self.write("pveform.yaml", text.replace("file: { path: secrets.json }",
                                                "directory: { path: folder }"))
        run = self.at(simulator, "apply", "--yes", "--output", "json=folder/r.json")
        self.assert_code(run, 3)
        self.assert_says(run, "secrets: directory:")
        self.assertNotIn("new@pve", simulator.users())
        self.assertFalse((self.folder / "secrets.json").exists())
        self.assertTrue((self.folder / "live.cfg").read_text().startswith("user:"))


if __name__ == "__main__":
    harness.main()
