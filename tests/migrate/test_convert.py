"""`convert`: what profile `service-connect` gives, written into templates for good.

conversions/CASE/template.yaml or .json   the template
conversions/CASE/options.txt              optional: options, one on each line
conversions/CASE/converted.*              what comes out; not there where it is refused
conversions/CASE/report.txt               what is printed on stderr
"""

import json
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position
from appmesh_inject.injection import inject
from appmesh_inject.migrate.conversion import converted
from appmesh_inject.profiles.connecting.finished_template import mistakes
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.table import SERVICE_CONNECT
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests.cli.command import Ran, run
from tests.conftest import REPOSITORY
from tests.golden import cases as golden
from tests.migrate.cases import value
from tests.profiles.connecting.unmet_order import unmet_order

ROOT = Path(__file__).parent / "conversions"
CASES = sorted(ROOT.glob("*/template.*"))
every_case = pytest.mark.parametrize("file", CASES, ids=lambda file: file.parent.name)

COLOUR_APP = REPOSITORY / "examples" / "standalone" / "template.yaml"


def convert(file: Path, template: Path | None = None) -> Ran:
    options = file.parent / "options.txt"
    given = options.read_text().splitlines() if options.exists() else []
    given = [str(file.parent / each) if each.endswith(".yaml") else each for each in given]
    return run("convert", str(template or file), *given)


def said(ran: Ran, file: Path) -> str:
    return ran.err.replace(f"{file.parent}/", "")


@every_case
def test_the_result_is_the_expected_one(file: Path, update_golden: bool) -> None:
    ran = convert(file)
    report, expected = file.parent / "report.txt", file.parent / f"converted{file.suffix}"
    if update_golden:
        report.write_text(said(ran, file))
        expected.unlink(missing_ok=True)
        if ran.code == 0:
            expected.write_text(ran.out)
    assert said(ran, file) == report.read_text()
    assert (ran.code, expected.exists()) in ((0, True), (1, False))
    assert ran.out == (expected.read_text() if expected.exists() else "")
    assert ran.code == (1 if file.parent.name.startswith("refused") else 0)


@every_case
def test_converting_twice_is_converting_once(file: Path) -> None:
    expected = file.parent / f"converted{file.suffix}"
    if expected.exists():
        again = convert(file, expected)
        assert (again.code, again.out) == (0, expected.read_text())
        assert not any(word in again.err for word in (": converted", ": prepared"))


def test_no_expectation_is_left_without_a_case() -> None:
    assert {path.parent for path in ROOT.glob("*/*")} == {file.parent for file in CASES}


# -- convert gives what render gives


GOLDEN = [case for case in golden.cases("cloudformation") if case.folder.name.startswith(SERVICE_CONNECT)]
GOLDEN = [case for case in GOLDEN if not case.request and "snippet" not in case.folder.name]


def options(case: golden.Case) -> RenderOptions:
    return RenderOptions(case.parameters, deployment=case.deployment, given_meshes=tuple(case.stacks.values()))


def in_json(case: golden.Case) -> Document:
    text = json.dumps(case.document, indent=2)
    return Document("template.json", text, Format.JSON, json.loads(text), lambda _: Position(1, 1))


