"""`appmesh-inject proxy --template`: an Envoy of an older revision, and a template that was changed since."""

from pathlib import Path

import pytest

from tests.cli.command import run
from tests.dataplane.shop import TEMPLATE
from tests.proxy.recording import GOLDEN

DUMP = str(GOLDEN / "healthy/config_dump.json")
PRICES = "          - { VirtualService: { VirtualServiceName: prices.local } }\n"
PAYMENT = "VirtualServiceName: payment.local, Spec: { Provider: { VirtualNode: { VirtualNodeName: !GetAtt PaymentNode."
ROUTE = "        HttpRoute:\n          Match: { Prefix: / }\n"


def differences(tmp_path: Path, *changes: tuple[str, str], options: tuple[str, ...] = ()) -> list[str]:
    """What differs from the shop's template with these changes."""
    text = TEMPLATE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    template = tmp_path / "shop.yaml"
    template.write_text(text)
    ran = run("proxy", DUMP, "--template", str(template), *options)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    start = lines.index(f"Against WebTask of {template}") + 1
    return [line.strip() for line in lines[start : lines.index("", start)]]


def test_nothing_differs(tmp_path: Path) -> None:
    assert differences(tmp_path) == ["It runs what the template compiles to."]


def test_a_backend_that_the_template_has_no_more(tmp_path: Path) -> None:
    assert differences(tmp_path, (PRICES, "")) == [
        "virtual node prices (http 8080): runs, and is not in the template",
        "virtual service prices.local: runs, and is not in the template",
        "route prices.local, prefix /: runs, and is not in the template",
    ]


def test_a_route_that_does_not_run_yet(tmp_path: Path) -> None:
    route = """\
  CartBeta:
    Type: AWS::AppMesh::Route
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualRouterName: !GetAtt CartRouter.VirtualRouterName
      RouteName: beta
      Spec:
        Priority: 1
        HttpRoute:
          Match: { Prefix: /beta, Method: GET }
          Action: { WeightedTargets: [{ VirtualNode: cart-v2, Weight: 1 }] }
  Cart: {"""
    assert differences(tmp_path, ("  Cart: {", route)) == [
        "route cart.local, prefix /beta, method is GET: is in the template, and does not run"
    ]


def test_values_that_have_changed(tmp_path: Path) -> None:
    timeout = f"{ROUTE}          Timeout: {{ PerRequest: {{ Unit: s, Value: 30 }} }}\n"
    assert differences(tmp_path, (ROUTE, timeout), ("Path: /ping", "Path: /healthz")) == [
        "virtual node prices (http 8080): health_checks.http_health_check.path: runs /ping; the template has /healthz",
        "route cart.local, prefix /: timeout: runs 15s; the template has 30s",
    ]
    assert differences(tmp_path, options=("--parameter", "Domain=shop.test"))[0] == (
        "virtual node cart-v1 (http 8080): host name: runs cart-v1.shop.local; the template has cart-v1.shop.test"
    )


def test_what_cloudformation_fills_in_is_not_compared(tmp_path: Path) -> None:
    unknown = ("Domain: { Type: String, Default: shop.local }", "Domain: { Type: String, NoEcho: true }")
    found = differences(tmp_path, unknown)
    assert found[0] == "It runs what the template compiles to."
    assert found[1].startswith("Not compared: ")


@pytest.mark.parametrize("form", ["plain", "compressed"])
def test_every_form_of_the_command_is_read(form: str, tmp_path: Path) -> None:
    mark = "AppMesh: { Profile: standalone, MeshName"
    changed = mark.replace("standalone,", f"standalone, Configuration: {form},")
    assert differences(tmp_path, (mark, changed)) == ["It runs what the template compiles to."]


def test_the_task_can_be_named(tmp_path: Path) -> None:
    ran = run("proxy", DUMP, "--template", str(TEMPLATE), "--task", "PricesTask")
    assert "Against PricesTask of " in ran.out
    assert "Envoy itself: node.id: runs mesh/shop/virtualNode/web; the template has mesh/shop/virtualNode/prices" in (
        line.strip() for line in ran.out.splitlines()
    )
    ran = run("proxy", DUMP, "--template", str(TEMPLATE), "--task", "PriceTask")
    assert ran.code == 1
    assert "no task of this template is called PriceTask: did you mean PricesTask?" in ran.err


def test_a_template_without_the_virtual_node(tmp_path: Path) -> None:
    template = tmp_path / "shop.yaml"
    template.write_text(TEMPLATE.read_text().replace("VirtualNodeName: web", "VirtualNodeName: shopfront"))
    ran = run("proxy", DUMP, "--template", str(template))
    assert ran.code == 1
    assert "no task of this template runs mesh/shop/virtualNode/web. There are: WebTask (mesh/shop/" in ran.err


def test_several_tasks_of_one_virtual_node_that_differ(tmp_path: Path) -> None:
    """They have different ports for statistics."""
    text = TEMPLATE.read_text()
    task = text[text.index("  WebTask:\n") : text.index("  Cart1Task:\n")]
    template = tmp_path / "shop.yaml"
    template.write_text(text + task.replace("WebTask", "OtherTask").replace("9090", "9091"))
    ran = run("proxy", DUMP, "--template", str(template))
    assert ran.code == 1
    assert "several tasks of this template run mesh/shop/virtualNode/web: WebTask, OtherTask. Choose one by" in ran.err
    ran = run("proxy", DUMP, "--template", str(template), "--task", "WebTask")
    assert "It runs what the template compiles to." in ran.out


def test_a_template_that_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "shop.yaml"
    template.write_text(TEMPLATE.read_text().replace("Weight: !Ref Stable", "Weight: much"))
    ran = run("proxy", DUMP, "--template", str(template))
    assert (ran.code, ran.out) == (1, "")
    assert f"{template}:" in ran.err


def test_a_mesh_in_another_template(tmp_path: Path) -> None:
    text = TEMPLATE.read_text()
    at = text.index("  WebTask:\n")
    mesh, tasks = tmp_path / "mesh.yaml", tmp_path / "tasks.yaml"
    mesh.write_text(text[:at].replace("MeshName: !GetAtt Mesh.MeshName }", "ExportMesh: true }"))
    of_web = text[at : text.index("  Cart1Task:\n")].replace("!GetAtt WebNode.VirtualNodeName", "web")
    head = "Transform: AppMeshInject\nMetadata: { AppMesh: { Profile: standalone, MeshName: shop, MeshStack: mesh } }\n"
    tasks.write_text(f"{head}Parameters: {{ Certificates: {{ Type: String }} }}\nResources:\n{of_web}")
    ran = run("proxy", DUMP, "--template", str(tasks), "--mesh", str(mesh), "--mesh-parameter", "Canary=20")
    assert ran.code == 0
    assert "cart-v1 90, cart-v2 10; the template has cart-v1 90, cart-v2 20" in ran.out
