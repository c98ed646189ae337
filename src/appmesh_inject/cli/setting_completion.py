"""The words that a setting takes, for completion in a shell."""

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any


def words(setting: str) -> list[str]:
    """The words, from the schema of the settings; empty for a setting with other values."""
    schema = json.loads(resources.files("appmesh_inject").joinpath("settings.schema.json").read_text(encoding="utf-8"))
    return list(dict.fromkeys(_words(schema["properties"][setting], schema["$defs"])))


def _words(rule: Any, rules: Any) -> Iterator[str]:
    if isinstance(rule, dict):
        if "$ref" in rule:
            yield from _words(rules[rule["$ref"].rpartition("/")[2]], rules)
        yield from (word for word in rule.get("enum", ()) if isinstance(word, str))
        for each in (*rule.get("anyOf", ()), *rule.get("oneOf", ())):
            yield from _words(each, rules)
