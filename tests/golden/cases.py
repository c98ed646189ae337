"""Golden cases: a folder is a case, found by itself.

TARGET/CASE/input.yaml      the document
TARGET/CASE/options.yaml    optional: request, deployment, parameters
TARGET/CASE/stacks/         optional: NAME.yaml, the templates of other stacks; those that export are processed
TARGET/CASE/expected.json   what comes out; not there where it is refused
TARGET/CASE/report.txt      what happened to each workload, and the findings
"""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from cfnlint.decode import cfn_yaml

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.other_template import OtherTemplate
from appmesh_inject.mesh.template_mesh import with_exported
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import PlatformDefaults, deployed
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.kubernetes import KubernetesManifests
from appmesh_inject.workloads.model import DocumentKind


def _stack(file: Path) -> OtherMesh:
    written = plain(cfn_yaml.load(str(file)))
    processed = inject(written, CloudFormation(Level((), {}), {})).document
    assert isinstance(processed, dict)
    name = file.stem
    other = OtherTemplate(with_exported(processed), {}, name, "eu-central-1")
    return OtherMesh(name, f"stack {name}", ("MeshStack", name), other)


ROOT = Path(__file__).parent


TARGETS: Mapping[str, Callable[[Level, Mapping[str, Json]], DocumentKind]] = {
    "cloudformation": CloudFormation,
    "ecs": lambda request, _: EcsTaskDefinition(request),
    "kubernetes": lambda request, _: KubernetesManifests(request),
}


@dataclass(frozen=True)
class Case:
    """One folder: the document, and how it is asked to be injected."""

    folder: Path

    @property
    def name(self) -> str:
        return str(self.folder.relative_to(ROOT))

    @property
    def input(self) -> Path:
        return self.folder / "input.yaml"

    @functools.cached_property
    def document(self) -> Json:
        if self.folder.parent.name != "cloudformation":
            return plain(yaml.safe_load(self.input.read_text()))
        return plain(cfn_yaml.load(str(self.input)))

    @functools.cached_property
    def options(self) -> Mapping[str, Any]:
        path = self.folder / "options.yaml"
        return cast(Mapping[str, Any], yaml.safe_load(path.read_text())) if path.exists() else {}

    @property
    def parameters(self) -> Mapping[str, Json]:
        return cast(Mapping[str, Json], self.options.get("parameters", {}))

    @property
    def request(self) -> Mapping[str, Json]:
        return cast(Mapping[str, Json], self.options.get("request", {}))

    @property
    def deployment_parameters(self) -> Mapping[str, str]:
        return cast(Mapping[str, str], self.options.get("deployment", {}))

    @property
    def deployment(self) -> PlatformDefaults:
        return deployed(self.deployment_parameters)

    @property
    def target(self) -> DocumentKind:
        return TARGETS[self.folder.parent.name](Level(("Transform", "Parameters"), self.request), self.parameters)

    @functools.cached_property
    def stacks(self) -> Mapping[str, OtherMesh]:
        """What the macro reads of other stacks. Their parameters have their defaults."""
        return {file.stem: _stack(file) for file in sorted((self.folder / "stacks").glob("*.yaml"))}

    @property
    def meshes(self) -> Meshes:
        return Meshes(read_stacks=lambda names: [self.stacks.get(name) for name in names])

    def inject(self, document: Json) -> Outcome:
        return inject(document, self.target, self.deployment, self.meshes)

    @functools.cached_property
    def outcome(self) -> Outcome:
        return self.inject(self.document)


def cases(target: str = "*") -> list[Case]:
    return [Case(path.parent) for path in sorted(ROOT.glob(f"{target}/*/input.*"))]


def plain(value: Any) -> Json:
    """A document as the target gets it: without the nodes of the reader."""
    return cast(Json, json.loads(json.dumps(value)))


def report(outcome: Outcome) -> str:
    """What a user reads of an outcome, a line each."""
    workloads = [f"{r.name or '-'}: {r.action}" + (f" ({r.reason})" if r.reason else "") for r in outcome.reports]
    findings = [f"{finding.severity}: {finding}" for finding in outcome.findings]
    return "\n".join([*workloads, *findings]) + "\n"
