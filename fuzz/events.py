"""A coverage-guided fuzzer over the macro's event: `make fuzz`, or `python fuzz/events.py CORPUS -max_total_time=60`.

Inputs are events as JSON text. A mutator that knows JSON bends them, and libFuzzer keeps those that reach new code.
What breaks the promise is written to `fuzz/found/` as an event: `appmesh-inject invoke FILE` answers it, and
`python fuzz/events.py FILE` shows where it breaks.
"""

import contextlib
import io
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import atheris

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

with atheris.instrument_imports(include=["appmesh_inject"]):
    from appmesh_inject import macro

    # These are imported when a template needs them: here now, so that the fuzzer sees into them.
    from appmesh_inject.mesh import (  # noqa: F401
        compiling,
        compressed_command,
        envoy_command,
        export,
        other_template,
        parsing,
        removal,
        template_joining,
        value_resolution,
    )
    from appmesh_inject.profiles import service_connect  # noqa: F401

from tests.hostile.bending import NUMBERS, ODD_KEYS, ODD_TEXTS, Option, bend  # noqa: E402
from tests.hostile.contract import answered, encoded  # noqa: E402
from tests.hostile.seeds import seeds  # noqa: E402

FOUND = Path(__file__).parent / "found"
CORPUS = Path(__file__).parent / "corpus"


class Dice:
    """Choices by the seed that libFuzzer gives."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def choice(self, options: Sequence[Option], /) -> Option:
        return self._random.choice(options)

    def below(self, limit: int, /) -> int:
        return self._random.randrange(limit)

    def value(self, depth: int = 3) -> Any:
        kind = self.below(7 if depth else 5)
        if kind < 2:
            return self.choice(ODD_TEXTS)
        if kind == 2:
            return self.choice(NUMBERS)
        if kind == 3:
            return None
        if kind == 4:
            return chr(self.below(0x110000)) * (1 + self.below(3))
        if kind == 5:
            return [self.value(depth - 1) for _ in range(self.below(4))]
        return {self.choice(ODD_KEYS): self.value(depth - 1) for _ in range(self.below(4))}


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """One event made of another."""
    dice = Dice(seed)
    event = parsed(data)
    if event is None:
        event = json.loads(dice.choice(seeds()))
    for _ in range(1 + dice.below(3)):
        bend(event, dice)
    text = json.dumps(event).encode()
    return text if len(text) <= max_size else data


def parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def one(data: bytes) -> None:
    event = parsed(data)
    if event is None:
        return
    log = macro.logger.registered_handler.stream = io.StringIO()
    try:
        with contextlib.redirect_stdout(log):
            encoded(answered(event))
    except BaseException:
        sys.stderr.write(log.getvalue()[-4000:])
        raise


def main() -> None:
    FOUND.mkdir(exist_ok=True)
    CORPUS.mkdir(exist_ok=True)
    for number, text in enumerate(seeds()):
        (CORPUS / f"seed-{number:03}.json").write_text(text)
    atheris.Setup(
        [*sys.argv, "-rss_limit_mb=4096", f"-artifact_prefix={FOUND}/", "-max_len=100000", "-timeout=30"],
        one,
        custom_mutator=mutated,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
