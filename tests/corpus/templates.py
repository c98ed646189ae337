"""The templates that the corpus tests read: the public ones where they lie, and our own examples."""

import copy
import datetime
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cfnlint.decode import decode

REPOSITORY = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("CORPUS") or REPOSITORY.parent / "shared" / "corpus")
EXAMPLES = REPOSITORY / "examples"

TASK_DEFINITION = "AWS::ECS::TaskDefinition"


def found(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.suffix in (".json", ".yaml", ".yml")]


PUBLIC = found(CORPUS)
FILES = [*PUBLIC, *(path for path in found(EXAMPLES) if TASK_DEFINITION in path.read_text())]
"""All of them, in order; without the corpus, the examples alone, but for those that are no CloudFormation."""


def is_example(path: Path) -> bool:
    return path.is_relative_to(EXAMPLES)


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY if is_example(path) else CORPUS))


def read(path: Path) -> Any:
    """The file as CloudFormation hands it to a macro; None where cfn-lint, like CloudFormation, cannot decode it."""
    decoded, mistakes = decode(str(path))
    return None if mistakes else json.loads(json.dumps(decoded, default=_as_written))


def _as_written(value: Any) -> str:
    """YAML reads 2010-09-09 as a date; CloudFormation takes it for the text that it is."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value)} in a template")


def parameter_values(template: Any) -> dict[str, Any]:
    """A value for every parameter, in the form in which the macro's event carries it."""
    declared = template.get("Parameters") if isinstance(template, dict) else None
    declarations = declared.items() if isinstance(declared, dict) else ()
    return {key: _value(declaration) for key, declaration in declarations if isinstance(declaration, dict)}


def _value(declaration: Mapping[str, Any]) -> Any:
    kind = str(declaration.get("Type"))
    allowed = declaration.get("AllowedValues")
    first = allowed[0] if isinstance(allowed, list) and allowed else "1"
    value = str(declaration.get("Default", first))
    return value.split(",") if kind == "CommaDelimitedList" or kind.startswith("List<") else value


def task_definitions(value: Any) -> Iterator[dict[str, Any]]:
    """Every task definition of the template, in loops too. A walk of its own, so that the macro's is tested."""
    if isinstance(value, list):
        for item in value:
            yield from task_definitions(item)
    elif isinstance(value, dict):
        if value.get("Type") == TASK_DEFINITION and isinstance(value.get("Properties"), dict):
            yield value
        else:
            for member in value.values():
                yield from task_definitions(member)


def resources(template: Any) -> Any:
    return template.get("Resources") if isinstance(template, dict) else None


def unmarked(template: Any) -> Any:
    """The template without any mark: the examples have some."""
    template = copy.deepcopy(template)
    if isinstance(template, dict) and isinstance(template.get("Metadata"), dict):
        # It marks no task, but it can export the mesh.
        template["Metadata"].pop("AppMesh", None)
    for resource in task_definitions(resources(template)):
        if isinstance(resource.get("Metadata"), dict):
            resource["Metadata"].pop("AppMesh", None)
        properties = resource["Properties"]
        properties.pop("Fn::Transform", None)
        if isinstance(properties.get("Tags"), list):
            properties["Tags"] = [tag for tag in properties["Tags"] if not _is_mark(tag)]
    return template


def _is_mark(tag: Any) -> bool:
    return isinstance(tag, dict) and str(tag.get("Key")).startswith("AppMesh:")


def with_metadata(resource: dict[str, Any], settings: Mapping[str, str]) -> bool:
    metadata = resource.setdefault("Metadata", {})
    if isinstance(metadata, dict):
        metadata["AppMesh"] = dict(settings)
    return isinstance(metadata, dict)


def with_tags(resource: dict[str, Any], settings: Mapping[str, str]) -> bool:
    tags = resource["Properties"].setdefault("Tags", [])
    if isinstance(tags, list):
        tags += [{"Key": f"AppMesh:{key}", "Value": value} for key, value in settings.items()]
    return isinstance(tags, list)


MESH = {
    "CorpusMesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}},
    "CorpusNode": {
        "Type": "AWS::AppMesh::VirtualNode",
        "Properties": {
            "MeshName": {"Fn::GetAtt": ["CorpusMesh", "MeshName"]},
            "VirtualNodeName": "node",
            "Spec": {
                "Listeners": [{"PortMapping": {"Port": 8080, "Protocol": "http"}}],
                "ServiceDiscovery": {"DNS": {"Hostname": "node.apps.local"}},
            },
        },
    },
}


def fit(template: Any, profile: str) -> None:
    """Gives the template what the profile needs: our network mode, memory for the sidecars, EC2 for proxyinit, and a
    mesh that can be compiled."""
    for resource in task_definitions(resources(template)):
        properties = resource["Properties"]
        properties["NetworkMode"] = "awsvpc"
        properties.setdefault("Memory", "2048")
        if profile == "preview":
            properties["RequiresCompatibilities"] = ["EC2"]
    if profile == "standalone":
        template["Resources"] |= copy.deepcopy(MESH)
