"""Holds what pveform prints as JSON against the schemas in schemas/. Needs python3-jsonschema."""

import functools
import json
import warnings
from pathlib import Path

import jsonschema

# Its successor came with jsonschema 4.18; Debian 12 has 4.10.
warnings.filterwarnings("ignore", message=r".*RefResolver.*", category=DeprecationWarning)

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "schemas"
NAMES = ("plan", "receipt")
BASE = "https://schemas.invalid/"  # references lead from one file to its neighbour


def load(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


@functools.cache
def validator(name):
    resolver = jsonschema.RefResolver(
        f"{BASE}{name}.schema.json", load(name),
        store={f"{BASE}{other}.schema.json": load(other) for other in NAMES},
    )
    return jsonschema.Draft202012Validator(load(name), resolver=resolver)


def complaints(name, value):
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:500]}"
        for error in validator(name).iter_errors(value)
    ]
