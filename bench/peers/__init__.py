"""What others take for as many services: fresh processes, from start to end, reading and writing files."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from appmesh_inject.cfn.document import Json
from bench.fresh import command
from bench.measured import Figure, Goal, Missing, Row, processes
from bench.templates import event, template

CDK = "The CDK's AppMeshExtension over ours, as processes"
SAM = "aws-sam-translator over ours, as processes"

HERE = Path(__file__).parent
COUNTS = (10, 50, 250)


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool. missing: why it cannot run, if so."""

    section: str
    goal: Goal | None
    missing: str

    def command(self, folder: Path, count: int) -> list[str]:
        if self.section == CDK:
            return ["node", str(HERE / "extension.mjs"), str(count), str(folder / "cdk.out")]
        source = folder / f"functions-{count}.json"
        source.write_text(json.dumps(functions(count)), encoding="utf-8")
        return [sys.executable, str(HERE / "sam_functions.py"), str(source), str(folder / "functions.out.json")]


def peers() -> tuple[Peer, ...]:
    return Peer(CDK, Goal(20, is_least=True), _no_node()), Peer(SAM, None, _no_translator())


def _no_node() -> str:
    if shutil.which("node") is None:
        return "there is no node on this machine"
    there = (HERE / "node_modules" / "@aws-cdk-containers").is_dir()
    return "" if there else "npm could not install the packages of bench/peers/package.json"


def _no_translator() -> str:
    return "" if find_spec("samtranslator") else "pip could not install aws-sam-translator"


def functions(count: int) -> Json:
    """A SAM template of as many functions, each with its role, as the services have one."""
    resources: dict[str, Json] = {
        f"Function{number}": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "app.handler",
                "Runtime": "python3.13",
                "InlineCode": "def handler(event, context): ...",
                "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}}},
            },
        }
        for number in range(count)
    }
    parameters: Json = {"Stage": {"Type": "String", "Default": "prod"}}
    return {"Transform": "AWS::Serverless-2016-10-31", "Parameters": parameters, "Resources": resources}


def figures(folder: Path, repeats: int) -> Iterator[Row]:
    """Ours is a fresh process that imports the handler and runs it on the event; `render` stands beside it."""
    for peer in peers():
        if peer.missing:
            yield Missing(peer.section, "not measured", peer.missing)
            continue
        for count in COUNTS:
            yield from _against(peer, folder, count, repeats)


def _against(peer: Peer, folder: Path, count: int, repeats: int) -> Iterator[Figure]:
    source, written, target = folder / "event.json", folder / "template.json", folder / "response.json"
    source.write_text(json.dumps(event(count, "ga"), separators=(",", ":")), encoding="utf-8")
    written.write_text(json.dumps(template(count, "ga")), encoding="utf-8")
    render = [str(Path(sys.executable).with_name("appmesh-inject")), "render", str(written), "-o", str(target)]
    commands = [peer.command(folder, count), command("handler", source, target), render]
    theirs, ours, rendered = processes(commands, repeats, {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"})
    yield Figure(peer.section, f"{count} services: the handler", theirs, ours, goal=peer.goal)
    yield Figure(peer.section, f"{count} services: render", theirs, rendered)
