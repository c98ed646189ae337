"""Input files for graphs, and helpers that build the graph or the page from them."""

import json
from pathlib import Path
from typing import Any

from tests.cli.command import run
from tests.conftest import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden" / "cloudformation"
COLOUR = GOLDEN / "standalone-colour" / "input.yaml"
GATEWAY = GOLDEN / "standalone-gateway" / "input.yaml"

HOSTILE = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(2)>&"
"""A name that tries to break out of its context."""


def hostile(folder: Path) -> Path:
    """A template whose names try to become markup."""
    template = {
        "Transform": "AppMeshInject",
        "Resources": {
            HOSTILE: {
                "Type": "AWS::ECS::TaskDefinition",
                "Metadata": {"AppMesh": {"MeshName": "m", "VirtualNodeName": "n"}},
                "Properties": {
                    "NetworkMode": "awsvpc",
                    "Memory": "512",
                    "ContainerDefinitions": [
                        {"Name": HOSTILE, "Image": HOSTILE, "PortMappings": [{"ContainerPort": 1}]}
                    ],
                },
            }
        },
    }
    file = folder / "hostile.json"
    file.write_text(json.dumps(template))
    return file


def data_of(page: str) -> Any:
    """The graph in a page."""
    text = page.partition('id="graph">')[2].partition("</script>")[0]
    return json.loads(text)


def graph(*files: Path | str, options: tuple[str, ...] = ()) -> Any:
    """The graph of the files, as the page receives it."""
    return data_of(run("graph", *map(str, files), *options).out)
