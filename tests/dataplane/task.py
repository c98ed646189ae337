"""A rendered task definition as ECS reads it: what its envoy runs, as whom, and which traffic is led to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.command import run
from tests.deployed import defaults, deployed

IMAGE_USER = "101"
"""Whom the entrypoint of Envoy's image changes to where the container has no User."""


@dataclass(frozen=True)
class Task:
    """definition: the properties of an AWS::ECS::TaskDefinition, with nothing left for CloudFormation to fill in."""

    definition: Mapping[str, Any]

    def container(self, name: str) -> dict[str, Any]:
        (found,) = [each for each in self.definition["ContainerDefinitions"] if each["Name"] == name]
        return dict(found)

    @property
    def envoy(self) -> dict[str, Any]:
        return self.container(self.definition.get("ProxyConfiguration", {"ContainerName": "envoy"})["ContainerName"])

    @property
    def command(self) -> list[str]:
        return [str(argument) for argument in self.envoy["Command"]]

    @property
    def user(self) -> str:
        return str(self.envoy.get("User", IMAGE_USER))

    @property
    def environment(self) -> dict[str, str]:
        return {each["Name"]: str(each["Value"]) for each in self.envoy.get("Environment", ())}

    @property
    def health_check(self) -> list[str]:
        """The program that ECS runs in the container."""
        kind, *words = self.envoy["HealthCheck"]["Command"]
        return words if kind == "CMD" else ["/bin/sh", "-c", *words]

    @property
    def health_check_timeout(self) -> float:
        return float(self.envoy["HealthCheck"]["Timeout"])

    @property
    def hosts(self) -> Mapping[str, Sequence[str]]:
        """The addresses that /etc/hosts has for names."""
        return {}

    def rules(self, program: str) -> list[str]:
        """What ECS's CNI plugin tells iptables or ip6tables, in its order: github.com/aws/amazon-vpc-cni-plugins,
        aws-appmesh. A task without a ProxyConfiguration has none."""
        if "ProxyConfiguration" not in self.definition:
            return []
        asked = self.definition["ProxyConfiguration"]["ProxyConfigurationProperties"]
        of = {each["Name"]: str(each["Value"]) for each in asked}
        ignored = of.get("EgressIgnoredIPs", "").split(",")
        of["EgressIgnoredIPs"] = ",".join(ip for ip in ignored if (":" in ip) == (program == "ip6tables"))
        to = "-j REDIRECT --to-port"
        rules = ["-N INGRESS"]
        if of.get("AppPorts"):
            rules.append(f"-A INGRESS -p tcp -m multiport --dports {of['AppPorts']} {to} {of['ProxyIngressPort']}")
        rules += ["-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j INGRESS", "-N EGRESS"]
        for name, match in {
            "IgnoredUID": "-m owner --uid-owner",
            "IgnoredGID": "-m owner --gid-owner",
            "EgressIgnoredPorts": "-p tcp -m multiport --dports",
            "EgressIgnoredIPs": "-p tcp -d",
        }.items():
            if of.get(name):
                rules.append(f"-A EGRESS {match} {of[name]} -j RETURN")
        return [
            *rules,
            f"-A EGRESS -p tcp {to} {of['ProxyEgressPort']}",
            "-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j EGRESS",
        ]


def rendered(path: Path, parameters: Mapping[str, str], *options: str) -> dict[str, Task]:
    """The task definitions of a template by logical id, rendered by the command line and deployed."""
    return tasks(rendered_template(path, parameters, *options), parameters)


def rendered_template(path: Path, parameters: Mapping[str, str], *options: str) -> dict[str, Any]:
    given = [f"--parameter={name}={value}" for name, value in parameters.items()]
    ran = run("render", str(path), "--output-format", "json", *given, *options)
    assert ran.code == 0, ran.err
    template: dict[str, Any] = json.loads(ran.out)
    return template


def tasks(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Task]:
    """The task definitions of a rendered template by logical id, deployed."""
    return {
        name: Task(deployed(resource["Properties"], {**defaults(template), **parameters}))
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    }
