"""Events that Hypothesis makes: true ones, bent in a few places, and pure nonsense. Each gets its response."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.bending import NUMBERS, ODD_KEYS, ODD_TEXTS, Option, bend
from tests.hostile.contract import answered, encoded
from tests.hostile.seeds import seeds

scalars: st.SearchStrategy[Any] = (
    st.sampled_from(ODD_TEXTS)
    | st.sampled_from(NUMBERS)
    | st.none()
    | st.text(alphabet=st.characters(), max_size=5)
    | st.integers()
)
anything: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(ODD_KEYS) | st.text(max_size=3), inner, max_size=3)
        | st.sampled_from(ODD_KEYS).flatmap(lambda name: inner.map(lambda value: {name: value}))
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Drawn:
    """Choices that Hypothesis makes."""

    draw: Callable[..., Any]

    def choice(self, options: Sequence[Option], /) -> Option:
        return cast(Option, self.draw(st.sampled_from(options)))

    def below(self, limit: int, /) -> int:
        return cast(int, self.draw(st.integers(0, limit - 1)))

    def value(self) -> Any:
        return self.draw(anything)


@st.composite
def bent(draw: Callable[..., Any]) -> Any:
    """A true event, bent in one to four places."""
    event = json.loads(draw(st.sampled_from(seeds())))
    event["templateParameterValues"] = {**event["templateParameterValues"], "Given": draw(anything)}
    for _ in range(draw(st.integers(1, 4))):
        bend(event, Drawn(draw))
    return event


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(bent())
def test_a_bent_event(event: Any) -> None:
    encoded(answered(event))


members = st.sampled_from(["fragment", "params", "requestId", "templateParameterValues", "transformId", "region"])


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything | st.dictionaries(members, anything))
def test_nonsense(event: Any) -> None:
    encoded(answered(event))
