"""Whatever a file holds: `proxy` says what it is, or what it is not, and never breaks."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appmesh_inject.files.errors import UserError
from appmesh_inject.proxy.admin_answers import Question, answers
from appmesh_inject.proxy.as_text import as_text
from appmesh_inject.proxy.bootstrap import Bootstrap, running
from appmesh_inject.proxy.comparison import comparison
from appmesh_inject.proxy.diagnosis import Diagnosis
from tests.dataplane.shop import ASKED
from tests.proxy.recording import GOLDEN

FILES = {name: (GOLDEN / "killed" / name).read_text() for name in ASKED}
FILES["runtime.json"] = (GOLDEN / "live/runtime.json").read_text()
AS_JSON = {name: json.loads(text) for name, text in FILES.items() if name.endswith(".json")}
RUNNING = running(AS_JSON["config_dump.json"], "config_dump.json")

_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5))
_others = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["name", "exact", "value", "x"]), inner, max_size=2),
    ),
    max_leaves=3,
)


def said(files: list[tuple[str, str]]) -> list[str]:
    """What `proxy` says, with a comparison to the Envoy as it was."""
    found = answers(files)
    bootstrap = running(found[Question.CONFIG_DUMP], "dump") if Question.CONFIG_DUMP in found else Bootstrap({})
    diagnosis = Diagnosis(found, bootstrap)
    diagnosis.check_same_envoy("files")
    comparison(bootstrap, RUNNING, diagnosis.mesh)
    comparison(RUNNING, bootstrap, diagnosis.mesh)
    return list(as_text(diagnosis, None))


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, str]:
    """The answers, one of which has something else in some place."""
    name = draw(st.sampled_from(sorted(AS_JSON)))
    content: Any = copy.deepcopy(AS_JSON[name])
    place = content
    while isinstance(place, dict | list) and place:
        step: Any = draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
        if not isinstance(place[step], dict | list) or not place[step] or draw(st.integers(0, 7)) == 0:
            place[step] = draw(_others)
            break
        place = place[step]
    return {**FILES, name: json.dumps(content)}


@settings(max_examples=400)
@given(spoilt())
def test_answers_with_something_else_in_them(files: dict[str, str]) -> None:
    try:
        assert said(list(files.items()))
    except UserError as error:
        assert str(error)


@given(st.text())
def test_any_text(text: str) -> None:
    try:
        assert said([("file", text)])
    except UserError as error:
        assert "error: " in str(error)
