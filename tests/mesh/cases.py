"""Golden cases, found by their folders: a mesh, the nodes and gateways to compile, and the expected result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh import compiling, parsing

GOLDEN = Path(__file__).parent / "golden"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Case:
    """A case. `mesh.yaml` is the template, and its `Case` names the `Nodes` and `Gateways` to compile, the values of
    `Parameters`, and the `Options`."""

    folder: Path

    @property
    def template(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.load((self.folder / "mesh.yaml").read_text(), Loader=_LOADER)
        return loaded

    def compiled(self, resources: Mapping[str, Json] | None = None) -> "Outcome":
        """The case's result. resources: replaces the template's."""
        template = self.template
        asked = template["Case"]
        scope = Scope(parameters=asked.get("Parameters", {}))
        parsed = parsing.parse(template["Resources"] if resources is None else resources, scope)
        options = compiling.Options(scope=scope, **asked.get("Options", {}))
        compiler = compiling.Compiler(parsed.model, options)
        compiled = {f"node {who}": compiler.node(who) for who in asked.get("Nodes", ())}
        compiled |= {f"gateway {who}": compiler.gateway(who) for who in asked.get("Gateways", ())}
        return Outcome(parsed, compiled)


@dataclass(frozen=True)
class Outcome:
    parsed: parsing.Parsed
    compiled: Mapping[str, compiling.Compiled]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return ordered([*self.parsed.findings, *(f for one in self.compiled.values() for f in one.findings)])

    @property
    def bootstraps(self) -> dict[str, Json]:
        return {who: one.bootstrap for who, one in self.compiled.items()}


def cases() -> list[Case]:
    return [Case(folder) for folder in sorted(GOLDEN.iterdir()) if folder.is_dir()]


def name(case: Case) -> str:
    return case.folder.name


def values(config: Json) -> Iterator[Json]:
    """All values in a configuration, at any depth."""
    yield config
    if isinstance(config, dict):
        for item in config.values():
            yield from values(item)
    elif isinstance(config, list | tuple):
        for item in config:
            yield from values(item)
