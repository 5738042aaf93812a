"""Holds the JSON Schema against tests/documents, as tests/desired/documents_test.cpp does with the
loader: the two must say the same about every document there."""

import json
import pathlib
import re
import sys
import unittest

try:
    import jsonschema
    import yaml
except ImportError as missing:
    sys.exit(f"needs python3-jsonschema and python3-yaml: {missing}")

ROOT = pathlib.Path(__file__).resolve().parent.parent
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

    def test_is_itself_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

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
        found = sorted((ROOT / "examples").rglob("*.yaml")) if (ROOT / "examples").exists() else []
        for path in found:
            with self.subTest(path):
                document = yaml.load(path.read_text(), Loader) or {}
                self.assertEqual(self.complaints(document), [])

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
