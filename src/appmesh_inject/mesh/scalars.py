"""Scalars of the mesh model: text that may be known only when CloudFormation deploys."""

from dataclasses import dataclass, field
from typing import final

from appmesh_inject.tree import Json, Path


@final
@dataclass(frozen=True, slots=True)
class Text:
    """A scalar that may be known only when CloudFormation deploys.

    key: what it means, equal for equal meanings. written: what goes to the configuration. known: the literal
    that it stands for now, or None.
    """

    key: str
    written: Json = field(compare=False)
    known: str | None = field(compare=False, default=None)
    path: Path = field(compare=False, default=())


def literal(value: str | int, path: Path = ()) -> Text:
    return Text(str(value), str(value), str(value), path)


def host_key(name: Text) -> str:
    """The key of a host name, which does not differ by case; what only CloudFormation knows does."""
    return name.key if name.known is None else name.known.lower()
