"""Pairs of Envoys in namespaces of their own, behind ECS's redirect, with an application behind the second."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.dataplane.network import Network
from tests.dataplane.task import Task, rendered

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.command_reading import configuration
from appmesh_inject.mesh.envoy_command import command
from appmesh_inject.settings.table import COMPRESSED, PLAIN
from bench.dataplane import floor
from bench.dataplane.meshes import PORT, Protocol, Variant, service, template

NOWHERE = "10.10.10.10"
"""The names of services lead to an address where nothing listens: Envoy takes the traffic before."""

NGINX = """\
worker_processes 1; daemon off; master_process off; pid %s/nginx.pid; error_log stderr; events {}
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
  server { listen %d%s; location / { default_type %s; return 200 "hello, world\\n"; } }
}
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """variant: what it runs. caller: the name of its first namespace. processes: of the two Envoys, the caller's
    first."""

    variant: Variant
    caller: str
    processes: tuple[int, int]


def tasks(variant: Variant, folder: Path) -> tuple[Task, Task]:
    """The caller's task and the callee's. folder: with the certificates; what they read is written there."""
    source = folder / f"{variant.name}.json"
    size = 1 if variant.is_floor else variant.backends
    source.write_text(json.dumps(template(replace(variant, backends=size), str(folder))), encoding="utf-8")
    found = rendered(source, {})
    caller, callee = found["CallerTask"], found["CalleeTask"]
    if variant.is_floor:
        caller = _with(caller, _command(floor.caller(variant, str(folder)), variant))
        callee = _with(callee, _command(floor.callee(variant, str(folder)), variant))
    if variant.in_file:
        path = folder / f"{variant.name}.envoy.json"
        path.write_text(json.dumps(configuration(caller.command, str)), encoding="utf-8")
        caller = _with(caller, ["-c", str(path), "-l", "info"])
    return caller, callee


def _command(config: floor.Config, variant: Variant) -> list[Json]:
    """The command that runs a configuration, in the form that the product's has."""
    as_text = json.loads(json.dumps(config), parse_int=str)
    return list(command(as_text, form=COMPRESSED if variant.compressed else PLAIN).command)


def _with(task: Task, arguments: list[Json]) -> Task:
    containers = [
        {**each, "Command": arguments} if each["Name"] == "envoy" else each
        for each in task.definition["ContainerDefinitions"]
    ]
    return Task({**task.definition, "ContainerDefinitions": containers})


def certificates(folder: Path, names: Sequence[str]) -> None:
    """A certificate for these names, which is its own authority."""
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=callee"]
    extension = f"subjectAltName={','.join(f'DNS:{name}' for name in names)}"
    out = ["-addext", extension, "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*new, *out], cwd=folder, check=True, capture_output=True)
    (folder / "key.pem").chmod(0o644)


@contextmanager
def running(variants: Sequence[Variant], folder: Path) -> Iterator[tuple[Network, list[Pair]]]:
    """All pairs at once. folder: open to every user."""
    certificates(folder, [each.hostname(number) for each in variants for number in range(min(each.backends, 25))])
    with Network(folder, zone(variants)) as network:
        made = []
        for number, variant in enumerate(variants):
            caller, callee = f"caller{number}", f"callee{number}"
            for name, address, task in zip(
                (caller, callee),
                (f"10.99.0.{10 + number}", callee_address(number)),
                tasks(variant, folder),
                strict=True,
            ):
                network.task(name, address, task)
            network.start(callee, "app", ["nginx", "-c", str(_nginx(variant, folder))])
            made.append(Pair(variant, caller, (network.start_envoy(caller), network.start_envoy(callee))))
        network.wait_until_healthy(*(each.caller for each in made))
        network.wait_until_healthy(*(each.caller.replace("caller", "callee") for each in made))
        yield network, made


def zone(variants: Sequence[Variant]) -> dict[str, list[str]]:
    """Who there is in DNS."""
    found = {service(number): [NOWHERE] for number in range(max(each.backends for each in variants))}
    for at, variant in enumerate(variants):
        found |= {variant.hostname(number): [callee_address(at)] for number in range(variant.backends)}
    return found


def callee_address(number: int) -> str:
    return f"10.99.0.{110 + number}"


def _nginx(variant: Variant, folder: Path) -> Path:
    path = folder / f"nginx-{variant.name}.conf"
    is_2 = variant.protocol in (Protocol.HTTP2, Protocol.GRPC)
    kind = "application/grpc; add_trailer grpc-status 0" if variant.protocol is Protocol.GRPC else "text/plain"
    path.write_text(NGINX % (folder, PORT, " http2" if is_2 else "", kind), encoding="utf-8")
    return path
