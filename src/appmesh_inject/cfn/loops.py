"""Loops among the members of a map, which AWS::LanguageExtensions unrolls: `Fn::ForEach::Name: [Id, [A, B], {...}]`.

Source: Fn::ForEach in the template reference.
"""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json

LOOP = "Fn::ForEach::"


def may_add(members: Mapping[str, Json], key: str) -> bool:
    """Whether a loop among the members may give the map a member `key`."""
    return any(_may_make(loop, key) for name, loop in members.items() if name.startswith(LOOP))


def _may_make(loop: Json, key: str) -> bool:
    if not (isinstance(loop, list) and len(loop) == 3):
        return True
    identifier, collection, body = loop
    if not (isinstance(collection, list) and isinstance(body, Mapping)):
        return True
    for name in body:
        for item in collection:
            made = name.replace(f"${{{identifier}}}", item) if isinstance(item, str) else "${}"
            if made == key or "${" in made or "&{" in made or made.startswith(LOOP):
                return True
    return False
