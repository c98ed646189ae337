"""Changes values in YAML text. Unchanged parts keep their comments, order and quotes."""

import io
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString, SingleQuotedScalarString

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import yaml_reader, yaml_writer

_NEVER_WRAP = 1 << 20


def revised(text: str, before: Json, after: Json) -> str:
    """The YAML document `text`, whose value is `before`, changed to the value `after`."""
    reader = _reader(text)
    node = _synchronised(reader.load(text), before, after)
    stream = io.StringIO()
    reader.dump(node, stream)
    written = stream.getvalue()
    # A correct value matters more than comments: if the text does not read back as `after`, it is written without them.
    value, _ = yaml_reader.read("", written)
    return written if value == after else "---\n" * text.startswith("---") + yaml_writer.written(after)


def _reader(text: str) -> Any:
    reader = YAML(typ="rt")
    reader.preserve_quotes = True
    reader.width = _NEVER_WRAP
    reader.explicit_start = text.startswith("---")
    if _indents_lists(text):
        reader.indent(mapping=2, sequence=4, offset=2)
    return reader


def _indents_lists(text: str) -> bool:
    """Whether the first list below a key is indented more than the key."""
    key_indent: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if content.startswith("- ") and key_indent is not None:
            return indent > key_indent
        if content.strip() and not content.lstrip().startswith("#"):
            is_key = not content.startswith("-") and content.partition(" #")[0].rstrip().endswith(":")
            key_indent = indent if is_key else None
    return False


def _synchronised(node: Any, before: Any, after: Any) -> Any:
    """Changes a node from the value `before` to `after`: the same node where possible, else a new one."""
    if before == after:
        return node
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [key for key in before if key not in after]:
            del node[key]
        for key, value in after.items():
            node[key] = _synchronised(node[key], before[key], value) if key in before else _new(value)
        return node
    if isinstance(before, list) and isinstance(after, list) and len(after) >= len(before):
        for index, value in enumerate(after):
            if index < len(before):
                node[index] = _synchronised(node[index], before[index], value)
            else:
                node.append(_new(value))
        return node
    return _new(after)


def _new(value: Any) -> Any:
    """A new value, quoted if YAML 1.1 would otherwise not read it as the same text."""
    if isinstance(value, dict):
        return {key: _new(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_new(item) for item in value]
    if not isinstance(value, str):
        return value
    if "\n" in value:
        return LiteralScalarString(value)
    try:
        is_plain = yaml.safe_load(value) == value
    except yaml.YAMLError:
        is_plain = False
    return value if is_plain else SingleQuotedScalarString(value)
