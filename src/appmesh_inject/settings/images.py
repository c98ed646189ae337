"""Container images: the built-in ones, and the registry and repository of an image.

Source: "reference" in the distribution project, for Docker and containerd. The part before the first slash is a host if
it looks like one. Without a host, the image is from Docker Hub, whose official images are in `library`.
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

APP_MESH_ACCOUNTS = frozenset(
    (
        "840364872350",  # most Regions
        "924023996002",  # af-south-1
        "856666278305",  # ap-east-1
        "909464085924",  # ap-southeast-3
        "919366029133",  # cn-north-1
        "919830735681",  # cn-northwest-1
        "422531588944",  # eu-south-1
        "564877687649",  # il-central-1
        "772975370895",  # me-south-1
        "111345817488",  # the preview
    )
)
"""The accounts whose registries have App Mesh's images. Source: user guide, "Envoy image", with that of China."""

DOCKER_HUB = "docker.io"
_OTHER_HUB = "index.docker.io"


def repository(image: str) -> str | None:
    """The registry and repository of an image, without tag and digest; None if the text is not the name of an image."""
    name, at, digest = image.partition("@")
    if at and not _is_digest(digest):
        return None
    before, colon, tag = name.rpartition(":")
    # A colon before a slash starts a port, not a tag.
    if colon and "/" not in tag:
        if not _is_tag(tag):
            return None
        name = before
    host, parts = _divided(name, has_path=True)
    if host == DOCKER_HUB and len(parts) == 1:
        parts = ["library", *parts]
    return _joined(host, parts)


def registry(written: str) -> str | None:
    """A registry, or a prefix of repositories in it, in the spelling of `repository`; None if it is invalid."""
    host, parts = _divided(written.strip().removesuffix("/"), has_path=False)
    return _joined(host, parts)


def is_within(image: str, registries: Iterable[str]) -> bool:
    """Whether the image comes from one of the registries, compared by whole parts: `a/bc` is not in `a/b`."""
    name = repository(image)
    return name is not None and any(name == prefix or name.startswith(f"{prefix}/") for prefix in registries)


def _divided(name: str, *, has_path: bool) -> tuple[str, list[str]]:
    """Host and parts of a name. has_path: it names an image, and so has more than a host."""
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


# Compiled on first use, since few deployments name registries and compiling prolongs a cold start.
def _is_host(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?", text))


def _is_part(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", text))


def _is_tag(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", text))


def _is_digest(text: str) -> bool:
    return bool(re.fullmatch(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", text))
