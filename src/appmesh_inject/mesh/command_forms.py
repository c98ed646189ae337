"""The forms in which Envoy's configuration stands in a container's command.

plain:       --config-yaml TEXT -l LEVEL ...
compressed:  bash -c SCRIPT appmesh-inject COMPRESSED COUNT VALUE... -l LEVEL ...

Earlier versions wrote JSON as TEXT.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from appmesh_inject.cfn.document import Json
from appmesh_inject.settings.table import COMPRESSED, PLAIN

CONFIGURATION_FLAG: Final = "--config-yaml"
"""What stands before the configuration in the command of an envoy."""

SCRIPT_NAME: Final = "appmesh-inject"
"""What the script that unpacks a configuration is called, in its messages as well. It marks such a command."""

_BEGINNINGS = ('{"node":', "{node: ")
"""How the configurations of all versions begin: in JSON, in YAML."""

_NAME_AT, _TEXT_AT, _VALUES_AT = 3, 4, 6


def form_of(command: Json) -> str | None:
    """PLAIN or COMPRESSED if the command carries a configuration in any form that was ever written, else None."""
    if not isinstance(command, list):
        return None
    if command[:1] == [CONFIGURATION_FLAG]:
        return PLAIN
    is_script = command[:2] == ["bash", "-c"] and command[_NAME_AT : _NAME_AT + 1] == [SCRIPT_NAME]
    return COMPRESSED if is_script else None


def is_ours(command: Json) -> bool:
    """Whether the command carries a configuration that a version of this program wrote, and not one written by hand."""
    if form_of(command) != PLAIN:
        return form_of(command) is not None
    assert isinstance(command, list)
    text: Json = command[1] if len(command) > 1 else None
    pieces = text.get("Fn::Join") if isinstance(text, dict) else [None, [text]]
    first = pieces[1][:1] if isinstance(pieces, list) and len(pieces) == 2 and isinstance(pieces[1], list) else []
    return any(isinstance(piece, str) and piece.startswith(_BEGINNINGS) for piece in first)


def commands(value: Json) -> Iterator[list[Json]]:
    """The commands below `value` that carry a configuration of Envoy."""
    if isinstance(value, dict):
        for member in value.values():
            yield from commands(member)
    elif isinstance(value, list):
        if form_of(value):
            yield value
        else:
            for item in value:
                yield from commands(item)


def configuration_part(command: Sequence[Json]) -> slice:
    """Where the configuration stands in a command that carries one: its text, or the script, a text and the values."""
    return slice(1, 2) if form_of(command) == PLAIN else slice(2, _VALUES_AT + _count(command))


def text_and_values(command: Sequence[Json]) -> tuple[Json, Sequence[Json]]:
    """The text of the configuration in a command that carries one, and the values for its placeholders."""
    part = command[configuration_part(command)]
    if form_of(command) == PLAIN:
        return (part[0] if part else None), ()
    return (command[_TEXT_AT] if len(command) > _TEXT_AT else ""), command[_VALUES_AT : _VALUES_AT + _count(command)]


def _count(command: Sequence[Json]) -> int:
    count = command[_VALUES_AT - 1] if len(command) >= _VALUES_AT else None
    return int(count) if isinstance(count, str) and count.isascii() and count.isdigit() and len(count) < 6 else 0
