"""`diff` shows what the macro changes, or how the results of two versions differ."""

import re
from pathlib import Path

import pytest

from tests.cli.command import SNIPPET, TEMPLATE, run
from tests.conftest import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden"

SERVICES = """\
  WebService:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Web
  Sometimes:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !If [Live, !Sub "${Web}", !Ref Other]
  OtherService:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !GetAtt Other.TaskDefinitionArn
  Other:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Memory: "512"
"""


def two(folder: Path, old: str, new: str) -> tuple[str, str]:
    (folder / "old.yaml").write_text(old)
    (folder / "new.yaml").write_text(new)
    return str(folder / "old.yaml"), str(folder / "new.yaml")


def test_only_what_changes_is_shown_under_the_logical_id() -> None:
    ran = run("diff", "-", stdin=TEMPLATE + SERVICES)
    lines = ran.out.splitlines()
    assert lines[0] == "1 task gets envoy, 2 services are redeployed"
    assert lines[2] == "<stdin>: Web (AWS::ECS::TaskDefinition): injected, profile preview"
    assert lines[3].startswith("@@ ")
    assert "+    - Name: envoy" in lines
    assert not [line for line in lines if line.startswith("-")], "the macro takes nothing out"
    assert "Other" not in ran.out, "what does not change is not shown"
    assert lines[-1] == "<stdin>: 1 of 2 workloads changes, +29 -0 lines"
    assert ran.code == 1


def test_an_injected_template_has_no_difference() -> None:
    once = run("render", "-", stdin=TEMPLATE).out
    ran = run("diff", "-", stdin=once)
    assert (ran.code, ran.out) == (0, "<stdin>: nothing changes\n")


def test_the_call_of_the_macro_is_no_change() -> None:
    assert "Transform" not in run("diff", "-", stdin=TEMPLATE).out
    snippet = run("diff", "-", stdin=SNIPPET).out
    assert "Transform" not in snippet
    assert "+    - Name: envoy" in snippet


@pytest.mark.parametrize(
    ("text", "options"),
    [(TEMPLATE.replace("awsvpc", "bridge"), ()), ("Resources: [", ()), (TEMPLATE, ("--parameter", "None=1"))],
)
def test_refused_unreadable_and_wrong_usage_exit_with_2(text: str, options: tuple[str, ...]) -> None:
    ran = run("diff", "-", *options, stdin=text)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: {appmesh.k8s.aws/mesh: apps, appmesh.k8s.aws/virtualNode: web, appmesh.k8s.aws/ports: "80"}
spec:
  containers: [{name: app, image: app}]
