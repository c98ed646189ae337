"""What the platform team set when it deployed the macro: settings below all others, and images."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from appmesh_inject.findings import Finding
from appmesh_inject.settings import Level
from appmesh_inject.sidecars import BUILT_IN_IMAGES
from appmesh_inject.tree import Json
from appmesh_inject.values import closest, quoted

DEPLOYMENT_SETTINGS = ("Profile", "LogLevel", "IgnoredUID")
DEPLOYMENT_PARAMETERS = (*DEPLOYMENT_SETTINGS, *BUILT_IN_IMAGES)
PATH = ("DeploymentParameters",)


@dataclass(frozen=True, slots=True)
class Deployment:
    """The deployment parameters: settings by name, and images by the name of their parameter."""

    settings: Mapping[str, Json] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> Level:
        return Level(PATH, self.settings)


BUILT_IN = Deployment()
"""The macro as it comes."""


def deployed(parameters: Mapping[str, str]) -> Deployment:
    """The deployment that `parameters` describe, by name; an empty value is one that was not given."""
    given = {name: value for name, value in parameters.items() if value}
    return Deployment(
        settings={name: value for name, value in given.items() if name in DEPLOYMENT_SETTINGS},
        images={name: value for name, value in given.items() if name in BUILT_IN_IMAGES},
        findings=tuple(_unknown(name) for name in given if name not in DEPLOYMENT_PARAMETERS),
    )


def _unknown(name: str) -> Finding:
    guess = closest(name, DEPLOYMENT_PARAMETERS)
    return Finding(
        "AM101",
        "",
        (*PATH, name),
        f"unknown deployment parameter {quoted(name)}" + (f": did you mean '{guess}'?" if guess else ""),
        f"Write one of {', '.join(DEPLOYMENT_PARAMETERS)}",
    )
