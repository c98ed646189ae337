"""Options that several commands share. The flags for settings are made from the table of settings."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from appmesh_inject.cfn import finite_numbers
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import PSEUDO
from appmesh_inject.cli.configuration import NoConfiguration
from appmesh_inject.cli.help import SETTING
from appmesh_inject.files.documents import Document
from appmesh_inject.render.parameters import declarations, parameter_values
from appmesh_inject.render.render_result import MACRO, RenderOptions
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS, PlatformDefaults, deployed
from appmesh_inject.settings.table import FIELDS, TABLE, Setting
from appmesh_inject.settings.types import closest

SETTINGS, CONFIGURATION = "settings", "configuration"
PARAMETER, DEPLOYMENT_PARAMETER = "--parameter", "--deployment-parameter"

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A CloudFormation template, an ECS task definition or Kubernetes manifests, YAML or JSON; - for stdin",
    ),
]
Parameters = Annotated[
    list[str],
    typer.Option(
        PARAMETER,
        metavar="KEY=VALUE",
        show_default=False,
        help="Value of a parameter of the template; by default its own Default. May be repeated",
    ),
]
DeploymentParameters = Annotated[
    list[str],
    typer.Option(
        DEPLOYMENT_PARAMETER,
        metavar="KEY=VALUE",
        show_default=False,
        help="Value of a parameter that the macro is deployed with, such as LogLevel. May be repeated",
    ),
]
MacroName = Annotated[
    str, typer.Option("--macro-name", metavar="NAME", help="The name under which templates call the macro")
]


def flag(name: str) -> str:
    """The flag of a setting: `--mesh-name` for `MeshName`."""
    return "--" + FIELDS[name].replace("_", "-")


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Gives `command` a flag for each setting; it receives the given ones as `settings`, by name. A command with a
    parameter `configuration` also gets the flag --no-config."""

    @functools.wraps(command)
    def wrapper(**options: Any) -> None:
        given = {name: options.pop(field) for name, field in _SETTING_OPTIONS.items()}
        command(**options, settings={name: _value(text) for name, text in given.items() if text is not None})

    signature = inspect.signature(command, eval_str=True)
    own = [each for name, each in signature.parameters.items() if name not in (SETTINGS, CONFIGURATION)]
    if CONFIGURATION in signature.parameters:
        no_config = inspect.Parameter(
            CONFIGURATION, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=NoConfiguration
        )
        own.append(no_config)
    flags = [
        inspect.Parameter(field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(name, TABLE[name]))
        for name, field in _SETTING_OPTIONS.items()
    ]
    wrapper.__signature__ = signature.replace(parameters=[*own, *flags])  # type: ignore[attr-defined]
    wrapper.__annotations__ = {each.name: each.annotation for each in (*own, *flags)}
    return wrapper


_SETTING_OPTIONS = {name: f"{SETTING}{field}" for name, field in FIELDS.items()}


def _option(name: str, row: Setting) -> Any:
    default = "" if row.default == "none" else f" [default: {row.default}]"
    help_text = f"{row.meaning}{default}".replace("`", "")
    metavar = "JSON" if row.is_fragment else "VALUE"
    option = typer.Option(
        flag(name), metavar=metavar, show_default=False, help=help_text, autocompletion=_completion(name)
    )
    return Annotated[str | None, option]


def _completion(name: str) -> Callable[[str], list[str]]:
    """Completes the value of a setting that takes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        from appmesh_inject.cli.setting_completion import words  # only a shell asks for it

        return [value for value in words(name) if value.startswith(incomplete)]

    return complete


def _value(text: str) -> Json:
    """The value of a setting: JSON for a list or map, otherwise text."""
    if text[:1] not in ("[", "{"):
        return text
    try:
        value = finite_numbers.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def render_options(
    document: Document,
    parameters: Sequence[str],
    settings: Mapping[str, Json],
    deployment_parameters: Sequence[str],
    *,
    macro: str = MACRO,
    is_one: bool = True,
) -> RenderOptions:
    """The options for rendering this document. Raises a usage error for a parameter that it does not declare, unless
    it is one of several documents."""
    given = pairs(parameters, PARAMETER)
    declared = declarations(document.content)
    if not is_one:
        given = {name: value for name, value in given.items() if name in declared or name in PSEUDO}
    check_declared(given, declared, f"{document.name} has no", PARAMETER)
    return RenderOptions(
        parameter_values(declared, given),
        settings,
        {name: flag(name) for name in settings},
        deployment(deployment_parameters),
        macro,
    )


def deployment(parameters: Sequence[str]) -> PlatformDefaults:
    """The deployment's defaults. Raises a usage error for an unknown deployment parameter."""
    return deployed(deployment_variables(parameters))


def deployment_variables(parameters: Sequence[str]) -> dict[str, str]:
    """The environment variables for these deployment parameters. Raises a usage error for an unknown one."""
    given = pairs(parameters, DEPLOYMENT_PARAMETER)
    for name in given:
        if name not in DEPLOYMENT_PARAMETERS:
            message = f"there is no deployment parameter '{name}'"
            raise usage_error(message, name, DEPLOYMENT_PARAMETERS, DEPLOYMENT_PARAMETER)
    return given


def pairs(options: Sequence[str], option: str) -> dict[str, str]:
    """`Key=Value` texts as a map; if a key is repeated, the last value counts."""
    found: dict[str, str] = {}
    for number, text in enumerate(options, start=1):
        name, equals, value = text.partition("=")
        if not name or not equals:
            # The message does not show the text, which may be a secret value.
            raise typer.BadParameter(f"number {number} is not of the form Key=Value.", param_hint=option)
        found[name] = value
    return found


def check_declared(given: Iterable[str], declared: Mapping[str, Json], who_lacks: str, option: str) -> None:
    """Raises a usage error for a given parameter that is not declared. A pseudo parameter needs no declaration.

    who_lacks: the start of the message, such as `shop.yaml has no`. option: the one that gave the parameters.
    """
    for name in given:
        if name not in declared and name not in PSEUDO:
            raise usage_error(f"{who_lacks} parameter '{name}'", name, list(declared), option)


def usage_error(message: str, name: str, options: Sequence[str], option: str) -> typer.BadParameter:
    """A usage error for a name that is not among `options`; suggests the most similar one."""
    guess = closest(name, options)
    more = f": did you mean '{guess}'?" if guess else (f". There are: {', '.join(options)}." if options else ".")
    return typer.BadParameter(message + more, param_hint=option)
