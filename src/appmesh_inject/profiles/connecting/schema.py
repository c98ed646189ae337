"""The shapes and limits of a ServiceConnectConfiguration and of the names of port mappings, as a table.

Sources: AWS::ECS::Service ServiceConnectConfiguration and the ECS API reference, ServiceConnectConfiguration; where the
API refuses more than both say: `clientAliases must have 1 element`, `cannot use ports <= 1024`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Absent, Literal, Scope, leaves
from appmesh_inject.cfn.text_joining import number
from appmesh_inject.settings.types import closest, one_of, shown_literal

LIMIT = "AM421"
"""The code of a broken limit."""

DISCOVERY_NAME = r"[a-z0-9_][a-z0-9_-]{0,63}"
DNS_NAME = r"[a-z0-9_.][a-z0-9_.-]{0,126}"
LONGEST_DISCOVERY_NAME = 64
APP_PROTOCOLS = ("http", "http2", "grpc")
"""An absent AppProtocol stands for TCP."""

Shape = Mapping[str, "MemberRule"]


class MemberRule(NamedTuple):
    """What a member of a map may be. `need` says it in words for a message.

    pattern: of a text. lowest, highest: of a number. options: the words that it may be. shape: of a map, or of each
    item of a list. least, most: items of a list. A member with none of these may be anything.
    """

    need: str = ""
    required: bool = False
    pattern: str | None = None
    lowest: int | None = None
    highest: int | None = None
    options: tuple[str, ...] = ()
    shape: Shape | None = None
    is_list: bool = False
    least: int = 0
    most: int | None = None


class Broken(NamedTuple):
    """A limit that a value breaks. message: continues the name of the place. is_ours: not the API's, which takes less
    in some cases, but one of what this profile writes."""

    path: Path
    message: str
    is_ours: bool = False


def _text(need: str, pattern: str, *, required: bool = False) -> MemberRule:
    return MemberRule(need, required, pattern)


def _number(lowest: int, highest: int, *, required: bool = False) -> MemberRule:
    return MemberRule(f"a number from {lowest} to {highest}", required, lowest=lowest, highest=highest)


def _word(*options: str, required: bool = False) -> MemberRule:
    return MemberRule(one_of(options), required, options=options)


def _map(shape: Shape, *, required: bool = False) -> MemberRule:
    return MemberRule("a map", required, shape=shape)


def _list(shape: Shape, least: int = 0, most: int | None = None, *, required: bool = False) -> MemberRule:
    count = f"a list with {least} item" if least == most else f"a list with at most {most} items" if most else "a list"
    return MemberRule(count, required, shape=shape, is_list=True, least=least, most=most)


_NAME = "1 to 64 lower-case letters, digits, '_' and '-', with no '-' at the beginning"
_SECONDS = _number(0, 2**31 - 1)

CLIENT_ALIAS: Shape = {
    "Port": _number(0, 65535, required=True),
    "DnsName": _text("1 to 127 lower-case letters, digits, '_', '.' and '-', with no '-' at the beginning", DNS_NAME),
    "TestTrafficRules": _map(
        {
            "Header": _map(
                {"Name": MemberRule(required=True), "Value": _map({"Exact": MemberRule(required=True)})},
                required=True,
            )
        }
    ),
}

SERVICE: Shape = {
    "PortName": _text(_NAME, DISCOVERY_NAME, required=True),
    "DiscoveryName": _text(_NAME, DISCOVERY_NAME),
    "ClientAliases": _list(CLIENT_ALIAS, 1, 1),
    "IngressPortOverride": _number(1025, 65535),
    "Timeout": _map({"IdleTimeoutSeconds": _SECONDS, "PerRequestTimeoutSeconds": _SECONDS}),
    "Tls": _map(
        {
            "IssuerCertificateAuthority": _map({"AwsPcaAuthorityArn": MemberRule()}, required=True),
            "KmsKey": MemberRule(),
            "RoleArn": MemberRule(),
        }
    ),
}

CONFIGURATION: Shape = {
    "Enabled": _word("true", "false", required=True),
    "Namespace": _text("a name of at most 1024 characters, or an ARN", r"(?!ns-[a-z0-9]+\Z)\S.{0,1023}"),
    "Services": _list(SERVICE),
    "LogConfiguration": _map(
        {"LogDriver": MemberRule(required=True), "Options": MemberRule(), "SecretOptions": MemberRule()},
    ),
    "AccessLogConfiguration": _map(
        {
            "Format": _word("TEXT", "JSON", required=True),
            "IncludeQueryParameters": _word("ENABLED", "DISABLED"),
        }
    ),
    "ContainerConfigurations": _list({"LogLevel": _word("debug", "info")}, 0, 10),
}

PORT_NAME = _text(_NAME, DISCOVERY_NAME)
APP_PROTOCOL = _word(*APP_PROTOCOLS)


def broken(value: Json, shape: Shape, scope: Scope, path: Path = ()) -> Iterator[Broken]:
    """Where a map breaks its shape, in each branch of the Fn::Ifs around it and in it. What only CloudFormation knows
    breaks nothing."""
    for leaf in leaves(value, scope, path):
        if not isinstance(leaf.reading, Literal):
            continue
        if not isinstance(leaf.reading.value, dict):
            yield Broken(leaf.path, "must be a map")
            continue
        members = leaf.reading.value
        for name in members:
            if name not in shape:
                guess = closest(str(name), list(shape))
                yield Broken((*leaf.path, name), "is not a member" + (f": did you mean '{guess}'?" if guess else ""))
        for name, member in shape.items():
            if name in members:
                yield from broken_member(members[name], member, leaf.scope, (*leaf.path, name))
            elif member.required:
                yield Broken((*leaf.path, name), "is required")


def broken_member(value: Json, member: MemberRule, scope: Scope, path: Path) -> Iterator[Broken]:
    for leaf in leaves(value, scope, path):
        if isinstance(leaf.reading, Absent) and member.required:
            yield Broken(leaf.path, "is required")
        if not isinstance(leaf.reading, Literal):
            continue
        if member.is_list:
            yield from _broken_list(leaf.reading.value, member, leaf.scope, leaf.path)
        elif member.shape is not None:
            yield from broken(leaf.written, member.shape, leaf.scope, leaf.path)
        elif not _fits(leaf.reading.value, member):
            yield Broken(leaf.path, f"must be {member.need}, and {shown_literal(leaf.reading)} is not")


def _broken_list(value: Json, member: MemberRule, scope: Scope, path: Path) -> Iterator[Broken]:
    if not isinstance(value, list):
        yield Broken(path, f"must be {member.need}")
        return
    if len(value) < member.least or (member.most is not None and len(value) > member.most):
        yield Broken(path, f"must be {member.need}, and has {len(value)}")
    for index, item in enumerate(value):
        assert member.shape is not None
        yield from broken(item, member.shape, scope, (*path, index))


def _fits(value: Json, member: MemberRule) -> bool:
    """Whether a literal fits. CloudFormation converts numbers and words that are written as text."""
    if member.options:
        return str(value).lower() in member.options if isinstance(value, bool) else value in member.options
    if member.lowest is not None and member.highest is not None:
        found = number(value)
        return found is not None and member.lowest <= found <= member.highest
    if member.pattern is not None:
        return isinstance(value, str | int) and re.fullmatch(member.pattern, str(value), re.DOTALL) is not None
    return True
