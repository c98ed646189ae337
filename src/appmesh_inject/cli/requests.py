"""What a command asks for, of every file that it works on: options, with the configuration below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appmesh_inject.cli.configuration import Configuration
from appmesh_inject.cli.documents import Document
from appmesh_inject.cli.forms import Form
from appmesh_inject.cli.meshes import mesh_of
from appmesh_inject.cli.options import PARAMETER, deployment_variables, flag, pairs, usage_error
from appmesh_inject.cli.parameters import parameter_values
from appmesh_inject.cli.rendering import Asked, Rendered
from appmesh_inject.deployment import Deployment, deployed
from appmesh_inject.settings import NAMING
from appmesh_inject.standalone import MeshSource
from appmesh_inject.targets.ecs import is_task_definition
from appmesh_inject.targets.tasks import API, TAG_PREFIX
from appmesh_inject.tree import Json


@dataclass(frozen=True, slots=True)
class Request:
    """The options of one call."""

    parameters: Mapping[str, str]
    settings: Mapping[str, Json]
    deployment: Deployment
    macro: str
    configuration: Configuration
    mesh: MeshSource | None = None

    def rendered(self, form: Form) -> Rendered:
        """What becomes of the file; flags that had no effect are those of the command line alone."""
        result = form.rendered(self.asked(form.document))
        own = tuple(each for each in result.unused_flags if each.startswith("--"))
        return replace(result, unused_flags=own)

    def check(self, forms: Sequence[Form]) -> None:
        """Raises a usage error for a parameter on the command line that none of the files has."""
        declared = {name: None for form in forms for name in _declarations(form.document)}
        names = forms[0].document.name if len(forms) == 1 else "none of the files"
        for name in self.parameters if forms else ():
            if name not in declared:
                has = "has no" if len(forms) == 1 else "has a"
                raise usage_error(f"{names} {has} parameter '{name}'", name, list(declared), PARAMETER)

    def asked(self, document: Document) -> Asked:
        """What is asked of one file."""
        declarations = _declarations(document)
        given = {**self.configuration.parameters, **self.parameters}
        below = self.configuration.settings
        if any(name in self.settings for name in NAMING):
            below = {name: value for name, value in below.items() if name not in NAMING}
        if not self.settings and not any(name in below for name in NAMING) and _is_unmarked(document.content):
            below = {}
        return Asked(
            parameter_values(declarations, {name: value for name, value in given.items() if name in declarations}),
            {**below, **self.settings},
            {
                **{name: self.configuration.places[name] for name in below},
                **{name: flag(name) for name in self.settings},
            },
            self.deployment,
            self.macro,
            self.mesh,
        )


def request(
    *,
    parameters: Sequence[str],
    settings: Mapping[str, Json],
    deployment_parameters: Sequence[str],
    macro: str,
    configuration: Configuration,
    mesh: str | None = None,
    mesh_parameters: Sequence[str] = (),
) -> Request:
    """The request that the options make. Raises a usage error for an option that cannot be meant."""
    deployment = deployed({**configuration.deployment_parameters, **deployment_variables(deployment_parameters)})
    found = mesh_of(mesh, mesh_parameters)
    return Request(pairs(parameters, PARAMETER), settings, deployment, macro, configuration, found)


def _declarations(document: Document) -> Mapping[str, Json]:
    declared = document.content.get("Parameters") if isinstance(document.content, Mapping) else None
    return declared if isinstance(declared, Mapping) else {}


def _is_unmarked(content: Json) -> bool:
    """Whether the content is an ECS task definition without a mark. Flags mark one, but defaults in a file never do."""
    if not isinstance(content, dict) or not is_task_definition(content):
        return False
    inner = content.get("taskDefinition")
    tags = content.get(API.tags) or (inner.get(API.tags) if isinstance(inner, dict) else None)
    listed = tags if isinstance(tags, list) else []
    return not any(isinstance(tag, dict) and str(tag.get(API.key)).startswith(TAG_PREFIX) for tag in listed)