@pytest.mark.parametrize("is_json", [False, True], ids=["yaml", "json"])
@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.folder.name)
def test_of_each_golden_case_it_is_what_the_macro_gives(case: golden.Case, is_json: bool, tmp_path: Path) -> None:
    given = options(case)
    document = in_json(case) if is_json else documents.load(str(case.input))
    conversion = converted(document, given)
    assert (conversion.text is None) is case.outcome.has_errors
    if conversion.text is None:
        assert {str(each) for each in case.outcome.findings} <= {str(each) for each in conversion.findings}
        return
    after: Any = value(conversion.text, tmp_path)
    once_more = inject(after, case.target, case.deployment, case.meshes)
    assert not once_more.has_errors
    assert unmarked(once_more.document) == unmarked(case.outcome.document)
    if not conversion.keeps_macro:
        assert unmarked(after) == after
        assert "AWS::AppMesh::" not in json.dumps(after["Resources"])
        assert inject(after, case.target, case.deployment, case.meshes).document is after
    assert list(mistakes(after, case.parameters)) == []
    assert unmet_order(after) == []


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.folder.name)
def test_comments_of_what_stays_are_kept(case: golden.Case) -> None:
    """Each line gets a comment. No line is then without its own, unless it is new."""
    lines = [f"{line}{COMMENT}{n}" if ends(line) else line for n, line in enumerate(case.input.read_text().split("\n"))]
    document = documents.parsed("template.yaml", "\n".join(lines))
    assert document.content == documents.load(str(case.input)).content
    conversion = converted(document, options(case))
    if conversion.text is not None:
        written = conversion.text.partition("  ServiceConnectNamespace:")[0]
        bare = {line for line in written.split("\n") if COMMENT not in line}
        assert bare.isdisjoint(line.partition(COMMENT)[0] for line in lines if COMMENT in line)


COMMENT = "  # line "


def ends(line: str) -> bool:
    """Whether a comment can stand behind the line."""
    return bool(line.strip()) and not line.lstrip().startswith("#") and not line.rstrip().endswith(("|", ">"))


def unmarked(template: Any) -> Any:
    """A template without marks for the profile, and without what shows a second run that a task is done."""
    resources = {name: unmarked_resource(it) for name, it in template["Resources"].items()}
    return without_empty({**template, "Resources": resources, "Metadata": unmarked_metadata(template)})


def unmarked_resource(resource: Any) -> Any:
    if not isinstance(resource, dict):
        return resource
    properties = resource.get("Properties")
    found = {**resource, "Metadata": unmarked_metadata(resource)}
    if isinstance(properties, dict) and isinstance(properties.get("Tags"), list):
        tags = [tag for tag in properties["Tags"] if not str(tag.get("Key")).startswith("AppMesh:")]
        found["Properties"] = without_empty({**properties, "Tags": tags}, "Tags")
    return without_empty(found)


def unmarked_metadata(holder: Any) -> Any:
    metadata = {key: it for key, it in (holder.get("Metadata") or {}).items() if key != "AppMesh"}
    ours = {
        key: it for key, it in (metadata.get("AppMeshInject") or {}).items() if key not in ("ServiceConnect", "Added")
    }
    return without_empty({**metadata, "AppMeshInject": ours}, "AppMeshInject")


def without_empty(holder: Any, key: str = "Metadata") -> Any:
    return {name: it for name, it in holder.items() if name != key or it}


# -- the colour app


def as_service_connect(text: str) -> str:
    return text.replace("    Profile: standalone\n", f"    Profile: {SERVICE_CONNECT}\n", 1)


def edited_by_hand(text: str) -> str:
    """The two edits that let the colour app move: weights of one node alone, and a gateway that stays standalone."""
    text = text.replace("                Weight: 10\n", "                Weight: 0\n")
    gateway = "      AppMesh:\n        VirtualGatewayName:"
    assert gateway in text
    return text.replace(gateway, "      AppMesh:\n        Profile: standalone\n        VirtualGatewayName:")


def test_the_colour_app_is_refused_as_it_is() -> None:
    ran = run("convert", "-", stdin=as_service_connect(COLOUR_APP.read_text()))
    assert (ran.code, ran.out) == (1, "")
    assert {line.split()[2] for line in ran.err.splitlines() if " error " in line} == {"AM407", "AM413"}
    assert "GatewayTask: left alone: another finding stops the injection" in ran.err


