"""Envoy creates the statistics of a cluster when it is first used, where the setting DeferredStats asks for that."""

from pathlib import Path

import pytest

from appmesh_inject.mesh.command_reading import configuration
from appmesh_inject.mesh.envoy_command import command
from tests.dataplane.alone import open_folder, running, with_admin_on_a_socket
from tests.dataplane.task import Task, rendered

TEMPLATE = Path(__file__).parents[1] / "golden" / "cloudformation" / "standalone-deferred-stats" / "input.yaml"

pytestmark = pytest.mark.usefixtures("namespaces")


def counters(task: Task) -> set[str]:
    """The counters of a live Envoy that nobody has sent a request to."""
    with open_folder() as folder:
        bootstrap = with_admin_on_a_socket(configuration(task.command, str) or {}, folder)
        with running(command(bootstrap).command, folder) as envoy:
            envoy.wait_until_live()
            found = envoy.asked("/stats?format=json&type=Counters")["stats"]
    return {each["name"] for each in found if "name" in each}


def test_counters_of_an_unused_cluster_are_missing_instead_of_zero() -> None:
    tasks = rendered(TEMPLATE, {})
    of_application = "cluster.cds_ingress_shop_{}_http_8080.upstream_rq_total"
    assert of_application.format("api") in counters(tasks["AtOnce"])
    assert of_application.format("web") not in counters(tasks["Deferred"])
