"""What is said about a mesh resource that another one names and that is in none of the templates: where it was looked
for, and what is near."""

from collections.abc import Iterable
from typing import NamedTuple, final

from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.name_keys import depends_on_a_condition, unknown_import
from appmesh_inject.settings.types import closest, quoted

MOST_NAMES = 4
"""As many names of others as a reader takes in."""


@final
class Missing(NamedTuple):
    """where: the templates that do not have the resource, in words. hint: what to do."""

    where: str
    hint: str


def missing(model: Model, mesh: str | None, name: str, candidates: Iterable[Resource]) -> Missing:
    """About the resource of this mesh and name. mesh, name: keys; mesh: None if it is not given. candidates: the
    resources of its type."""
    imported = unknown_import(mesh or "") or unknown_import(name)
    if imported is not None and len(model.places) > 1:
        given = f"Name the stack that exports {quoted(imported)} in MeshStack"
        return Missing(_where(model), f"{given}; on the command line, give its template with --mesh")
    if depends_on_a_condition(f"{mesh or ''}{name}"):
        hint = "Its name depends on a condition that is not known when the macro runs: write one name, or decide the "
        return Missing(_where(model), f"{hint}condition by parameters alone")
    if len(model.places) > 1 and "\0" in f"{mesh or ''}{name}":
        hint = "Its name is not known when the macro runs: write it, or a Ref to a parameter with a plain value"
        return Missing(_where(model), hint)
    several = list(candidates)
    return Missing(_where(model), _near(mesh, name, several) or f"{_others(mesh, several)}{_elsewhere(model)}")


def _where(model: Model) -> str:
    """`this template`, or `this template, shop-base or shop-cart`."""
    *others, last = model.places
    return f"{', '.join(others)} or {last}" if others else last


def _near(mesh: str | None, name: str, candidates: list[Resource]) -> str | None:
    """What is near: the same name in another mesh, or a similar one in the same."""
    same = next((it for it in candidates if it.name.key == name), None)
    if same is not None:
        return f"There is one of this name in another mesh, {_home(same)}: correct the mesh's name"
    by_name = {it.name.written: it for it in candidates if isinstance(it.name.written, str) and _may_be(it, mesh)}
    guess = closest(name, list(by_name))
    return f"Did you mean {quoted(guess)}, {_home(by_name[guess])}?" if guess else None


def _others(mesh: str | None, candidates: list[Resource]) -> str:
    """The first names of those that are there, as a sentence before others; empty if there are none."""
    names = sorted({it.name.written for it in candidates if isinstance(it.name.written, str) and _may_be(it, mesh)})
    listed = ", ".join(map(quoted, names[:MOST_NAMES]))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"There {'is' if len(names) == 1 else 'are'} {listed}{more}. " if names else ""


def _may_be(resource: Resource, mesh: str | None) -> bool:
    return mesh is None or resource.mesh.key == mesh


def _home(resource: Resource) -> str:
    return f"{resource.logical_id} in {resource.source or 'this template'}"


def _elsewhere(model: Model) -> str:
    here = "one of them" if len(model.places) > 1 else model.places[0]
    return f"Define it in {here}, or name the stack that has it in MeshStack (on the command line: --mesh FILE)"
