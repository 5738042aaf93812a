"""Where `--out` writes: a file, what a link leads to, standard output, and nowhere else."""

import json
import os

import harness


class Out(harness.EndToEnd):
    def test_what_is_no_file_is_not_replaced_by_one(self):
        """A FIFO stands in for a device."""
        simulator = self.start_simulator()
        self.write("pveform.yaml", "version: 1\nusers: { new@pve: {} }\n")
        os.mkfifo(self.folder / "fifo")
        (self.folder / "folder").mkdir()
        (self.folder / "link").symlink_to("fifo")
        (self.folder / "dangling").symlink_to("nothing")
        before = sorted(self.folder.iterdir())
        for command in ("plan", "snapshot"):
            for path in ("fifo", "folder", "link", "dangling", "none/x"):
                run = self.at(simulator, command, "--out", path)
                self.assert_code(run, 1)
                self.assertEqual(run.out, "")
        self.assertEqual(sorted(self.folder.iterdir()), before)
        self.assertTrue((self.folder / "fifo").is_fifo())
        self.assertTrue((self.folder / "link").is_symlink())

    def test_a_link_to_a_file_stays_one(self):
        simulator = self.start_simulator()
        self.write("pveform.yaml", "version: 1\nusers: { new@pve: {} }\n")
        for command in ("plan", "snapshot"):
            self.write(f"{command}/file", "old")
            (self.folder / "link").unlink(missing_ok=True)
            (self.folder / "link").symlink_to(f"{command}/file")
            self.assert_code(self.at(simulator, command, "--out", "link"), 0)
            self.assertTrue((self.folder / "link").is_symlink())
            self.assertIsInstance(json.loads((self.folder / command / "file").read_text()), dict)
            self.assertEqual([path.name for path in (self.folder / command).iterdir()], ["file"])

    def test_a_dash_is_standard_output_or_refused(self):
        simulator = self.start_simulator()
        self.write("pveform.yaml", "version: 1\nusers: { svc@pve: { tokens: { ci: { expire: never } } } }\n")
        before = sorted(self.folder.iterdir())
        run = self.at(simulator, "snapshot", "--out", "-")
        self.assert_code(run, 0)
        self.assertIn("users", json.loads(run.out))
        run = self.at(simulator, "export", "--out", "-")
        self.assert_code(run, 0)
        self.assertIn("version: 1\n", run.out)
        for arguments, words in (
            (["plan", "--out", "-"], "a plan is saved in a file"),
            (["init", "-"], "begun in a file"),
            (["apply", "--yes", "--secrets-out", "-"], "secrets do not go to standard output"),
        ):
            run = self.at(simulator, *arguments)
            self.assert_code(run, 3)
            self.assert_says(run, words)
        self.assertEqual(sorted(self.folder.iterdir()), before)


if __name__ == "__main__":
    harness.main()
