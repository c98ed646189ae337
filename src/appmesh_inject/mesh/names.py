"""Names of mesh resources: which resource a value refers to, and what is written in its place.

Values with equal keys mean the same. A key is the text that the value stands for. Parts that only CloudFormation knows
appear in it as they are written in the template.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn import sub, text_joining
from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Literal, Scope, function, read
from appmesh_inject.cfn.sub import Piece, Variable
from appmesh_inject.resource_types import APP_MESH, CLOUD_MAP

IMPORT = "Fn::ImportValue"
ARN = "Arn"
"""The attribute that is the same as a Ref."""
PARENTS = {"Route": "VirtualRouterName", "GatewayRoute": "VirtualGatewayName"}
"""The property that names what a route belongs to."""

_NAMED_BY_DISCOVERY = ("Service", "PrivateDnsNamespace", "PublicDnsNamespace", "HttpNamespace")

Dangling: TypeAlias = Callable[[str, str], None]
"""Receives the logical ID and attribute of a reference that cannot be replaced by a name."""


def kind_of(resource: Json) -> str | None:
    """`VirtualNode` of an `AWS::AppMesh::VirtualNode`; None of any other resource."""
    kind = resource.get("Type") if isinstance(resource, dict) else None
    return kind.removeprefix(APP_MESH) if isinstance(kind, str) and kind.startswith(APP_MESH) else None


def named_by_arn(value: Json) -> str | None:
    """The logical ID of the resource whose ARN `value` is, as all of App Mesh's resources return it: `!Ref Node`,
    `!GetAtt Node.Arn`, and an Fn::Sub or Fn::Join of nothing but one of these."""
    called = function(value)
    if called is None or not isinstance(value, dict):
        return None
    argument = value[called]
    parts: Sequence[Json] | None = None
    if called == "Fn::Sub":
        split = sub.pieces(argument)
        parts = split and [part.value if isinstance(part, Variable) else part for part in split]
    elif called == "Fn::Join":
        parts = _join_parts(argument)
    if parts is not None:
        return named_by_arn(parts[0]) if len(parts) == 1 else None
    target = _referred(called, argument)
    return target[0] if target is not None and target[1] in ("", ARN) else None


def export_as_written(argument: Json) -> str:
    """The name of an export for a message, which does not show the values of parameters."""
    text = argument["Fn::Sub"] if isinstance(argument, dict) and function(argument) == "Fn::Sub" else argument
    return text if isinstance(text, str) else json.dumps(argument)


def name_property(kind: str) -> str:
    return f"{kind}Name"


class MeshNames(NamedTuple):
    """Resolves references to mesh resources in a template."""

    resources: Mapping[str, Json]
    scope: Scope

    def is_mesh(self, logical_id: Json) -> bool:
        return isinstance(logical_id, str) and kind_of(self.resources.get(logical_id)) is not None

    def attribute(self, logical_id: str, attribute: str, visited: frozenset[str] = frozenset()) -> Json:
        """The value of an `Fn::GetAtt` on a mesh resource, from its properties. None if the attribute is not a name, or
        refers to itself."""
        resource = self.resources.get(logical_id)
        kind = kind_of(resource)
        if kind is None or not isinstance(resource, dict) or logical_id in visited:
            return None
        known = resource.get("Properties")
        properties = known if isinstance(known, dict) else {}
        value = None
        if attribute == name_property(kind):
            value = properties.get(attribute, logical_id)
        elif attribute in ("MeshName", PARENTS.get(kind)):
            value = properties.get(attribute)
        if value is None:
            return None
        lost: list[str] = []
        written = self.written(value, lambda target, _: lost.append(target), visited | {logical_id})
        return None if lost else written

    def name(self, logical_id: str, visited: frozenset[str] = frozenset()) -> Json:
        kind = kind_of(self.resources.get(logical_id))
        return None if kind is None else self.attribute(logical_id, name_property(kind), visited)

    def written(self, value: Json, dangling: Dangling, visited: frozenset[str] = frozenset()) -> Json:
        """`value` for use as a name: references to mesh resources are replaced by their names."""
        if isinstance(value, dict) and function(value) == "Ref" and self.is_mesh(value["Ref"]):
            name = self.name(str(value["Ref"]), visited)
            if name is not None:
                return name
        return self.rewritten(value, lambda _, logical_id, attribute: dangling(logical_id, attribute), (), visited)

    def rewritten(
        self,
        value: Json,
        dangling: Callable[[Path, str, str], None],
        path: Path = (),
        visited: frozenset[str] = frozenset(),
    ) -> Json:
        """`value` in which each `Fn::GetAtt` and `${}` of a mesh resource's name is replaced by that name, at any
        depth. References that are not names are kept and passed to `dangling`. Returns the same object if nothing was
        replaced."""
        if isinstance(value, list):
            items = [self.rewritten(item, dangling, (*path, n), visited) for n, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if not isinstance(value, dict):
            return value
        called = function(value)
        if called is not None:
            rewritten = self._rewritten_call(value, called, dangling, path, visited)
            if rewritten is not value or called == "Fn::Sub":
                return rewritten
        members = {key: self.rewritten(item, dangling, (*path, key), visited) for key, item in value.items()}
        return members if any(members[key] is not value[key] for key in value) else value

    def _rewritten_call(
        self,
        value: dict[str, Json],
        called: str,
        dangling: Callable[[Path, str, str], None],
        path: Path,
        visited: frozenset[str],
    ) -> Json:
        argument = value[called]
        if called == "Fn::Sub":
            return self._rewritten_sub(value, argument, dangling, path, visited)
        target = _referred(called, argument)
        if target is None and called == "Fn::GetAtt" and isinstance(argument, list) and argument:
            target = str(argument[0]), "attribute"
        if target is None or not self.is_mesh(target[0]):
            return value
        name = self.attribute(*target, visited)
        if name is None:
            dangling(path, *target)
            return value
        return name

    def _rewritten_sub(
        self,
        value: dict[str, Json],
        arguments: Json,
        dangling: Callable[[Path, str, str], None],
        path: Path,
        visited: frozenset[str],
    ) -> Json:
        parts = sub.pieces(arguments)
        if parts is None:
            members = self.rewritten(arguments, dangling, (*path, "Fn::Sub"), visited)
            return value if members is arguments else {"Fn::Sub": members}
        # One pass: searching before rewriting would double the work at each level of nesting.
        found: list[tuple[Path, str, str]] = []
        spread = [
            self.rewritten(part.value, lambda *reference: found.append(reference), path, visited)
            if isinstance(part, Variable)
            else part
            for part in parts
        ]
        for reference in found:
            dangling(*reference)
        changed = any(
            isinstance(old, Variable) and new is not old.value for new, old in zip(spread, parts, strict=True)
        )
        if found or changed:
            return text_joining.joined(spread)
        return self._rewritten_rest(value, parts, dangling, path, visited)

    def _rewritten_rest(
        self,
        value: dict[str, Json],
        parts: Sequence[Piece],
        dangling: Callable[[Path, str, str], None],
        path: Path,
        visited: frozenset[str],
    ) -> Json:
        """For an Fn::Sub without references to the mesh: rewrites the variables that its text does not use."""
        arguments = value["Fn::Sub"]
        if not isinstance(arguments, list):
            return value
        template, own = arguments
        used = {part.name for part in parts if isinstance(part, Variable)}
        place = (*path, "Fn::Sub", 1)
        rest = {
            name: item if name in used else self.rewritten(item, dangling, (*place, name), visited)
            for name, item in own.items()
        }
        return value if all(rest[name] is own[name] for name in own) else {"Fn::Sub": [template, rest]}

    def key(self, value: Json, scope: Scope | None = None, visited: frozenset[str] = frozenset()) -> str:
        """A text that is equal for values that mean the same."""
        within = self.scope if scope is None else scope
        reading = read(value, within)
        if isinstance(reading, Literal) and not isinstance(reading.value, Mapping | list):
            literal = text_joining.scalar(reading.value)
            # A NUL stands around what only CloudFormation knows, so a literal cannot keep its own.
            return literal.replace("\0", "\N{SYMBOL FOR NULL}") if isinstance(literal, str) else "\0null\0"
        called = function(value)
        if not isinstance(value, dict) or called is None:
            return _opaque(value)
        argument = value[called]
        target = _referred(called, argument)
        if target is not None and target[0] not in within.loops:
            return self._target_key(value, target, within, visited)
        if called == IMPORT:
            return self._import_key(argument, within, visited)
        parts: list[Json] | None = None
        if called == "Fn::Sub":
            split = sub.pieces(argument)
            if split is not None:
                parts = [part.value if isinstance(part, Variable) else part for part in split]
        elif called == "Fn::Join":
            parts = _join_parts(argument)
        if parts is None:
            return _opaque(value)
        return "".join(self.key(part, within, visited) for part in parts)

    def _import_key(self, argument: Json, scope: Scope, visited: frozenset[str]) -> str:
        name = self.key(argument, scope, visited)
        return scope.imports[name] if name in scope.imports else _opaque({IMPORT: argument})

    def _target_key(self, value: Json, target: tuple[str, str], scope: Scope, visited: frozenset[str]) -> str:
        logical_id, attribute = target
        if logical_id in visited:
            return _opaque(value)
        visited |= {logical_id}
        resource = self.resources.get(logical_id)
        if self.is_mesh(logical_id):
            is_arn = attribute in ("", ARN)
            name = self.name(logical_id) if is_arn else self.attribute(logical_id, attribute)
            return _opaque(value) if name is None else self.key(name, scope, visited)
        if attribute == "Name" and isinstance(resource, dict) and _is_discovery(resource):
            properties = resource.get("Properties")
            if isinstance(properties, dict) and "Name" in properties:
                return self.key(properties["Name"], scope, visited)
        return _opaque({"Ref": logical_id} if not attribute else {"Fn::GetAtt": [logical_id, attribute]})


def _is_discovery(resource: Mapping[str, Json]) -> bool:
    return resource.get("Type") in [f"{CLOUD_MAP}{kind}" for kind in _NAMED_BY_DISCOVERY]


def _referred(called: str, argument: Json) -> tuple[str, str] | None:
    """The logical ID and attribute that a Ref (attribute: empty) or an Fn::GetAtt names."""
    if called == "Ref" and isinstance(argument, str):
        return argument, ""
    if called != "Fn::GetAtt":
        return None
    if isinstance(argument, str):
        logical_id, dot, attribute = argument.partition(".")
        return (logical_id, attribute) if dot and attribute else None
    if isinstance(argument, list) and len(argument) == 2:
        logical_id_, attribute_ = argument
        if isinstance(logical_id_, str) and isinstance(attribute_, str) and attribute_:
            return logical_id_, attribute_
    return None


def _join_parts(argument: Json) -> list[Json] | None:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str)):
        return None
    delimiter, items = argument
    if not isinstance(items, list):
        return None
    parts: list[Json] = []
    for item in items:
        parts += [delimiter, item] if parts else [item]
    return parts


def _opaque(value: Json) -> str:
    return f"\0{json.dumps(value, sort_keys=True, default=str)}\0"
