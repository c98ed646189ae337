"""A property of a mesh resource during parsing: its value, its path, and methods that read it as a type.

Each method returns a value, or None and reports a finding. None raises for what a user wrote.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, final

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import TOLD_BY_THE_EVENT, Absent, Literal, Scope, leaves, read
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.settings.types import KNOWN_PARAMETER, Check, closest, one_of, shown_literal

T = TypeVar("T")


@final
class Reader(NamedTuple):
    """Shared by all properties of one resource. findings: collects the mistakes. source: see `Resource`."""

    subject: str
    names: MeshNames
    findings: list[Finding]
    source: str = ""

    @property
    def scope(self) -> Scope:
        return self.names.scope

    def give_parameter(self, value: Json) -> str | None:
        """The hint about the first parameter without a value on which `value` depends, also by its conditions."""
        open_names = parameters(value, self.scope.conditions)
        name = next((name for name in open_names if name in self.scope.missing or name in TOLD_BY_THE_EVENT), None)
        return name and f"Give its value: --parameter {name}=..."


@final
class Property(NamedTuple):
    value: Json
    path: Path
    reader: Reader

    def report(self, code: str, message: str, hint: str) -> None:
        name = self.path[-1]
        if isinstance(name, int):
            name = f"{self.path[-2]}[{name}]"
        self.reader.findings.append(Finding(code, self.reader.subject, self.path, f"{name} {message}", hint))

    @property
    def is_there(self) -> bool:
        value = self.value
        if not isinstance(value, dict):
            return value is not None
        return len(value) != 1 or not isinstance(read(value, self.reader.scope), Absent)

    def wrong(self, need: str, literal: Literal) -> None:
        self.report("AM302", f"must be {need}, and {shown_literal(literal)} is not", "Correct the value")

    def decided(self) -> Literal | None:
        """The literal value. A value on which the structure of the configuration depends must be known: else a
        finding."""
        reading = read(self.value, self.reader.scope)
        if isinstance(reading, Literal):
            return reading
        self.report(
            "AM301",
            "decides the structure of Envoy's configuration, and its value is not known when the macro runs",
            self.reader.give_parameter(self.value) or f"Write the value itself, or {KNOWN_PARAMETER}",
        )
        return None

    def members(self, *allowed: str) -> "Members | None":
        """The members of a map. Those that App Mesh does not have are findings."""
        literal = self.decided()
        if literal is None:
            return None
        if not isinstance(literal.value, dict):
            self.wrong("a map of properties", literal)
            return None
        for name in literal.value:
            if name not in allowed:
                guess = closest(str(name), allowed)
                hint = f"Did you mean '{guess}'?" if guess else f"App Mesh has {', '.join(allowed)} here"
                self.at(str(name), None).report("AM304", "is a property that App Mesh does not have here", hint)
        return Members(self, literal.value)

    def at(self, step: str | int, value: Json) -> "Property":
        return Property(value, (*self.path, step), self.reader)

    def items(self) -> "tuple[Property, ...]":
        """The items of a list without those that are AWS::NoValue. Empty if the property is missing."""
        if not self.is_there:
            return ()
        literal = self.decided()
        if literal is None:
            return ()
        if isinstance(literal.value, str) or not isinstance(literal.value, Sequence):
            self.wrong("a list", literal)
            return ()
        props = (self.at(n, item) for n, item in enumerate(literal.value))
        return tuple(prop for prop in props if prop.is_there)

    def scalar(self, check: Check = lambda _: None) -> Scalar | None:
        """A scalar that CloudFormation may fill in later. Literals in it must pass `check`, which returns what it
        requires."""
        plain = self.value
        if isinstance(plain, str) and not ("\0" in plain or "{{resolve:" in plain or check(plain)):
            return Scalar(plain, plain, plain, self.path)
        for leaf in leaves(self.value, self.reader.scope):
            if isinstance(leaf.reading, Absent):
                self.report("AM301", "is AWS::NoValue in one branch", "Give a value in both branches")
                return None
            if isinstance(leaf.reading, Literal) and not self._fits(leaf.reading, check):
                return None
        found = self._as_scalar()
        if found is not None and found.known is not None and check(found.known):
            self.report("AM302", f"must be {check(found.known)}", "Correct the value")
            return None
        return found

    def _fits(self, literal: Literal, check: Check) -> bool:
        value = literal.value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(check("") or "text", literal)
            return False
        if "\0" in str(value):
            self.report("AM322", "has a NUL character", "Take it out")
            return False
        need = check(str(value))
        if need:
            self.wrong(need, literal)
        return not need

    def _as_scalar(self) -> Scalar | None:
        if "{{resolve:" in str(self.value):
            self.report(
                "AM322",
                "is a dynamic reference, which Envoy's configuration cannot hold",
                "Write the value, or a Ref to a parameter of an SSM type",
            )
            return None
        lost: list[str] = []
        names = self.reader.names
        written = names.written(self.value, lambda logical_id, attribute: lost.append(f"{logical_id} {attribute}"))
        if lost:
            self.report(
                "AM325", f"refers to {lost[0].strip()}, which is removed from the template", "Refer to the name"
            )
            return None
        key = names.key(self.value)
        return Scalar(key, scalar(written), None if "\0" in key else key, self.path)

    def known_scalar(self, check: Check = lambda _: None) -> Scalar | None:
        """A scalar whose value must be known now. It may be written as a Ref to a parameter."""
        found = self.scalar(check)
        if found is not None and found.known is None:
            self.decided()
            return None
        return found

    def choice(self, *options: str) -> str | None:
        literal = self.decided()
        if literal is None:
            return None
        if isinstance(literal.value, str) and literal.value in options:
            return literal.value
        self.wrong(one_of(options) if len(options) > 1 else options[0], literal)
        return None

    def flag(self) -> bool | None:
        literal = self.decided()
        if literal is None:
            return None
        word = str(literal.value).lower()
        if word not in ("true", "false"):
            self.wrong("true or false", literal)
            return None
        return word == "true"


@final
@dataclass(frozen=True, slots=True)
class Members:
    """The members of a property whose value is a map."""

    prop: Property
    properties: Mapping[str, Json]

    def __getitem__(self, name: str) -> Property:
        return self.prop.at(name, self.properties.get(name))

    def given(self, *names: str) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.properties and self[name].is_there)

    def required(self, name: str) -> Property | None:
        prop = self[name]
        if prop.is_there:
            return prop
        prop.report("AM303", "is required", "Add it")
        return None

    def one_of(self, *names: str, needed: bool = True) -> str | None:
        """The one of these mutually exclusive properties that is given."""
        given = self.given(*names)
        if len(given) == 1:
            return given[0]
        if given:
            self[given[1]].report("AM305", f"and {given[0]} exclude each other", f"Keep one of {', '.join(given)}")
        elif needed:
            self.prop.report("AM305", f"needs {one_of(names)}", "Add it")
        return None

    def scalar(self, name: str, check: Check = lambda _: None) -> Scalar | None:
        prop = self[name]
        return prop.scalar(check) if prop.is_there else None

    def required_scalar(self, name: str, check: Check = lambda _: None) -> Scalar | None:
        prop = self.required(name)
        return prop and prop.scalar(check)

    def choice(self, name: str, *options: str) -> str | None:
        prop = self[name]
        return prop.choice(*options) if prop.is_there else None

    def required_choice(self, name: str, *options: str) -> str | None:
        prop = self.required(name)
        return prop and prop.choice(*options)

    def flag(self, name: str) -> bool | None:
        prop = self[name]
        return prop.flag() if prop.is_there else None


def parameters(
    value: Json, conditions: Mapping[str, Json] = NOTHING, visited: frozenset[str] = frozenset()
) -> Iterator[str]:
    """The names in each Ref and Fn::Sub of `value`, and of the given conditions that it uses."""
    if isinstance(value, dict):
        for key, item in value.items():
            used = item[0] if key == "Fn::If" and isinstance(item, list) and item else item if key == "Condition" else 0
            if isinstance(used, str) and used in conditions and used not in visited:
                yield from parameters(conditions[used], conditions, visited | {used})
            if key == "Ref" and isinstance(item, str):
                yield item
            elif key == "Fn::Sub":
                text = item[0] if isinstance(item, list) and item else item
                yield from (part.partition("}")[0] for part in str(text).split("${")[1:])
                yield from parameters(item, conditions, visited)
            else:
                yield from parameters(item, conditions, visited)
    elif isinstance(value, list):
        for item in value:
            yield from parameters(item, conditions, visited)


def each(props: Iterable[Property], parse: Callable[[Property], T | None]) -> tuple[T, ...]:
    """The results of `parse`. It has reported a finding where it returns None."""
    return tuple(found for found in map(parse, props) if found is not None)
