"""What the platform team set when it deployed the macro: settings below all others, and images."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json
from appmesh_inject.findings import Finding
from appmesh_inject.settings import images
from appmesh_inject.settings.images import BUILT_IN_IMAGES
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.types import closest, quoted

DEPLOYMENT_SETTINGS = ("Profile", "LogLevel", "IgnoredUID")
ALLOWED_REGISTRIES = "AllowedRegistries"
DEPLOYMENT_PARAMETERS = (*DEPLOYMENT_SETTINGS, *BUILT_IN_IMAGES, ALLOWED_REGISTRIES)
PATH = ("DeploymentParameters",)


class PlatformDefaults(NamedTuple):
    """The deployment parameters: settings by name, and images by the name of their parameter.

    registries: those that sidecars may come from; none: all.
    """

    settings: Mapping[str, Json] = NOTHING
    images: Mapping[str, str] = NOTHING
    registries: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> Level:
        return Level(PATH, self.settings)


BUILT_IN = PlatformDefaults()
"""The macro as it comes."""


def deployed(parameters: Mapping[str, str]) -> PlatformDefaults:
    """The deployment that `parameters` describe, by name; an empty value is one that was not given."""
    given = {name: value for name, value in parameters.items() if value}
    listed = given[ALLOWED_REGISTRIES].split(",") if ALLOWED_REGISTRIES in given else []
    registries = {each: images.registry(each) for each in listed}
    unknown = [_unknown(name) for name in given if name not in DEPLOYMENT_PARAMETERS]
    return PlatformDefaults(
        settings={name: value for name, value in given.items() if name in DEPLOYMENT_SETTINGS},
        images={name: value for name, value in given.items() if name in BUILT_IN_IMAGES},
        registries=tuple(each for each in registries.values() if each is not None),
        findings=(*unknown, *(_no_registry(each) for each, name in registries.items() if name is None)),
    )


def _no_registry(written: str) -> Finding:
    return Finding(
        "AM102",
        "",
        (*PATH, ALLOWED_REGISTRIES),
        f"{quoted(written)} is neither a registry nor the beginning of a repository's name",
        "Write names without tag or digest, with commas between: public.ecr.aws/appmesh,docker.io/envoyproxy",
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
