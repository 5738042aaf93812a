"""Holds what pveform prints as JSON against the schemas in schemas/. Needs python3-jsonschema."""

import functools
import json
from pathlib import Path

import jsonschema

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "schemas"
SHARED = "plan"  # the one whose definitions others refer to


def load(name):
    """With the definitions of the neighbour: jsonschema resolves references between files in one
    way in Debian 12, and in another since."""
    text = (SCHEMAS / f"{name}.schema.json").read_text()
    schema = json.loads(text.replace(f'"{SHARED}.schema.json#/', '"#/'))
    if name != SHARED:
        schema["$defs"] = {**load(SHARED)["$defs"], **schema.get("$defs", {})}
    return schema


@functools.cache
def validator(name):
    return jsonschema.Draft202012Validator(load(name))


def complaints(name, value):
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:500]}"
        for error in validator(name).iter_errors(value)
    ]
