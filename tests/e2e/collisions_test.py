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

    def test_a_snapshot_takes_the_place_of_nothing_that_is_needed(self):
        simulator = self.start_simulator()
        self.write("access/pveform.yaml", """version: 1
secrets: { file: { path: ../secrets/acme.json } }
cluster: { tls: { ca_file: ../ca.pem } }
users: { new@pve: { initial_password: { file: password } } }
""")
        kept = ["access/pveform.yaml", "secrets/acme.json", "access/password", "token"]
        self.write("ca.pem", simulator.ca_file.read_text())
        self.write("secrets/acme.json", '{"version": 1, "tokens": {}}')
        self.write("access/password", "obviously-fake")
        self.write("token", simulator.tokens["admin@pve!ci"])
        (self.folder / "link.json").symlink_to("secrets/acme.json")
        before = [(self.folder / name).read_text() for name in [*kept, "ca.pem"]]
        environment = {"PVEFORM_TOKEN_ID": "admin@pve!ci", "PVEFORM_TOKEN_SECRET_FILE": "token"}
        for path, name in (
            ("access/pveform.yaml", "--file access"),
            ("access/new.yaml", "--file access"),
            ("secrets/acme.json", "secrets: file:"),
            ("link.json", "secrets: file:"),
            ("ca.pem", "ca_file:"),
            ("access/password", "initial_password: file:"),
            ("token", "PVEFORM_TOKEN_SECRET_FILE token"),
            (simulator.ca_file, "--ca-file"),
        ):
            for command in ("snapshot", "plan"):
                run = self.pveform(command, *self.to(simulator), "-f", "access", "--out", path,
                                   environment=environment)
                self.assert_code(run, 3)
                self.assert_says(run, "would be written over", name)
        self.assertEqual(before, [(self.folder / name).read_text() for name in [*kept, "ca.pem"]])
        self.assertFalse((self.folder / "access/new.yaml").exists())


if __name__ == "__main__":
    harness.main()
