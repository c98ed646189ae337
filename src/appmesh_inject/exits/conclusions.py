"""The last lines: which way loses nothing, which loses least without sidecars, and what to do first."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appmesh_inject.exits.exit_summaries import ExitView
from appmesh_inject.exits.render_trial import BY_HAND, Trial
from appmesh_inject.exits.verdicts import TITLES, WITHOUT_SIDECARS, Exit
from appmesh_inject.findings import with_full_stop
from appmesh_inject.settings.table import STANDALONE

_MOST = 4

WHY_STANDALONE_FIRST = (
    "A task with App Mesh's sidecar waits for App Mesh, which AWS switched off on 2026-09-30, so it never becomes"
    " healthy. If the first step of another way fails, CloudFormation rolls back to such tasks, and they cannot start"
    " either: nothing runs. From standalone, every later step has something to roll back to"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """lossless: the exits that lose nothing. without_sidecars: the one that loses least without them. Each with its
    sentences."""

    lossless: tuple[Exit, ...]
    without_sidecars: Exit
    nothing_lost: str
    least_lost: str
    first: tuple[str, ...]


def answers(views: Sequence[ExitView], standalone: Trial | None, files: Sequence[str]) -> Answers:
    """The answers for the exits. standalone: what `render` says of that profile."""
    by_exit = {view.exit: view for view in views}
    lossless = tuple(view for view in views if view.is_lossless)
    bare = min((by_exit[exit_] for exit_ in WITHOUT_SIDECARS), key=_loss)
    return Answers(
        tuple(view.exit for view in lossless),
        bare.exit,
        _nothing_lost(lossless, by_exit[Exit.STANDALONE], min(views, key=_loss)),
        _least_lost(bare),
        tuple(_first(by_exit[Exit.STANDALONE], standalone, files)),
    )


def _loss(view: ExitView) -> tuple[int, int, int, int]:
    """The order of exits, from the one that loses least."""
    return view.left, len(view.stops) + len(view.biting), len(view.loses), len(view.changes)


def _least_lost(bare: ExitView) -> str:
    routes = [each for each in bare.moved if each.what.endswith("routes")]
    if routes and not any(each.moves for each in routes):
        both = " and ".join(WITHOUT_SIDECARS)
        return f"There is none: neither of {both} takes a route as it is. {_losses(bare)}{_price(bare)}"
    return f"{_named(bare)} loses least. {_losses(bare)}{_price(bare)}"


def _nothing_lost(lossless: Sequence[ExitView], standalone: ExitView, best: ExitView) -> str:
    if not lossless and not standalone.loses and not standalone.biting:
        return (
            f"None does, as the mesh stands. {_named(standalone)} does once it is corrected:"
            f" {_some(stop.why for stop in standalone.stops)}. Below is how.{_price(standalone)}"
        )
    if not lossless:
        return f"Every way loses something. {_named(best)} loses least. {_losses(best)}{_price(best)}"
    named = " and ".join(_named(view) for view in lossless)
    verb = "keeps" if len(lossless) == 1 else "keep"
    changed = "".join(map(_changes, lossless))
    return f"{named} {verb} every route and every protection.{changed}{''.join(map(_price, lossless))}"


def _changes(view: ExitView) -> str:
    if not view.changes:
        return " Nothing changes."
    if len(view.changes) > _MOST:
        return f" {view.exit.capitalize()} changes {_some(view.changes)}."
    return "".join(f" What changes with {feature}: {with_full_stop(text)}" for feature, text in view.changes.items())


def _losses(view: ExitView) -> str:
    """What an exit does not take, and what it loses, in sentences."""
    moved = ", ".join(f"{each.moves} of {each.of} {each.what}" for each in view.moved)
    sentences = [f"It takes {moved or 'the mesh'}."]
    if view.stops:
        sentences.append(f"It cannot take {_some(stop.why for stop in view.stops)}.")
    if view.loses:
        sentences.append(f"It loses {_some(view.loses)}.")
    if view.biting:
        sentences.append(f"A limit bites: {_some(measure.what for measure in view.biting)}.")
    return " ".join(sentences)


def _price(view: ExitView) -> str:
    return f" About ${view.cost.amount:,.2f} a month." if view.cost else ""


def _named(view: ExitView) -> str:
    return f"{view.exit} ({TITLES[view.exit]})"


def _some(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    if len(listed) > _MOST:
        listed = [*listed[: _MOST - 1], f"{len(listed) - _MOST + 1} more"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}" if listed else ""


def _first(view: ExitView, trial: Trial | None, files: Sequence[str]) -> Iterable[str]:
    """What to do first, in order."""
    today = trial.today if trial else {}
    by_hand = [task for task, profile in today.items() if profile == BY_HAND]
    marked = [task for task, profile in today.items() if profile not in (BY_HAND, STANDALONE)]
    if view.stops:
        yield f"Correct what {STANDALONE} cannot take, since it is the first step of every way:"
        yield from (f"- {stop.why} ({', '.join(stop.where)}): {with_full_stop(stop.sentence)}" for stop in view.stops)
    if today and not by_hand and not marked:
        yield (
            "Stay as you are: the tasks run standalone already. Another way can wait, and a deployment of it has"
            " something to roll back to."
        )
        return
    waiting = [*by_hand, *marked]
    tasks = f"{len(waiting)} task definition{'s' if len(waiting) > 1 else ''} of these files ({_some(waiting)})"
    who = f"{tasks} would wait for App Mesh." if waiting else "These files hold no task with a sidecar."
    yield f"Go to {STANDALONE}, whichever way you take afterwards. {who}"
    yield f"Why: {WHY_STANDALONE_FIRST}."
    if marked:
        yield f"Write Profile: {STANDALONE} into the marks of {_some(marked)}."
    if by_hand or not marked:
        file = files[0] if len(files) == 1 else "FILE"
        yield f"appmesh-inject adopt --profile {STANDALONE} --in-place {shlex.quote(file)}"
