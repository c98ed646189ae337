"""The house: each layer imports only what stands below it, and the macro loads only what it needs."""

import ast
import subprocess
import sys
from pathlib import Path

import appmesh_inject

PACKAGE = Path(appmesh_inject.__file__).parent

LAYERS = (
    ("findings", "limits", "resource_types", "cfn"),
    ("settings",),
    ("mesh",),
    ("workloads",),
    ("profiles",),
    ("injection",),
    ("macro", "render", "files"),
    ("api", "cfn_lint", "migrate", "diff", "graph", "exits", "proxy"),
    ("cli",),
)
"""Bottom to top. What stands in one layer may know each other."""

LAYER = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
LAYER["__init__"] = LAYER["api"]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """The rooms that a module imports from, also inside of its functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if node.module == "appmesh_inject":
                names = [f"appmesh_inject.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("appmesh_inject.")}
    return found & set(LAYER)


def test_every_module_has_its_layer() -> None:
    assert {room_of(path) for path in PACKAGE.rglob("*.py")} == set(LAYER)


def test_each_layer_imports_only_what_stands_below() -> None:
    upward = [
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path in PACKAGE.rglob("*.py")
        for other in imported(path)
        if LAYER[other] > LAYER[room_of(path)]
    ]
    assert not upward


def loaded_by(code: str) -> list[str]:
    code = f"import sys; {code}; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_the_macro_loads_only_what_it_needs() -> None:
    loaded = loaded_by("import appmesh_inject.macro")
    unwanted = ("yaml", "cfnlint", "boto3", "typer", "rich", "appmesh_inject.cli", "appmesh_inject.mesh.parsing")
    profiles = [f"appmesh_inject.profiles.{name}" for name in ("preview", "ga", "standalone", "service_connect")]
    assert not {*unwanted, *profiles}.intersection(loaded)


def test_a_profile_loads_nothing_of_another() -> None:
    loaded = loaded_by("from appmesh_inject.profiles.registry import profile; profile('ga'); profile('standalone')")
    assert not [name for name in loaded if name.startswith("appmesh_inject.profiles.connecting")]
