"""The flags that every command has: --strict, --quiet and --ignore."""

import functools
import inspect
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from appmesh_inject.findings import Finding
from appmesh_inject.render.ignored_warnings import unknown_warning


@dataclass(slots=True)
class _Flags:
    """The flags of the running command, and whether it printed a warning."""

    is_quiet: bool = False
    ignored: frozenset[str] = frozenset()
    has_warned: bool = False


_flags: ContextVar[_Flags] = ContextVar("flags", default=_Flags())  # noqa: B039 - each command sets its own

Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Let warnings count: the exit code is that of errors. What is written stays the same"
    ),
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print findings and errors only, not what happened to each task")
]
Ignore = Annotated[
    list[str],
    typer.Option(
        "--ignore", metavar="CODE", show_default=False, help="Leave out this warning, such as AM355. May be repeated"
    ),
]
FLAGS = {"strict": (Strict, False), "quiet": (Quiet, False), "ignore": (Ignore, [])}


def warned() -> None:
    """Notes that a warning was printed."""
    _flags.get().has_warned = True


def is_quiet() -> bool:
    return _flags.get().is_quiet


def not_ignored(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without the warnings that the command line or the configuration file leaves out."""
    return [finding for finding in findings if finding.is_error or finding.code not in _flags.get().ignored]


def ignore(codes: Iterable[str]) -> None:
    """Leaves these warnings out, besides those of --ignore."""
    _flags.get().ignored |= frozenset(codes)


def with_command_flags(command: Callable[..., None], code: int = 1) -> Callable[..., None]:
    """Gives `command` the flags. code: its exit code for errors."""

    @functools.wraps(command)
    def wrapper(*, strict: bool, quiet: bool, ignore: list[str], **options: Any) -> None:
        for each in ignore:
            if reason := unknown_warning(each):
                raise typer.BadParameter(f"{reason}.", param_hint="--ignore")
        flags = _Flags(quiet, frozenset(ignore))
        token = _flags.set(flags)
        try:
            command(**options)
        except typer.Exit as ended:
            if strict and flags.has_warned:
                raise typer.Exit(max(code, ended.exit_code)) from None
            raise
        finally:
            _flags.reset(token)
        if strict and flags.has_warned:
            raise typer.Exit(code)

    signature = inspect.signature(command, eval_str=True)
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in FLAGS.items()
    ]
    wrapper.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *shared])  # type: ignore[attr-defined]
    annotations = {name: annotation for name, (annotation, _) in FLAGS.items()}
    wrapper.__annotations__ = {**getattr(command, "__annotations__", {}), **annotations}
    return wrapper
