"""What the README shows is what the programs do."""

import re

import harness

README = (harness.TESTS.parent / "README.md").read_text()


class Readme(harness.EndToEnd):
    def test_the_document_in_one_page_is_valid(self):
        pages = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
        self.assertEqual(len(pages), 1)
        self.write("pveform.yaml", pages[0])
        run = self.pveform("validate")
        self.assert_code(run, 0)
        self.assertEqual(run.out, "Valid: 2 users, 1 group, 1 role\n")

    def test_every_flag_and_command_in_it_exists(self):
        helps = [self.pveform("--help").out, self.execute(
            [harness.BINARIES / "pveform-simulator", "--help"], {}
        ).out]
        commands = re.findall(r"^  (\w+)", helps[0].split("Subcommands:")[1], re.MULTILINE)
        helps += [self.pveform(command, "--help").out for command in commands]
        known = set(re.findall(r"--[a-z][a-z-]+", " ".join(helps)))
        ours = re.sub(r"\.ci/install-packages --\w+|cmake [^\n]*", "", README)
        self.assertEqual(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours)) - known, set())
        for command in commands:
            self.assertIn(f"`pveform {command}", README)

    def test_every_exit_code_in_it_has_a_test(self):
        tests = (harness.TESTS / "e2e/exit_code_test.py").read_text()
        codes = re.findall(r"^\| (\d) \|", README, re.MULTILINE)
        self.assertGreaterEqual(len(codes), 7)
        for code in codes:
            self.assertIn(f"def test_{code}_", tests)

    def test_a_copy_of_a_cluster_can_be_tried_as_it_says(self):
        """The section on the simulator, with the seed for `/etc/pve`."""
        block = next(b for b in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
                     if "pveform-simulator" in b)
        copy = self.folder / "copy"
        (copy / "priv").mkdir(parents=True)
        for name in ("user.cfg", "domains.cfg"):
            (copy / name).write_text((harness.SEED / name).read_text())
        for target, text in re.findall(r"^\$ echo '([^']+)' >+ copy/(\S+)", block, re.MULTILINE):
            with open(copy / text, "a") as file:
                file.write(target + "\n")
        token = re.search(r"PVEFORM_API_TOKEN='([^']+)'", block)[1]
        simulator = self.start_simulator(seed=copy)
        self.write("pveform.yaml", "version: 1\ngroups: { fresh: { comment: new } }\n")
        run = self.at(simulator, "apply", "--yes", token=token)
        self.assert_code(run, 0)


if __name__ == "__main__":
    harness.main()
