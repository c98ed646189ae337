"""The configurations that a template compiles to, by task, as far as they are known before a deployment."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.conditions import outcomes
from appmesh_inject.cfn.document import Json, value_if_there
from appmesh_inject.cfn.intrinsics import Branches as IfBranches
from appmesh_inject.cfn.intrinsics import Scope, function, is_no_value, known, read
from appmesh_inject.cfn.sub import Piece, pieces
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.files.errors import UserError
from appmesh_inject.mesh.command_forms import commands
from appmesh_inject.mesh.command_reading import configuration
from appmesh_inject.proxy.bootstrap import Bootstrap, in_one_form
from appmesh_inject.render.render_result import Rendered
from appmesh_inject.settings.types import closest

UNKNOWN = "\ue000"
"""Stands for what CloudFormation fills in: a character that nobody writes."""


class TaskConfiguration(NamedTuple):
    """task: its logical ID, or the name of a task definition in JSON."""

    task: str
    bootstrap: Bootstrap


def configurations(rendered: Rendered, scope: Scope) -> list[TaskConfiguration]:
    """The configurations in a rendered document. scope: of the document."""
    scope = scope.assuming_all(outcomes(dict(scope.conditions), scope))
    found: list[TaskConfiguration] = []
    for report in rendered.reports:
        for command in commands(value_if_there(rendered.document, report.path)):
            config = configuration(_filled_list(command, scope), str)
            if config is not None:
                found.append(TaskConfiguration(report.name, Bootstrap(in_one_form(config))))
    return found


def chosen(found: Sequence[TaskConfiguration], node_id: str, task: str | None, name: str) -> TaskConfiguration:
    """The configuration that the Envoy with this id should run. Raises UserError if there is none, or if several
    differ. name: of the template."""
    if not found:
        raise UserError(
            "no task of this template gets an Envoy with a configuration: its profile is not standalone", name
        )
    tasks = tuple(dict.fromkeys(it.task for it in found))
    if task is not None and task not in tasks:
        guess = closest(task, tasks)
        more = f": did you mean {guess}?" if guess else f". There are: {', '.join(tasks)}"
        raise UserError(f"no task of this template is called {task}{more}", name)
    fitting = [it for it in found if (it.task == task if task is not None else fits(it.bootstrap.id, node_id))]
    if not fitting:
        others = ", ".join(dict.fromkeys(f"{it.task} ({_shown(it.bootstrap.id)})" for it in found))
        raise UserError(f"no task of this template runs {node_id}. There are: {others}. Choose one by --task", name)
    first = fitting[0]
    if any(other.bootstrap != first.bootstrap for other in fitting):
        names = ", ".join(dict.fromkeys(it.task for it in fitting))
        raise UserError(f"several tasks of this template run {node_id}: {names}. Choose one by --task", name)
    return first


def fits(compiled: str, running: str) -> bool:
    """Whether a text that runs can have been compiled to this one, in which some parts may be unknown."""
    first, *others = compiled.split(UNKNOWN)
    if not others:
        return compiled == running
    *middle, last = others
    end = len(running) - len(last)
    place = len(first)
    if not (running.startswith(first) and running.endswith(last) and place <= end):
        return False
    for part in middle:
        found = running.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _shown(text: str) -> str:
    return text.replace(UNKNOWN, "...")


def _filled_list(values: Sequence[Json], scope: Scope) -> list[Json]:
    return [_filled(value, scope) for value in values if not is_no_value(value)]


def _filled(value: Json, scope: Scope) -> str:
    """The text that CloudFormation makes of the value, with UNKNOWN for what is not known here."""
    called = function(value)
    if called is None or not isinstance(value, Mapping):
        return str(scalar(value)) if isinstance(value, str | int | float) else UNKNOWN
    argument: Json = value[called]
    if called == "Fn::Sub":
        parts = pieces(argument)
        return UNKNOWN if parts is None else "".join(_piece(part, scope) for part in parts)
    if called == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        return str(argument[0]).join(str(each) for each in _filled_list(argument[1], scope))
    if called == "Fn::If":
        taken = read(value, scope)
        if isinstance(taken, IfBranches):
            then, otherwise = _filled(taken.then, scope), _filled(taken.otherwise, scope)
            return then if then == otherwise else UNKNOWN
    literal = known(value, scope)
    return UNKNOWN if literal is None or isinstance(literal, list | dict) else str(scalar(literal))


def _piece(part: Piece, scope: Scope) -> str:
    return part if isinstance(part, str) else _filled(part.value, scope)
