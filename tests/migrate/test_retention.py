"""`adopt --retain` and AM365: mesh resources are not deleted when they leave the template."""

import json

import pytest

from tests.cli.command import run
from tests.migrate.test_adopt_standalone import TEMPLATE

BLOCK = """\
Resources:
    # The mesh of the shop
    Mesh:
        Type: AWS::AppMesh::Mesh   # one for all
        # its name
        Properties: {MeshName: shop}
    Kept:
        Properties: {MeshName: shop, VirtualRouterName: kept}
        DeletionPolicy: Delete   # as before
        Type: AWS::AppMesh::VirtualRouter
    Queue:
        Type: AWS::SQS::Queue
"""


def test_policies_are_written_and_the_rest_of_the_text_stays() -> None:
    ran = run("adopt", "-", "--retain", stdin=BLOCK)
    assert ran.code == 0, ran.err
    assert ran.out == BLOCK.replace(
        "# one for all\n",
        "# one for all\n        DeletionPolicy: Retain\n        UpdateReplacePolicy: Retain\n",
    ).replace("DeletionPolicy: Delete ", "DeletionPolicy: Retain ").replace(
        "VirtualRouter\n", "VirtualRouter\n        UpdateReplacePolicy: Retain\n"
    )
    assert "retained: Mesh, Kept" in ran.err


def test_a_second_run_changes_nothing() -> None:
    once = run("adopt", "-", "--retain", stdin=BLOCK).out
    assert run("adopt", "-", "--retain", stdin=once).out == once


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_json(indent: int | None, newline: str) -> None:
    template = {"Resources": {"Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "shop"}}}}
    text = json.dumps(template, indent=indent).replace("\n", newline)
    ran = run("adopt", "-", "--retain", stdin=text)
    assert json.loads(ran.out)["Resources"]["Mesh"] == {
        "Type": "AWS::AppMesh::Mesh",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"MeshName": "shop"},
    }


def test_resources_in_a_loop() -> None:
    body = {"Node${Name}": {"Type": "AWS::AppMesh::VirtualNode", "Properties": {}}}
    template = {"Resources": {"Fn::ForEach::Nodes": ["Name", ["a", "b"], body]}}
    ran = run("adopt", "-", "--retain", stdin=json.dumps(template))
    node = json.loads(ran.out)["Resources"]["Fn::ForEach::Nodes"][2]["Node${Name}"]
    assert (node["DeletionPolicy"], node["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_marks_and_policies_in_one_step() -> None:
    ran = run("adopt", "-", "--profile", "standalone", "--retain", stdin=TEMPLATE)
    assert ran.code == 0, ran.err
    assert (
        "Mesh: {Type: AWS::AppMesh::Mesh, DeletionPolicy: Retain, UpdateReplacePolicy: Retain, Properties:" in ran.out
    )
    assert "AWS::AppMesh::VirtualNode\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n" in ran.out
    assert "Profile: standalone" in ran.out


def test_lint_warns_once_of_resources_that_would_be_deleted() -> None:
    template = TEMPLATE.replace("          LogConfiguration: {LogDriver: json-file}\n", "")
    adopted = run("adopt", "-", "--profile", "standalone", stdin=template).out
    linted = run("lint", "-", stdin=adopted)
    assert linted.code == 0
    assert linted.out.count("warning AM365") == 1
    assert "Mesh, Node will leave the stack" in linted.out


@pytest.mark.parametrize("change", ["retained", "stays in App Mesh"])
def test_lint_does_not_warn_of_resources_that_stay(change: str) -> None:
    options = ("--profile", "standalone", "--retain") if change == "retained" else ()
    adopted = run("adopt", "-", *options, stdin=TEMPLATE).out
    assert "AM365" not in run("lint", "-", stdin=adopted).out