def test_the_colour_app_converts_after_two_edits(tmp_path: Path) -> None:
    before = edited_by_hand(as_service_connect(COLOUR_APP.read_text()))
    ran = run("convert", "-", stdin=before)
    assert ran.code == 0, ran.err
    codes = [line.split()[2] for line in ran.err.splitlines() if " warning " in line]
    assert codes.count("AM464") == 3
    assert codes.count("AM463") == 3
    assert {"AM451", "AM456", "AM461"} <= set(codes)
    after = value(ran.out, tmp_path)["Resources"]
    assert after["ServiceConnectNamespace"]["Properties"] == {"Name": {"Ref": "AWS::StackName"}}
    assert after["GatewayService"]["DependsOn"] == ["ColortellerWhiteService", "TcpechoService"]
    services = {
        name: resource["Properties"]["ServiceConnectConfiguration"].get("Services")
        for name, resource in after.items()
        if "ServiceConnectConfiguration" in resource.get("Properties", {})
    }
    assert services == {
        "GatewayService": [entry("http-9080", "gateway", 9080, "gateway")],
        "ColortellerWhiteService": [
            {**entry("http-9080", "colorteller-white", 9080, "colorteller"), "Timeout": {"PerRequestTimeoutSeconds": 5}}
        ],
        "TcpechoService": [
            {**entry("tcp-2701", "tcpecho", 2701, "tcpecho"), "Timeout": {"IdleTimeoutSeconds": 300}},
        ],
    }
    # The gateway stays standalone. So it keeps its mark, and the macro finds its mesh.
    assert after["IngressTask"]["Metadata"]["AppMesh"]["Profile"] == "standalone"
    assert after["ColortellerRoute"]["Type"] == "AWS::AppMesh::Route"
    assert "Transform: AppMeshInject\n" in ran.out
    assert [line for line in before.splitlines() if "#" in line] == [
        line for line in ran.out.splitlines() if "#" in line
    ]
    again = run("render", "-", "--output-format", "json", stdin=ran.out)
    assert again.code == 0, again.err
    once = run("render", "-", "--output-format", "json", stdin=before)
    assert unmarked(json.loads(again.out)) == unmarked(json.loads(once.out))
    assert [each["Name"] for each in containers(again.out, "IngressTask")] == ["envoy"]


def entry(port: str, discovery: str, number: int, name: str) -> dict[str, Json]:
    alias: Json = {"Port": number, "DnsName": {"Fn::Sub": f"{name}.${{NamespaceName}}"}}
    return {"PortName": port, "DiscoveryName": discovery, "ClientAliases": [alias]}


def containers(text: str, task: str) -> Any:
    return json.loads(text)["Resources"][task]["Properties"]["ContainerDefinitions"]


def test_without_its_gateway_the_colour_app_needs_no_macro(tmp_path: Path) -> None:
    lines = edited_by_hand(as_service_connect(COLOUR_APP.read_text()))
    template = documents.parsed("template.yaml", lines)
    assert isinstance(template.content, dict)
    resources = template.content["Resources"]
    assert isinstance(resources, dict)
    gone = [name for name in resources if name.startswith("Ingress") and name.endswith(("Task", "Service", "Route"))]
    gone += ["IngressGateway"]
    left = {name: it for name, it in resources.items() if name not in gone}
    ran = run("convert", "-", stdin=json.dumps({**template.content, "Resources": left}))
    assert ran.code == 0, ran.err
    after = json.loads(ran.out)
    assert "Transform" not in after
    assert "Metadata" not in after
    assert not any(str(it["Type"]).startswith("AWS::AppMesh::") for it in after["Resources"].values())
    assert run("lint", "-", stdin=ran.out).code == 0


@pytest.mark.parametrize("marks", [False, True], ids=["by hand", "by marks"])
def test_the_colour_app_is_prepared(marks: bool, tmp_path: Path) -> None:
    file = COLOUR_APP if marks else REPOSITORY / "examples" / "colorapp" / "template.yaml"
    ran = run("convert", "--prepare", str(file))
    assert ran.code == 0, ran.err
    lines = file.read_text().splitlines()
    added = [line for line in ran.out.splitlines() if line not in lines]
    assert added == ["      ServiceConnectConfiguration:", "        Enabled: false"] * 6
    assert len(ran.out.splitlines()) == len(lines) + 12


