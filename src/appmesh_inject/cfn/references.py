"""Which resources of a template refer to which others."""

from collections.abc import Iterator, Mapping

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.sub import Variable


def dependencies(resources: Mapping[str, Json]) -> dict[str, frozenset[str]]:
    """The resources that each resource refers to or waits for, by logical ID: CloudFormation deploys them before it."""
    return {
        logical_id: frozenset(name for name in _named(resource) if name in resources and name != logical_id)
        for logical_id, resource in resources.items()
    }


def _named(resource: Json) -> Iterator[str]:
    if isinstance(resource, dict):
        waits = resource.get("DependsOn", [])
        yield from (name for name in (waits if isinstance(waits, list) else [waits]) if isinstance(name, str))
        yield from references(resource)


def references(value: Json) -> Iterator[str]:
    """The first part of every name in a Ref, an Fn::GetAtt or an Fn::Sub: logical IDs, and names of parameters."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item
            elif key == "Fn::GetAtt":
                target = item[0] if isinstance(item, list) and item else item
                yield from [target.partition(".")[0]] if isinstance(target, str) else []
            elif key == "Fn::Sub":
                pieces = sub.pieces(item) or ()
                for piece in pieces:
                    yield from references(piece.value) if isinstance(piece, Variable) else ()
            else:
                yield from references(item)
