"""Scalars of the mesh model. Their values may be unknown until CloudFormation deploys."""

from collections.abc import Iterable
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json, Path


@final
class Scalar(NamedTuple):
    """A scalar whose value may be unknown until CloudFormation deploys. Equal if the keys are equal.

    key: equal for values that mean the same. written: what goes into the configuration. known: the literal value, or
    None if it is unknown.
    """

    key: str
    written: Json
    known: str | None = None
    path: Path = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scalar) and self.key == other.key

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)


def shown(scalar: Scalar, otherwise: str) -> str:
    """The text of a scalar for a message, if it is written in the template: a parameter's value is not shown."""
    return scalar.written if isinstance(scalar.written, str) else otherwise


def listed(scalars: Iterable[Scalar]) -> str:
    """Scalars for a message, of which those that are written in the template are shown: `80, 8080 and others`."""
    texts = [each.written for each in scalars]
    known = [text for text in texts if isinstance(text, str)]
    return ", ".join(known) + (" and others" if known and len(known) < len(texts) else "")


def literal(value: str | int) -> Scalar:
    return Scalar(str(value), str(value), str(value))


def host_key(name: Scalar) -> str:
    """The key of a host name. Case-insensitive if the name is known."""
    return name.key if name.known is None else name.known.lower()
