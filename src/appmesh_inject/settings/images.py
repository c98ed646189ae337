"""Container images: those that are built in, and the registry and repository that one comes from.

The rules are those of Docker and containerd ("reference" in the distribution project): what stands before the first
slash is a host if it looks like one; without a host it is Docker Hub, whose own images are in `library`.
"""

import re
from collections.abc import Iterable, Mapping

BUILT_IN_IMAGES: Mapping[str, str] = {
    "PreviewEnvoyImage": "111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.8.0.2-beta",
    "PreviewProxyInitImage": "111345817488.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-proxy-route-manager:latest",
    "GaEnvoyImage": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.39.1.0-prod",
    "StandaloneEnvoyImage": "envoyproxy/envoy:v1.40.0",
    "XRayImage": "public.ecr.aws/xray/aws-xray-daemon",
}

DOCKER_HUB = "docker.io"
_OTHER_HUB = "index.docker.io"


def repository(image: str) -> str | None:
    """The repository of an image, with its registry and without tag and digest. None where the text names no image."""
    name, at, digest = image.partition("@")
    if at and not _is_digest(digest):
        return None
    before, colon, tag = name.rpartition(":")
    # A colon before a slash is that of a port.
    if colon and "/" not in tag:
        if not _is_tag(tag):
            return None
        name = before
    host, parts = _divided(name, has_path=True)
    if host == DOCKER_HUB and len(parts) == 1:
        parts = ["library", *parts]
    return _joined(host, parts)


def registry(written: str) -> str | None:
    """A registry, or the beginning of the repositories in it, as `repository` spells them. None where it is none."""
    host, parts = _divided(written.strip().removesuffix("/"), has_path=False)
    return _joined(host, parts)


def is_within(image: str, registries: Iterable[str]) -> bool:
    """Whether the image comes from one of the registries, which end where a part of a name ends."""
    name = repository(image)
    return name is not None and any(name == each or name.startswith(f"{each}/") for each in registries)


def _divided(name: str, *, has_path: bool) -> tuple[str, list[str]]:
    """Host and parts of a name. has_path: an image's name, which is never a host alone."""
    first, *rest = name.split("/")
    looks_like_a_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    if not looks_like_a_host or (has_path and not rest):
        return DOCKER_HUB, [first, *rest]
    host = first.lower()
    return DOCKER_HUB if host == _OTHER_HUB else host, rest


def _joined(host: str, parts: list[str]) -> str | None:
    if not _is_host(host) or not all(map(_is_part, parts)):
        return None
    return "/".join((host, *parts))


# Compiled when they are first used: few deployments name registries, and all would be on each cold start's clock.
def _is_host(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?", text))


def _is_part(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", text))


def _is_tag(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", text))


def _is_digest(text: str) -> bool:
    return bool(re.fullmatch(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", text))