# -- what is checked before anything is written


def test_an_anchor_that_both_a_sidecar_and_an_app_use_is_refused() -> None:
    text = (ROOT / "sidecars" / "template.yaml").read_text()
    text = text.replace("LogConfiguration: {LogDriver: awslogs,", "LogConfiguration: &log {LogDriver: awslogs,")
    text = text.replace("        - Name: app\n", "        - Name: app\n          LogConfiguration: *log\n", 1)
    ran = run("convert", "-", stdin=text)
    assert (ran.code, ran.out) == (1, "")
    assert "the anchor of alias *log would be removed" in ran.err


def test_only_templates_are_converted() -> None:
    for content in ({"family": "a", "containerDefinitions": [{"name": "a", "image": "b"}]}, {"kind": "Pod"}):
        ran = run("convert", "-", stdin=json.dumps({"apiVersion": "v1", **content} if "kind" in content else content))
        assert (ran.code, ran.out) == (1, "")
        assert "convert supports CloudFormation templates" in ran.err


def test_parameters_decide_as_they_do_for_render() -> None:
    text = as_service_connect(COLOUR_APP.read_text())
    text = (
        edited_by_hand(text)
        .replace("Weight: 0\n", "Weight: !Ref BlackWeight\n", 1)
        .replace("  WhiteWeight:\n", "  BlackWeight: {Type: Number, Default: 0}\n  WhiteWeight:\n")
    )
    assert run("convert", "-", stdin=text).code == 0
    ran = run("convert", "-", "--parameter", "BlackWeight=5", stdin=text)
    assert ran.code == 1
    assert "AM407" in ran.err
    assert run("convert", "-", "--parameter", "Blackweight=5", stdin=text).code == 2


def test_a_deployment_parameter_can_name_the_profile() -> None:
    text = (ROOT / "comments" / "template.yaml").read_text().replace("    Profile: service-connect\n", "")
    assert run("convert", "-", "--deployment-parameter", "Profile=service-connect", stdin=text).code == 0


def test_many_files_are_converted_each_for_itself(tmp_path: Path) -> None:
    for name in ("comments", "refused-mesh", "left-alone"):
        (tmp_path / f"{name}.yaml").write_text((ROOT / name / "template.yaml").read_text())
    out = tmp_path / "out"
    ran = run("convert", str(tmp_path), "-o", f"{out}/")
    assert ran.code == 1
    assert "comments.yaml: CartTask: converted: " in ran.err
    assert "3 files: 1 edited, 1 left as it is, 1 with nothing to do" in ran.err
    assert [path.name for path in out.rglob("*.yaml")] == ["comments.yaml"]
    assert next(out.rglob("*.yaml")).read_text() == (ROOT / "comments" / "converted.yaml").read_text()


def test_cfn_lint_finds_nothing_in_what_is_converted() -> None:
    ran = run("lint", str(ROOT / "comments" / "converted.yaml"))
    assert ran.code == 0, ran.out
    assert "cfn-lint has 0 findings before injection" in ran.out


def test_what_is_converted_is_what_the_core_gives_too() -> None:
    """The same by the library's door, whose result still has the marks."""
    content = documents.load(str(ROOT / "comments" / "template.yaml")).content
    assert isinstance(content, dict)
    fragment = {key: it for key, it in content.items() if key != "Transform"}
    declared = {"Domain": "shop.local", "Patience": "5"}
    outcome = inject(fragment, CloudFormation(Level(("Transform",), {}), declared))
    written = documents.load(str(ROOT / "comments" / "converted.yaml")).content
    assert unmarked(outcome.document) == written
