"""Writes YAML as people write templates: block style, short-form functions, literal blocks.

The text reads back as the same value with cfn-lint and with any other YAML 1.1 or 1.2 reader.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from appmesh_inject.cfn.document import Json

_SHORT = ("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Not", "Or")
SHORT_FORMS: Mapping[str, str] = {
    "Ref": "!Ref",
    **{f"Fn::{name}": f"!{name}" for name in (*_SHORT, "Select", "Split", "Sub")},
}
"""Functions whose short form every tool knows. `Condition` is left out, since it is also an attribute of resources."""

WIDEST = 2**20
"""Line width that prevents folding, since folded text is hard to read."""

_NUMBER_ELSEWHERE = re.compile(r"[-+]?\.?[0-9][0-9_.:eEoOxX+-]*|0[xX][0-9a-fA-F]+|[yYnN]|[-+]?\.(inf|Inf|INF)")
"""Texts that some YAML reader takes for a number, a date or a boolean: `1e3` (1.2), `y` (1.1), `012345678901`."""

_SIMPLE_BLOCK = re.compile(
    r"[^\s\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff][^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]*"
)
_SPACE_AT_END = re.compile(r"[ ](\n|$)")


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indents lists below their key, which PyYAML does not do by default."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Writes no aliases, since CloudFormation does not support them."""
        return True

    def choose_scalar_style(self) -> str:
        """Writes text after a short form without quotes where possible, since its tag makes it text: `!Ref Name`."""
        event: Any = self.event  # a ScalarEvent, since PyYAML calls this for no other
        if self.analysis is None:
            self.analysis = self.analyze_scalar(event.value)
        is_short_form = bool(event.tag) and event.tag.startswith("!") and not event.style
        is_plain = self.analysis.allow_flow_plain if self.flow_level else self.analysis.allow_block_plain
        if is_short_form and event.value and is_plain and not self.analysis.multiline:
            return ""
        return str(super().choose_scalar_style())


def _text(dumper: _Dumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if "\n" in text:
        is_simple = _SIMPLE_BLOCK.fullmatch(text) and not _SPACE_AT_END.search(text)
        return "|" if is_simple else '"'
    if not text.isprintable():
        return '"'
    return "'" if _NUMBER_ELSEWHERE.fullmatch(text) else None


def _map(dumper: _Dumper, value: dict[str, Json]) -> Any:
    return _call(dumper, value) or dumper.represent_dict(value.items())


def _call(dumper: _Dumper, value: dict[str, Json]) -> Any:
    """The node of a function in its short form, or None if that would not read back as the same value."""
    if len(value) != 1:
        return None
    ((function, argument),) = value.items()
    tag = SHORT_FORMS.get(function)
    if tag is None:
        return None
    if function == "Fn::GetAtt":
        attribute = _attribute(argument)
        return None if attribute is None else dumper.represent_scalar(tag, attribute, style=_style(attribute))
    if isinstance(argument, str):
        # No reader takes a text after a short form for a number.
        style = _style(argument)
        return dumper.represent_scalar(tag, argument, style=None if style == "'" else style)
    if isinstance(argument, list) and argument and function != "Ref":
        return dumper.represent_sequence(tag, argument)
    return None


def _attribute(argument: Json) -> str | None:
    """`Resource.Attribute`, if readers split that into the same two parts; else None."""
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    resource, attribute = argument
    if not isinstance(resource, str) or not isinstance(attribute, str) or "." in resource:
        return None
    return f"{resource}.{attribute}"


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _map)


def written(document: Json) -> str:
    """The document as YAML text."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=WIDEST
    )
    return text


def in_brackets(value: Json) -> str:
    """A value as it stands within the brackets of others, on one line: `{Name: app, Image: !Ref Image}`."""
    text: str = yaml.dump(
        [value], Dumper=_Dumper, sort_keys=False, default_flow_style=True, allow_unicode=True, width=WIDEST
    )
    return text.rstrip("\n")[1:-1]
