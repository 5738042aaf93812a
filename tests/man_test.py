"""The manual pages are complete: every command and flag that the programs' help names, and every
key of the JSON Schema. And they are well-formed. By what a reader sees, not by the source."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARIES = Path(os.environ.get("PVEFORM_BINARY_DIR", ROOT / "build/dev/bin"))
MAN = ROOT / "src/man"
PAGES = sorted(MAN.glob("*.[0-9]"))


def output_of(command, **rest):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60,
                          check=True, **rest).stdout


def read(page):
    """Without overprinting, in lines as long as they like."""
    return re.sub(".\b", "", output_of(["mandoc", "-Tascii", "-Owidth=900", MAN / page]))


def helps():
    """Of the program and of each command: (words, text)."""
    texts = [((), output_of([BINARIES / "pveform", "--help"]))]
    for command in commands_in(texts[0][1]):
        texts.append(((command,), output_of([BINARIES / "pveform", command, "--help"])))
        for inner in commands_in(texts[-1][1]):
            texts.append(((command, inner),
                          output_of([BINARIES / "pveform", command, inner, "--help"])))
    return texts


def commands_in(text):
    parts = text.split("Subcommands:")
    return re.findall(r"^  (\w+)", parts[1], re.MULTILINE) if len(parts) > 1 else []


def flags_in(text):
    """Only where they are declared: not in what is said about them."""
    lines = re.findall(r"^  (-.*?)(?:  |$)", text, re.MULTILINE)
    return {flag for line in lines for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line)}


def keys_of(schema):
    """Every key that a document can have; the names of objects are no keys."""
    if isinstance(schema, dict):
        for name, child in schema.items():
            if name == "properties":
                yield from child
            yield from keys_of(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from keys_of(child)


@unittest.skipUnless(shutil.which("mandoc"), "no mandoc here")
class Pages(unittest.TestCase):
    def test_every_command(self):
        text = read("pveform.1")
        found = [words for words, _ in helps() if words]
        self.assertGreater(len(found), 10)
        for words in found:
            self.assertRegex(text, rf"(?m)^ +{words[0]}(  |$)", words)
            self.assertIn(" ".join(words), text)

    def test_every_flag(self):
        text = read("pveform.1")
        flags = set().union(*(flags_in(text) for _, text in helps()))
        self.assertGreater(len(flags), 40)
        for flag in sorted(flags):
            self.assertRegex(text, rf"(?m)^ +(.*, )?{flag}\b(?!-)", flag)

    def test_every_flag_of_the_simulator(self):
        text = read("pveform-simulator.1")
        flags = flags_in(output_of([BINARIES / "pveform-simulator", "--help"]))
        self.assertGreater(len(flags), 8)
        for flag in sorted(flags):
            self.assertRegex(text, rf"(?m)^ +(.*, )?{flag}\b(?!-)", flag)

    def test_every_fault_of_the_simulator(self):
        text = read("pveform-simulator.1")
        footer = output_of([BINARIES / "pveform-simulator", "--help"]).split("Faults are JSON")[1]
        faults = re.findall(r"^  ([a-z-]+)  ", footer, re.MULTILINE)
        self.assertEqual(len(faults), 11)
        for fault in faults:
            self.assertRegex(text, rf"(?m)^ +{fault}\b")

    def test_every_key(self):
        text = read("pveform-document.5")
        keys = set(keys_of(json.loads((ROOT / "schemas/pveform.schema.json").read_text())))
        self.assertGreater(len(keys), 60)
        for key in sorted(keys):
            self.assertRegex(text, rf"(?<![\w-]){key}(?![\w-])")

    def test_the_example_is_a_document(self):
        source = (MAN / "pveform-document.5").read_text()
        example = re.search(r"\.Sh EXAMPLES\n\.Bd.*?\n(.*?)\.Ed", source, re.DOTALL)[1]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pveform.yaml"
            path.write_text(example)
            said = output_of([BINARIES / "pveform", "validate", "-f", path])
        self.assertIn("Valid: 2 users, 1 group", said)

    def test_they_are_well_formed(self):
        self.assertEqual(len(PAGES), 3)
        for page in PAGES:
            with self.subTest(page.name):
                done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True,
                                      text=True, timeout=60)
                self.assertEqual(done.stdout + done.stderr, "")

    @unittest.skipUnless(shutil.which("groff"), "no groff here")
    def test_groff_likes_them_too(self):
        for page in PAGES:
            done = subprocess.run(["groff", "-mdoc", "-ww", "-z", "-Tutf8", page],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
