"""Holds the JSON Schema against tests/documents, as tests/desired/documents_test.cpp does with the
loader: the two must say the same about every document there. And against what is exported."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
    import yaml
except ImportError as missing:
    sys.exit(f"needs python3-jsonschema and python3-yaml: {missing}")

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = pathlib.Path(os.environ.get("PVEFORM_BINARY_DIR", ROOT / "build/dev/bin"))
SCHEMA = json.loads((ROOT / "schemas/pveform.schema.json").read_text())


class Loader(yaml.SafeLoader):
    """PyYAML with the core schema of YAML 1.2: `yes` is a string, dates are strings, and so are all
    keys."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        return {key.value: self.construct_object(value, True) for key, value in node.value}


for tag, expression, first in [
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", list("-+.0123456789")),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(expression), first)


def documents(name):
    text = (ROOT / "tests/documents" / name).read_text()
    for case in re.split(r"^---\n", text, flags=re.MULTILINE):
        yield case, yaml.load(case, Loader) or {}


class SchemaTest(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft202012Validator(SCHEMA)

    def complaints(self, document):
        return [error.message for error in self.validator.iter_errors(document)]

    def test_all_are_themselves_schemas(self):
        for path in sorted((ROOT / "schemas").glob("*.json")):
            with self.subTest(path.name):
                jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))

    def test_takes_what_the_loader_takes(self):
        for case, document in documents("good.yaml"):
            with self.subTest(case):
                self.assertEqual(self.complaints(document), [])

    def test_takes_what_only_the_loader_can_refuse(self):
        for case, document in documents("refused.yaml"):
            with self.subTest(case):
                self.assertEqual(self.complaints(document), [])

    def test_refuses_what_the_loader_refuses(self):
        for case, document in documents("bad.yaml"):
            with self.subTest(case):
                self.assertNotEqual(self.complaints(document), [])

    def test_takes_the_examples(self):
        found = [path for path in sorted((ROOT / "examples").rglob("*.yaml"))
                 if "kubernetes" not in path.parts]
        for path in found:
            with self.subTest(path):
                document = yaml.load(path.read_text(), Loader) or {}
                self.assertEqual(self.complaints(document), [])

    def exported(self, user_cfg):
        """Read by PyYAML, whose idea of YAML is an older one."""
        arguments = ["export", "--live", user_cfg]
        if (user_cfg.parent / "domains.cfg").exists():
            arguments += ["--domains", user_cfg.parent / "domains.cfg"]
        done = subprocess.run([BINARIES / "pveform", *arguments], check=True, timeout=60,
                              capture_output=True, text=True)
        return yaml.load(done.stdout, Loader), yaml.safe_load(done.stdout)

    def test_takes_what_is_exported(self):
        for folder in ["examples/quickstart/cluster", "tests/e2e/seed"]:
            with self.subTest(folder):
                document, _ = self.exported(ROOT / folder / "user.cfg")
                self.assertEqual(self.complaints(document), [])

    def test_takes_what_is_exported_of_awkward_values(self):
        texts = ["yes", "~", "12", "0x1F", "1_000", "12:30:45", "2027-01-01", "- a", "{a}", "a, b",
                 "a #b", "'", '"', "\\", "Größe", "😀", "#", "&a", "*a", "!a", "@a", "`", "%"]
        lines = ["user:root@pam:1:0::::::"]
        for number, text in enumerate(texts):
            field = "".join(f"%{byte:02X}" for byte in text.encode())
            lines += [f"user:u{number}@pve:1:0::::{field}::", f"group:g{number}::{field}:"]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "user.cfg"
            path.write_text("\n".join(lines) + "\n")
            document, older = self.exported(path)
        self.assertEqual(self.complaints(document), [])
        for number, text in enumerate(texts):
            for read in (document, older):
                self.assertEqual(read["users"][f"u{number}@pve"]["comment"], text)
                self.assertEqual(read["groups"][f"g{number}"]["comment"], text)

    def test_knows_the_rules_that_the_loader_knows(self):
        source = (ROOT / "src/desired/policy.hpp").read_text()
        table = re.search(r"policy_rules = \{(.*?)\}", source, re.DOTALL).group(1)
        self.assertEqual(SCHEMA["$defs"]["ruleName"]["enum"], re.findall(r'"([^"]+)"', table))

    def test_every_object_closes_its_keys(self):
        def objects(node):
            if isinstance(node, dict):
                if node.get("type") == "object":
                    yield node
                for child in node.values():
                    yield from objects(child)
            elif isinstance(node, list):
                for child in node:
                    yield from objects(child)

        for node in objects(SCHEMA):
            with self.subTest(node):
                self.assertIn("additionalProperties", node)


if __name__ == "__main__":
    unittest.main()
