"""Finds nulls in a template, which CloudFormation does not allow anywhere."""

from collections.abc import Iterator

from appmesh_inject.cfn.document import Json, Path


def nulls(value: Json, path: Path = ()) -> Iterator[Path]:
    """The paths of the nulls in `value`, in order."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from nulls(member, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nulls(item, (*path, index))
    elif value is None:
        yield path
