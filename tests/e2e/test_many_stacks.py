"""A mesh over four stacks, three of which call each other: `examples/many-stacks`, in the order of the guide."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.e2e.checks import names
from tests.e2e.engine import REPOSITORY, Engine
from tests.e2e.sam import sam
from tests.e2e.stacks import Stack
from tests.e2e.test_standalone import configuration, runs_the_mesh
from tests.e2e.variables import Shape

FOLDER = REPOSITORY / "examples" / "many-stacks"
CALLS: Mapping[str, str] = {"cart": "prices", "prices": "stock", "stock": "cart"}
MACRO = "ManyStacks"


def template(name: str) -> str:
    """An example, with stacks that no other test has."""
    text = (FOLDER / f"{name}.yaml").read_text()
    return text.replace("Transform: AppMeshInject", f"Transform: {MACRO}").replace("shop-", "store-")


@pytest.fixture(scope="module")
def reading(macro: Engine) -> Iterator[Engine]:
    """With a macro that may read these stacks, which the deployment names by their beginning."""
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    deploy = ("deploy", "--stack-name", "many-stacks", "--parameter-overrides", f"MacroName={MACRO}")
    sam(*deploy, "MeshStacks=other,store-*", engine=macro)
    yield macro
    sam("delete", "--stack-name", "many-stacks", "--no-prompts", engine=macro)


def handle(stack: Stack) -> str:
    """The logical ID of what stands for the stack's exported mesh."""
    (found,) = (name for name in stack.processed()["Resources"] if name.startswith("AppMeshInjectMesh"))
    return str(found)


def task(stack: Stack) -> Mapping[str, Any]:
    return stack.task_definitions()["Task"]


def test_stacks_that_call_each_other(reading: Engine) -> None:
    base = Stack(reading, "store-base")
    base.deploy(template("base"))
    stacks = {name: Stack(reading, f"store-{name}") for name in CALLS}

    refused = stacks["cart"].change_set(template("cart"))
    assert refused["Status"] == "FAILED"
    assert "AM330 MeshStack/store-prices: " in refused["StatusReason"]
    assert "there is no " in refused["StatusReason"]

    for name, stack in stacks.items():
        stack.deploy(template(name), {"InMesh": "false"})
        assert names(task(stack)) == ["app"]
    first = {name: handle(stack) for name, stack in stacks.items()}

    for name, stack in stacks.items():
        stack.deploy(template(name), {"InMesh": "true"})
        runs_the_mesh(task(stack), f"{CALLS[name]}.shop.local", "mesh/shop/virtualNode/")
    # The value of InMesh is no part of the mesh, so nobody has to be deployed again for it.
    assert {name: handle(stack) for name, stack in stacks.items()} == first

    prices, cart = stacks["prices"], stacks["cart"]
    changed = template("prices").replace("Value: 5", "Value: 9")
    before = task(prices)["revision"]
    prices.deploy(changed, {"InMesh": "true"})
    assert handle(prices) != first["prices"]
    assert task(prices)["revision"] == before
    assert "9s" not in configuration(task(cart))
    cart.deploy(template("cart"), {"InMesh": "true"})
    assert "9s" in configuration(task(cart))

    second = handle(prices)
    prices.deploy(changed, {"InMesh": "false", "NamespaceName": "shop.example.com"})
    assert handle(prices) != second
    refused = cart.change_set(template("cart"), {"InMesh": "true"})
    assert "AM306" in refused["StatusReason"]
    assert "store-base or stack store-prices" in refused["StatusReason"]

    for stack in (*stacks.values(), base):
        stack.delete()
