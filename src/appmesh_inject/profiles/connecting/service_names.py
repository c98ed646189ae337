"""The names of an endpoint: its discovery name in the namespace, and the alias that callers use."""

import re
from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import Resource, VirtualNode, VirtualService
from appmesh_inject.profiles.connecting.schema import DISCOVERY_NAME, DNS_NAME, LONGEST_DISCOVERY_NAME
from appmesh_inject.settings.types import quoted

SUFFIX = "-sc"
"""Keeps a discovery name apart from the Cloud Map service of the same virtual node, where the namespace is not ours."""


class CheckedName(NamedTuple):
    """A name as it is written, and why it cannot be one."""

    written: Json
    findings: tuple[Finding, ...] = ()


def discovery_name(node: VirtualNode, number: int, *, is_ours: bool) -> CheckedName:
    """The discovery name of the endpoint `number` of a node, counted from 1. is_ours: the namespace is that of the
    mesh."""
    suffix = ("" if is_ours else SUFFIX) + (f"-{number}" if number > 1 else "")
    if isinstance(node.name.written, str):
        plain = node.name.written.lower().replace(".", "-")[: LONGEST_DISCOVERY_NAME - len(suffix)] + suffix
        return CheckedName(plain, _problem(node, plain, plain, DISCOVERY_NAME, "Rename it"))
    written = joined([node.name.written, suffix])
    hint = "Write the name in lower case and without dots"
    return CheckedName(written, _problem(node, node.name.key + suffix, written, DISCOVERY_NAME, hint))


def alias(service: VirtualService) -> CheckedName:
    """The name of a virtual service, as callers use it."""
    if isinstance(service.name.written, str):
        plain = service.name.written.lower()
        return CheckedName(plain, _problem(service, plain, plain, DNS_NAME, "Rename it"))
    return CheckedName(
        service.name.written, _problem(service, service.name.key, service.name.written, DNS_NAME, "Rename it")
    )


def _problem(named: Resource, key: str, written: Json, pattern: str, hint: str) -> tuple[Finding, ...]:
    """The finding that a name does not fit. key: of the name, in which only the text around the unknown counts."""
    text = re.sub("\0[^\0]*\0", "x", key)
    if re.fullmatch(pattern, text):
        return ()
    shown = quoted(written, 80)
    is_alias = pattern is DNS_NAME
    what = "name in Service Connect that callers use" if is_alias else "discovery name of Service Connect"
    most = 127 if is_alias else LONGEST_DISCOVERY_NAME
    allowed = "lower-case letters, digits, '_', '-'" + (" and '.'" if is_alias else "")
    message = f"{shown} cannot be a {what}: it takes up to {most} {allowed}"
    return (Finding("AM414", named.logical_id, named.path, message, hint),)
