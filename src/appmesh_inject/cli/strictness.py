"""The flag --strict of every command: warnings count as errors do."""

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Annotated, Any

import typer

_warned: ContextVar[list[bool] | None] = ContextVar("warned", default=None)

Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Let warnings count: the exit code is that of errors. What is written stays the same"
    ),
]


def warned() -> None:
    """Notes that a warning was printed."""
    noted = _warned.get()
    if noted is not None:
        noted.append(True)


def strictly(command: Callable[..., None], code: int = 1) -> Callable[..., None]:
    """Gives `command` the flag --strict. code: its exit code for errors."""

    @functools.wraps(command)
    def wrapper(*, strict: bool, **options: Any) -> None:
        noted: list[bool] = []
        token = _warned.set(noted)
        try:
            command(**options)
        except typer.Exit as ended:
            if strict and noted:
                raise typer.Exit(max(code, ended.exit_code)) from None
            raise
        finally:
            _warned.reset(token)
        if strict and noted:
            raise typer.Exit(code)

    signature = inspect.signature(command, eval_str=True)
    flag = inspect.Parameter("strict", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Strict)
    wrapper.__signature__ = signature.replace(parameters=[*signature.parameters.values(), flag])  # type: ignore[attr-defined]
    wrapper.__annotations__ = {**getattr(command, "__annotations__", {}), "strict": Strict}
    return wrapper
