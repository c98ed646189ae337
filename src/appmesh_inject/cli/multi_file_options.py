"""The options of the commands that take several files, combined with the configuration file."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, NamedTuple, get_type_hints

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import PSEUDO
from appmesh_inject.cli.common_flags import ignore
from appmesh_inject.cli.configuration import NONE, Configuration
from appmesh_inject.cli.file_selection import ContainerLists, Files, Selected, selected
from appmesh_inject.cli.mesh_option import LiveWeightsArn, MeshFiles, MeshParameters, beside, meshes_of
from appmesh_inject.cli.shared_options import (
    CONFIGURATION,
    PARAMETER,
    SETTINGS,
    DeploymentParameters,
    MacroName,
    Parameters,
    check_declared,
    deployment_variables,
    flag,
    pairs,
)
from appmesh_inject.files.documents import Document
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.render.input_files import InputFile
from appmesh_inject.render.parameters import declarations, parameter_values
from appmesh_inject.render.render_result import MACRO, Rendered, RenderOptions
from appmesh_inject.settings.platform_defaults import PlatformDefaults, deployed
from appmesh_inject.settings.table import NAMING
from appmesh_inject.workloads.detect import is_task_definition
from appmesh_inject.workloads.lost_marks import TAG_PREFIX
from appmesh_inject.workloads.task_definition import ECS_API


class CommandOptions(NamedTuple):
    """All options of one call. Options on the command line override `configuration`."""

    parameters: Mapping[str, str]
    settings: Mapping[str, Json]
    deployment: PlatformDefaults
    macro: str
    configuration: Configuration
    meshes: tuple[OtherMesh, ...] = ()

    def rendered(self, input_file: InputFile) -> Rendered:
        """Renders a file. Only flags of the command line are reported as unused, not settings of the configuration
        file."""
        result = input_file.rendered(self.render_options(input_file.document))
        own = tuple(each for each in result.unused_flags if each.startswith("--"))
        return result._replace(unused_flags=own)

    def check(self, input_files: Sequence[InputFile]) -> None:
        """Raises a usage error for a parameter on the command line that no file declares."""
        if not input_files:
            return
        declared = {name: None for input_file in input_files for name in declarations(input_file.document.content)}
        first, *others = input_files
        who_lacks = "none of the files has a" if others else f"{first.document.name} has no"
        check_declared(self.parameters, declared, who_lacks, PARAMETER)

    def render_options(self, document: Document) -> RenderOptions:
        """The options for one file."""
        declared = declarations(document.content)
        given = {**self.configuration.parameters, **self.parameters}
        below = self.configuration.settings
        if any(name in self.settings for name in NAMING):
            below = {name: value for name, value in below.items() if name not in NAMING}
        if not self.settings and not any(name in below for name in NAMING) and _is_unmarked(document.content):
            below = {}
        return RenderOptions(
            parameter_values(
                declared, {name: value for name, value in given.items() if name in declared or name in PSEUDO}
            ),
            {**below, **self.settings},
            {
                **{name: self.configuration.places[name] for name in below},
                **{name: flag(name) for name in self.settings},
            },
            self.deployment,
            self.macro,
            beside(self.meshes, document),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOptions:
    """The options as they were given on the command line. Typer reads names and types of the fields;
    `appmesh-inject.toml` and the tests use the same names."""

    files: Files = None
    parameter: Parameters = field(default_factory=list)
    deployment_parameter: DeploymentParameters = field(default_factory=list)
    macro_name: MacroName = MACRO
    mesh: MeshFiles = field(default_factory=list)
    mesh_parameter: MeshParameters = field(default_factory=list)
    live_weights_arn: LiveWeightsArn = None
    container_lists: ContainerLists = False
    settings: Mapping[str, Json] = field(default_factory=dict)
    configuration: Configuration = NONE

    def command_options(self) -> CommandOptions:
        """The options, checked. Raises UserError if the mesh cannot be read, and a usage error for invalid options."""
        variables = {**self.configuration.deployment_parameters, **deployment_variables(self.deployment_parameter)}
        return CommandOptions(
            pairs(self.parameter, PARAMETER),
            self.settings,
            deployed(variables),
            self.macro_name,
            self.configuration,
            meshes_of(self.mesh, self.mesh_parameter, self.live_weights_arn),
        )

    def selected(self, arguments: Sequence[str] | None, *, skip_others: bool = False) -> Selected:
        """The files that are named. Raises as `file_selection.selected` does."""
        lists = self.container_lists
        return selected(arguments, self.configuration, skip_others=skip_others, container_lists=lists)

    def read(self, *, skip_others: bool = False) -> tuple[CommandOptions, Selected]:
        """The options and the selected files. Raises as `command_options` and `selected` do."""
        options = self.command_options()
        found = self.selected(self.files, skip_others=skip_others)
        options.check(found.files)
        return options, found


def on_files(command: Callable[..., None]) -> Callable[..., None]:
    """Gives `command` the options of GivenOptions, which it receives as `given`."""

    @functools.wraps(command)
    def wrapper(**options: Any) -> None:
        given = GivenOptions(**{name: options.pop(name) for name in _GIVEN})
        ignore(given.configuration.ignore)
        command(given=given, **options)

    own = [each for name, each in inspect.signature(command, eval_str=True).parameters.items() if name != "given"]
    shared = [each for name, each in _GIVEN.items() if name not in (SETTINGS, CONFIGURATION)]
    last = [_GIVEN[SETTINGS], _GIVEN[CONFIGURATION]]
    wrapper.__signature__ = inspect.Signature([*shared, *own, *last])  # type: ignore[attr-defined]
    return wrapper


def _parameters() -> Iterator[inspect.Parameter]:
    hints = get_type_hints(GivenOptions, include_extras=True)
    for each in fields(GivenOptions):
        default = each.default if each.default_factory is MISSING else each.default_factory()
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if each.name == "files" else inspect.Parameter.KEYWORD_ONLY
        yield inspect.Parameter(each.name, kind, default=default, annotation=hints[each.name])


_GIVEN = {each.name: each for each in _parameters()}


def _is_unmarked(content: Json) -> bool:
    """Whether this is an ECS task definition without a mark. Flags can mark it, but the configuration file never
    does."""
    if not isinstance(content, dict) or not is_task_definition(content):
        return False
    tags = content.get(ECS_API.names["Tags"])
    listed = tags if isinstance(tags, list) else []
    return not any(
        isinstance(tag, dict) and str(tag.get(ECS_API.names["Key"])).startswith(TAG_PREFIX) for tag in listed
    )
