"""One mistake in the settings is one finding."""

from pathlib import Path

import pytest

from tests.cli.command import run

COLOURS = (Path(__file__).parents[2] / "examples/standalone/template.yaml").read_text()
NODE = "\n        VirtualNodeName: !GetAtt GatewayNode.VirtualNodeName\n"


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        (NODE, NODE.replace("VirtualNodeName: ", "VirtualNode: "), "AM101 GatewayTask: unknown setting 'VirtualNode'"),
        (NODE, f"\n        Profile: Standalone{NODE}", "AM102 GatewayTask: Profile must be"),
        (NODE, NODE.replace("\n  ", "\n"), "AM112 GatewayTask: Metadata.AppMesh is empty"),
        ("    Profile: standalone\n", "    Profile: Standalone\n", "AM102: Profile must be"),
        ("    Profile: standalone\n", "    Profil: standalone\n", "AM101: unknown setting 'Profil'"),
        ("    MeshName: !GetAtt Mesh", "    Mesh: !GetAtt Mesh", "AM101: unknown setting 'Mesh'"),
    ],
)
def test_a_typing_mistake_is_one_finding(before: str, after: str, finding: str) -> None:
    assert before in COLOURS
    ran = run("render", "-q", "-", stdin=COLOURS.replace(before, after, 1))
    (line,) = ran.err.splitlines()
    assert (ran.code, f"error {finding}" in line) == (1, True), line


def test_other_mistakes_are_still_found() -> None:
    wrong = COLOURS.replace("    MeshName: !GetAtt Mesh", "    Mesh: !GetAtt Mesh", 1)
    wrong = wrong.replace("NetworkMode: awsvpc", "NetworkMode: bridge").replace("bridge", "awsvpc", 1)
    lines = run("render", "-q", "-", stdin=wrong).err.splitlines()
    assert [line.split("error ")[1][:5] for line in lines] == ["AM101", *["AM201"] * 6]
