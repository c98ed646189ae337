"""What is compared with what. In each group the floor runs twice: the second tells how far noise alone leads."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.dataplane.meshes import Protocol, Variant

CONTROL = "the floor again"
MANY = 250
"""Backends whose configuration fits into a task definition only if it is compressed."""


def traffic(*, quick: bool) -> Iterator[tuple[Protocol, Sequence[Variant]]]:
    """For each protocol the pairs that run side by side, the floor first."""
    for protocol in Protocol:
        # A port has one TCP service.
        size = 1 if protocol is Protocol.TCP else 25
        group = [
            Variant("floor", "the floor", protocol, size, is_floor=True),
            Variant("again", CONTROL, protocol, size, is_floor=True),
            Variant("ours", _counted(size), protocol, size),
        ]
        yield protocol, group + (list(_kinds()) if protocol is Protocol.HTTP and not quick else [])


def _kinds() -> Iterator[Variant]:
    yield Variant("one-floor", "the floor, 1 backend", backends=1, is_floor=True)
    yield Variant("one", _counted(1), backends=1)
    yield Variant("many-floor", f"the floor, {MANY} backends", backends=MANY, is_floor=True, compressed=True)
    yield Variant("many", f"{_counted(MANY)}, compressed", backends=MANY, compressed=True)
    yield Variant("compressed", "25 backends, compressed", compressed=True)
    yield Variant("live", "25 backends, live weights", live_weights=True)
    yield Variant("deferred", "25 backends, DeferredStats", deferred_stats=True)
    yield Variant("log", "25 backends, access log", access_log=True)
    yield Variant("tracing", "25 backends, tracing by X-Ray", tracing=True)


def starts(*, quick: bool) -> Iterator[Variant]:
    """The Envoys that are started, each floor before what is compared with it."""
    for size in (25,) if quick else (1, 25):
        yield Variant(f"floor{size}", f"the floor, {_counted(size)}", backends=size, is_floor=True)
        yield Variant(f"ours{size}", _counted(size), backends=size)
    if quick:
        return
    for name, what, form in (
        ("many", "compressed", Variant("", "", backends=MANY, compressed=True)),
        ("port", "on a port each, compressed", Variant("", "", backends=MANY, compressed=True, port_each=True)),
        ("file", "in a file", Variant("", "", backends=MANY, compressed=True, in_file=True)),
    ):
        case = f"{_counted(MANY)}, {what}"
        yield replace(form, name=f"floor-{name}", case=f"the floor, {case}", is_floor=True)
        yield replace(form, name=f"ours-{name}", case=case)
        if not form.port_each:
            yield replace(form, name=f"deferred-{name}", case=f"{case}, DeferredStats", deferred_stats=True)


def _counted(backends: int) -> str:
    return "1 backend" if backends == 1 else f"{backends} backends"
