"""Scalars of the mesh model: text that may be known only when CloudFormation deploys."""

from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json, Path


@final
class Scalar(NamedTuple):
    """A scalar that may be known only when CloudFormation deploys. Two are equal where they mean the same.

    key: what it means, equal for equal meanings. written: what goes to the configuration. known: the literal
    that it stands for now, or None.
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


def literal(value: str | int) -> Scalar:
    return Scalar(str(value), str(value), str(value))


def host_key(name: Scalar) -> str:
    """The key of a host name, which does not differ by case; what only CloudFormation knows does."""
    return name.key if name.known is None else name.known.lower()
