"""Reads the macro's deployment parameters: images, allowed registries, and the settings of lowest precedence."""

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
LIVE_WEIGHTS_ROLE = "LiveWeightsRole"
DEPLOYMENT_PARAMETERS = (*DEPLOYMENT_SETTINGS, *BUILT_IN_IMAGES, ALLOWED_REGISTRIES, LIVE_WEIGHTS_ROLE)
PATH = ("DeploymentParameters",)


class PlatformDefaults(NamedTuple):
    """The deployment parameters: settings by name, and images by the name of their parameter.

    registries: where images of sidecars may come from; empty: anywhere. live_weights_role: the ARN of the role that the
    functions of live weights run as; None: each needs one of its own.
    """

    settings: Mapping[str, Json] = NOTHING
    images: Mapping[str, str] = NOTHING
    registries: tuple[str, ...] = ()
    live_weights_role: str | None = None
    findings: tuple[Finding, ...] = ()

    def in_account(self, account: str) -> "PlatformDefaults":
        """The same for a stack of this account, which cannot use the role of another one."""
        role = self.live_weights_role
        return self if role is None or role.split(":")[4:5] == [account] else self._replace(live_weights_role=None)

    @property
    def level(self) -> Level:
        return Level(PATH, self.settings)


BUILT_IN = PlatformDefaults()
"""A deployment without parameters."""


def deployed(parameters: Mapping[str, str]) -> PlatformDefaults:
    """Reads deployment parameters, given by name. An empty value counts as not given."""
    given = {name: value for name, value in parameters.items() if value}
    listed = given[ALLOWED_REGISTRIES].split(",") if ALLOWED_REGISTRIES in given else []
    registries = {text: images.registry(text) for text in listed}
    unknown = [_unknown(name) for name in given if name not in DEPLOYMENT_PARAMETERS]
    return PlatformDefaults(
        settings={name: value for name, value in given.items() if name in DEPLOYMENT_SETTINGS},
        images={name: value for name, value in given.items() if name in BUILT_IN_IMAGES},
        registries=tuple(name for name in registries.values() if name is not None),
        live_weights_role=given.get(LIVE_WEIGHTS_ROLE),
        findings=(*unknown, *(_invalid_registry(text) for text, name in registries.items() if name is None)),
    )


def _invalid_registry(text: str) -> Finding:
    return Finding(
        "AM102",
        "",
        (*PATH, ALLOWED_REGISTRIES),
        f"{quoted(text)} is neither a registry nor the beginning of a repository's name",
        "Write names without tag or digest, separated by commas: public.ecr.aws/appmesh,docker.io/envoyproxy",
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