"""


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        (POD, "<stdin>: pod/web (Pod): injected, profile preview"),
        (
            (GOLDEN / "ecs/preview/input.yaml").read_text(),
            "<stdin>: web (ECS task definition): injected, profile preview",
        ),
    ],
)
def test_every_kind_of_document_can_be_compared(text: str, heading: str) -> None:
    ran = run("diff", "-", "--region", "us-west-2", stdin=text)
    assert ran.code == 1, ran.err
    assert f"\n{heading}\n" in ran.out
    assert re.search(r"^\+ +- name: envoy$", ran.out, re.MULTILINE)


def test_a_change_outside_of_resources_is_not_a_workload(tmp_path: Path) -> None:
    ran = run("diff", *two(tmp_path, TEMPLATE, TEMPLATE.replace("2010-09-09", "2010-09-09\nDescription: shop")))
    assert ran.out.startswith(f"{tmp_path / 'new.yaml'}: the rest of the template\n")
    assert "0 of 1 workload change, +1 -0 lines" in ran.out


def test_the_configuration_of_envoy_is_readable_and_the_mesh_is_one_line() -> None:
    ran = run("diff", "--full", str(GOLDEN / "cloudformation/standalone-colour/input.yaml"))
    assert "+              - name: lds_ingress_0.0.0.0_15000" in ran.out
    assert max(len(line) for line in ran.out.splitlines() if line.startswith("+")) < 250
    assert "Mesh (AWS::AppMesh::Mesh): no longer there" in ran.out
    short = run("diff", str(GOLDEN / "cloudformation/standalone-colour/input.yaml"))
    assert re.search(r": removed from the template: Mesh \(AWS::AppMesh::Mesh\), ", short.out)
    assert "cds_egress" not in short.out


def test_old_and_new_show_differences_and_redeployed_services(tmp_path: Path) -> None:
    files = two(
        tmp_path,
        TEMPLATE + SERVICES,
        (TEMPLATE + SERVICES).replace("VirtualNodeName: web", "LogLevel: debug\n        VirtualNodeName: web"),
    )
    ran = run("diff", *files)
    assert "\n-          Value: info\n+          Value: debug\n" in ran.out.replace("            ", "          ")
    assert "+        - Name: envoy" not in ran.out, "both are rendered"
    last = ran.out.splitlines()[-1]
    assert last.endswith("redeployed: WebService (new revision of Web), Sometimes (new revision of Web)")
    assert ran.code == 1


def test_a_change_of_tags_alone_redeploys_nothing(tmp_path: Path) -> None:
    tagged = TEMPLATE.replace("      NetworkMode", "      Tags: [{Key: a, Value: b}]\n      NetworkMode")
    ran = run("diff", *two(tmp_path, TEMPLATE + SERVICES, tagged + SERVICES))
    assert ran.out.splitlines()[-1].endswith("redeployed: no service")


def test_templates_that_render_equally_have_no_difference(tmp_path: Path) -> None:
    ran = run("diff", *two(tmp_path, TEMPLATE, TEMPLATE.replace("MeshName: apps", "MeshName: 'apps' # ours")))
    assert ran.code == 0


def test_two_folders_are_compared_by_path(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    (tmp_path / "old" / "same.yaml").write_text(TEMPLATE)
    (tmp_path / "new" / "same.yaml").write_text(TEMPLATE)
    (tmp_path / "new" / "fresh.yaml").write_text(TEMPLATE)
    ran = run("diff", str(tmp_path / "old"), str(tmp_path / "new"))
    assert "fresh.yaml: Web (AWS::ECS::TaskDefinition): new" in ran.out
    assert "1 file: nothing changes" in ran.out
    assert ran.code == 1


def test_three_files_are_wrong_usage() -> None:
    ran = run("diff", "a.yaml", "b.yaml", "c.yaml")
    assert ran.code == 2
    assert "Quote a glob" in ran.err


def test_markdown_is_a_comment() -> None:
    ran = run(
        "diff",
        "-",
        "--format",
        "markdown",
        stdin=TEMPLATE.replace("Image: !Sub", "Labels: {a: '```'}\n          Image: !Sub"),
    )
    assert ran.out.startswith("**1 task gets envoy**\n\n### `<stdin>`\n")
    assert "<summary>Web (AWS::ECS::TaskDefinition): injected, profile preview (+29 -0)</summary>" in ran.out
    fences = re.findall(r"^(`+)(?:diff)?$", ran.out, re.MULTILINE)
    assert fences[0] == fences[-1]


def test_a_comment_fits_into_a_pull_request(tmp_path: Path) -> None:
    head, task = TEMPLATE.split("  Web:\n")
    many = head + "".join(f"  Web{number}:\n{task}" for number in range(200))
    (tmp_path / "many.yaml").write_text(many)
    ran = run("diff", "--format", "markdown", str(tmp_path / "many.yaml"))
    assert len(ran.out) < 65_536
    assert re.search(r"\d+ more changes do not fit into a comment: run `appmesh-inject diff`\.", ran.out)


def test_no_colour_with_no_color() -> None:
    assert "\x1b" in run("diff", "-", stdin=TEMPLATE, env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in run("diff", "-", stdin=TEMPLATE, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out
    assert "\x1b" not in run("diff", "-", stdin=TEMPLATE.replace("Name: app\n", 'Name: "a\\epp"\n')).out


def test_other_values_say_which_services_they_redeploy(tmp_path: Path) -> None:
    text = (REPOSITORY / "tests/dataplane/live_weights.yaml").read_text()
    service = "  WebService: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref WebTask}}\n"
    file = tmp_path / "live.yaml"
    file.write_text(text + service)
    ran = run("diff", str(file), "--new-parameter=Canary=50")
    assert (ran.code, ran.out.splitlines()) == (
        1,
        [
            f"{file}: 0 of 3 workloads change, +0 -0 lines",
            f"{file}: other values: Canary",
            f"{file}: live weights: Canary: running Envoys follow, and no task is replaced for that",
            f"{file}: redeployed: no service",
        ],
    )
    file.write_text((text + service).replace("LiveWeights: true", "LiveWeights: false"))
    ran = run("diff", str(file), "--new-parameter=Canary=50")
    assert ran.out.splitlines()[-2:] == [
        f"{file}: other values: Canary",
        f"{file}: redeployed: WebService (new revision of WebTask)",
    ]
    assert run("diff", str(file), "--new-parameter=Canary=10").code == 0


def test_a_new_default_is_a_new_baseline_and_a_deployment(tmp_path: Path) -> None:
    text = (REPOSITORY / "tests/dataplane/live_weights.yaml").read_text()
    text += "  WebService: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref WebTask}}\n"
    files = two(
        tmp_path, text, text.replace("Canary: {Type: Number, Default: 10}", "Canary: {Type: Number, Default: 20}")
    )
    ran = run("diff", *files)
    assert ran.code == 1
    assert ran.out.splitlines()[-1].endswith("redeployed: WebService (new revision of WebTask)")


CONVERTED = (GOLDEN / "cloudformation/service-connect-minimal/input.yaml").read_text()


def test_a_service_is_a_part_of_its_task_and_is_redeployed_for_its_configuration() -> None:
    ran = run("diff", "-", stdin=CONVERTED)
    lines = ran.out.splitlines()
    assert lines[0] == ("2 tasks join Service Connect, 1 resource is new, 4 resources leave, 2 services are redeployed")
    task = "<stdin>: CartTask (AWS::ECS::TaskDefinition): service-connect, cart.shop.local:8080 (CartService)"
    assert task in lines
    assert "<stdin>: CartService (AWS::ECS::Service): of CartTask" in lines
    assert "<stdin>: ServiceConnectNamespace (AWS::ServiceDiscovery::HttpNamespace): new" in lines
    assert "<stdin>: 2 of 2 workloads change, +" in ran.out
    assert "envoy" not in ran.out


def test_each_task_is_counted_for_what_becomes_of_it() -> None:
    first = {
        name: run("diff", str(GOLDEN / f"cloudformation/service-connect-{name}/input.yaml")).out.splitlines()[0]
        for name in ("losses", "beside-standalone")
    }
    assert first["losses"].startswith("2 tasks join Service Connect, 1 task leaves the mesh, ")
    assert first["beside-standalone"].startswith("2 tasks get envoy, 1 task joins Service Connect, ")


def test_a_change_of_the_configuration_alone_is_a_change_of_the_task(tmp_path: Path) -> None:
    # The top of the template, so that the mark of the task itself stays.
    mark = "Metadata: {AppMesh: {ServiceConnect: {ContainerConfigurations: [{LogLevel: debug}]}}}\n"
    ran = run("diff", *two(tmp_path, CONVERTED, mark + CONVERTED))
    lines = ran.out.splitlines()
    assert lines[0] == "2 tasks change, 2 services are redeployed"
    assert lines[-2].endswith(": 2 of 2 workloads change, +9 -0 lines")
    assert lines[-1].endswith(
        "redeployed: CartService (other ServiceConnectConfiguration), WebService (other ServiceConnectConfiguration)"
    )


@pytest.mark.parametrize(
    ("member", "is_deployed"), [("DesiredCount: 2", False), ("NetworkConfiguration: {A: b}", True)]
)
def test_ecs_deploys_a_service_anew_for_some_of_its_properties(member: str, is_deployed: bool, tmp_path: Path) -> None:
    changed = (TEMPLATE + SERVICES).replace("TaskDefinition: !Ref Web", f"TaskDefinition: !Ref Web\n      {member}")
    ran = run("diff", *two(tmp_path, TEMPLATE + SERVICES, changed))
    assert ("redeployed: WebService (other NetworkConfiguration)" in ran.out) is is_deployed
