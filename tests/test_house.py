"""The house: imports go one way, and the macro loads only what it needs."""

import ast
import subprocess
import sys
from pathlib import Path

import appmesh_inject

PACKAGE = Path(appmesh_inject.__file__).parent

FLOORS = (
    ("__init__",),
    ("cfn_lint", "api"),
    ("cli",),
    ("macro",),
    ("injection", "stacks"),
    ("targets",),
    ("alike",),
    ("plan",),
    ("decision", "deployment"),
    ("checks", "compiled", "together", "ordering", "ports", "presence"),
    ("representing",),
    ("situation",),
    ("standalone",),
    ("forms", "proxies"),
    ("workload", "sidecars"),
    ("shapes",),
    ("mesh",),
    ("levels",),
    ("settings",),
    ("lists",),
    ("values",),
    ("merge",),
    ("text", "images"),
    ("intrinsics",),
    ("findings",),
    ("tree",),
)
"""Top to bottom: a module imports from the floors below it, and from its own folder."""

FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "appmesh_inject" and len(parts) > 1 else None


def test_every_module_has_its_floor() -> None:
    rooms = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in PACKAGE.rglob("*.py")}
    assert rooms - {"__init__"} <= set(FLOOR)


def test_imports_go_down() -> None:
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom) and node.module == "appmesh_inject":
                names = [f"appmesh_inject.{alias.name}" for alias in node.names]
            for name in names:
                below = room_of(name)
                if below in FLOOR and below != room:
                    assert FLOOR[below] > FLOOR[room], f"{path.name} imports {name}, which is not below it"


def test_the_macro_loads_only_what_it_needs() -> None:
    code = "import sys, appmesh_inject.macro; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for module in (
        "yaml",
        "cfnlint",
        "boto3",
        "typer",
        "rich",
        "appmesh_inject.api",
        "appmesh_inject.cli",
        "appmesh_inject.mesh",
    ):
        assert module not in loaded


def test_only_targets_and_sidecars_spell_documents() -> None:
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if room not in ("targets", "cli"):
            assert '"ContainerDefinitions"' not in path.read_text(), path
