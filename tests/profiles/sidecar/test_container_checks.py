"""How many containers a task can have at once, where Fn::Ifs decide about them."""

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN
from appmesh_inject.profiles.sidecar.container_checks import most_at_once
from appmesh_inject.workloads.containers import container_list
from appmesh_inject.workloads.task_definition import CLOUDFORMATION

GONE: Json = {"Ref": "AWS::NoValue"}
APP: Json = {"Name": "app", "Image": "web"}


def if_(condition: str, then: Json, otherwise: Json) -> Json:
    return {"Fn::If": [condition, then, otherwise]}


def always(conditions: int) -> list[Json]:
    """A container for each condition, which is there whatever that is."""
    return [if_(f"Other{number}", APP, APP) for number in range(conditions)]


@pytest.mark.parametrize(
    ("containers", "most"),
    [
        ([], 0),
        ([GONE], 0),
        ([APP, APP], 2),
        ([if_("A", APP, GONE)], 1),
        ([if_("A", GONE, APP)], 1),
        ([if_("A", APP, GONE), if_("A", GONE, APP)], 1),
        ([if_("A", APP, GONE), if_("A", APP, GONE)], 2),
        ([if_("A", APP, GONE), if_("B", APP, GONE)], 2),
        ([if_("A", GONE, APP), if_("B", APP, GONE), if_("C", GONE, APP)], 3),
        ([if_("A", if_("B", APP, GONE), GONE), if_("B", GONE, APP), if_("A", GONE, APP)], 2),
        # Up to eight conditions are tried with each other; with more, what is there in any case counts.
        ([if_("A", APP, GONE), if_("A", GONE, APP), *always(7)], 8),
        ([if_("A", APP, GONE), if_("A", GONE, APP), *always(8)], 8),
        ([APP, if_("A", APP, GONE), *always(9)], 10),
    ],
)
def test_most_at_once(containers: list[Json], most: int) -> None:
    listed, findings = container_list(CLOUDFORMATION.containers, containers, (), NOTHING_KNOWN, "")
    assert not findings
    assert most_at_once(listed.entries) == most
