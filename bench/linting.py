"""`appmesh-inject lint` on a folder, over cfn-lint on the same sources and results in one run."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from appmesh_inject.cfn.document import Json
from bench.measured import Figure, Goal, processor_times, run
from bench.templates import template

LINT = "lint, as a process"

SERVICES = 2
"""In each template of the folder."""

CALL: dict[str, Json] = {"Transform": "AppMeshInject"}
PARAMETERS: dict[str, Json] = {
    "Parameters": {
        **{name: {"Type": "String"} for name in ("Cluster", "ExecutionRole", "Stage", "Version")},
        "Group": {"Type": "AWS::EC2::SecurityGroup::Id"},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "Vpc": {"Type": "AWS::EC2::VPC::Id"},
    }
}


def figures(folder: Path, *, files: int, marked: int, repeats: int) -> Iterator[Figure]:
    """files: how many templates the folder has; marked: in how many of them something is injected."""
    for profile in ("ga", "standalone"):
        place = folder / profile
        place.mkdir()
        yield _figure(place, profile, files, marked, repeats)


def _figure(folder: Path, profile: str, files: int, marked: int, repeats: int) -> Figure:
    sources, results = folder / "sources", folder / "results"
    sources.mkdir()
    for number in range(files):
        is_marked = number < marked
        content = {
            **(CALL if is_marked else {}),
            **PARAMETERS,
            **template(SERVICES, profile if is_marked else "ga", marked=is_marked),
        }
        text = yaml.safe_dump(content, sort_keys=False)
        (sources / f"{number:02}.yaml").write_text(text, encoding="utf-8")
    injected = [str(sources / f"{number:02}.yaml") for number in range(marked)]
    ours, theirs = (str(Path(sys.executable).with_name(name)) for name in ("appmesh-inject", "cfn-lint"))
    run([ours, "render", *injected, "-o", f"{results}/"], os.environ)
    both = [*sources.glob("*.yaml"), *results.rglob("*.yaml")]
    lint = [ours, "lint", str(sources)]
    cfn_lint = [theirs, "--non-zero-exit-code", "none", *map(str, both)]
    linted, alone = processor_times([lint, cfn_lint], repeats, os.environ)
    case = f"{files} templates, {marked} of them {profile}: over cfn-lint on sources and results"
    return Figure(LINT, case, linted, alone, goal=Goal(1.5))
