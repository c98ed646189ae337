"""The page of the settings: `docs/reference/settings.md`, made of the table in `settings.py` and of the JSON Schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from appmesh_inject.cfn.document import Json
from appmesh_inject.cli.shared_options import flag
from appmesh_inject.files import yaml_writer
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_SETTINGS
from appmesh_inject.settings.table import PROFILES, TABLE
from appmesh_inject.workloads.kubernetes import ANNOTATIONS
from tests.conftest import REPOSITORY

SCHEMA: Mapping[str, Any] = json.loads((REPOSITORY / "src/appmesh_inject/settings.schema.json").read_text())

HEAD = """\
<!-- generated -->
# Settings

What you can write in `Metadata: AppMesh:`, and wherever else a setting may stand.

This page is made from the code: `make golden` writes it. Editors take the same from a
[JSON Schema](../../src/appmesh_inject/settings.schema.json).

Where it may stand, from the lowest precedence to the highest:

| Place | Who it is for | Restrictions |
| --- | --- | --- |
| deployment parameter of the macro | all templates of the account | {deployment} |
| `Metadata: AppMesh:` at the top of a template | all its marked task definitions | |
| `Parameters` of the `Transform` | the same | text, numbers, lists and `Ref`s to parameters; a fragment as JSON text |
| tag `AppMesh:NAME` | the task definition | text; lists with spaces; no fragments |
| `Metadata: AppMesh:` of the task definition, or a snippet's `Parameters` | the task definition | a snippet's: text |

On the command line a flag stands for the Transform's parameters. Pods have annotations, for the settings that say so.
"""

TYPES: Mapping[str, str] = {
    "text": "text",
    "name": "text without a slash, and no ARN",
    "id": "a number from 0 to 4294967294",
    "port": "a port, from 1 to 65535",
    "ports": "a list of ports; or text with commas or spaces",
    "texts": "a list; or text with commas or spaces",
    "names": "a list of names; or text with commas or spaces",
    "flag": "`true` or `false`",
    "switch": "`true` or `false`",
    "fragment": "a map; or the JSON text of one",
    "serviceConnect": "a map; or the JSON text of one",
}
"""The definitions of the schema in words; those that list words are in the schema itself."""

KNOWN = {
    "Profile",
    "WaitForEnvoy",
    "OnExisting",
    "XRay",
    "MeshStack",
    "ExportMesh",
    "DefaultRetryPolicy",
    "CloudMapDns",
    "Configuration",
    "StatsPort",
    "LiveWeights",
    "DeferredStats",
}
"""Settings that decide what comes out, so that their value must be known when the macro runs."""

EXAMPLES: Mapping[str, Json] = {
    "MeshName": {"Fn::GetAtt": ["Mesh", "MeshName"]},
    "VirtualNodeName": {"Fn::Sub": "${AWS::StackName}-web"},
    "VirtualGatewayName": "edge",
    "ResourceArn": {"Ref": "WebNode"},
    "Profile": "standalone",
    "AppPorts": [9080, {"Ref": "AdminPort"}],
    "IgnoredUID": 1338,
    "IgnoredGID": 1338,
    "ProxyIngressPort": 15010,
    "ProxyEgressPort": 15011,
    "EgressIgnoredIPs": ["169.254.170.2", "169.254.169.254", "10.0.0.2"],
    "EgressIgnoredPorts": [3306, 5432],
    "LogLevel": "debug",
    "Region": {"Ref": "AWS::Region"},
    "WaitForEnvoy": ["app"],
    "Enabled": {"Fn::If": ["InMesh", True, False]},
    "OnExisting": "Replace",
    "XRay": True,
    "Envoy": {"Image": {"Ref": "EnvoyImage"}, "MemoryReservation": 128},
    "ProxyInit": {"MemoryReservation": 16},
    "XRayDaemon": {"MemoryReservation": 32},
    "ProxyConfiguration": {"ProxyConfigurationProperties": [{"Name": "AppPorts", "Value": "9080"}]},
    "MeshStack": "shop-mesh",
    "ExportMesh": True,
    "DefaultRetryPolicy": "off",
    "CloudMapDns": "logical",
    "Configuration": "compressed",
    "StatsPort": 9901,
    "Namespace": {"Fn::GetAtt": ["Namespace", "Arn"]},
    "ServiceConnect": {
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "mesh"}},
        "Services": [{"DiscoveryName": "cart", "Timeout": {"PerRequestTimeoutSeconds": 60}}],
    },
    "LiveWeights": True,
    "DeferredStats": True,
}


def page() -> str:
    return "\n".join([HEAD.format(deployment=_names(DEPLOYMENT_SETTINGS)), *_overview(), *_sections()])


def _overview() -> Iterator[str]:
    yield "| Setting | Meaning | Default |\n| --- | --- | --- |"
    yield from (f"| [`{name}`](#{name.lower()}) | {row.meaning} | {row.default} |" for name, row in TABLE.items())
    yield ""


def _sections() -> Iterator[str]:
    for name, row in TABLE.items():
        yield f"## {name}\n"
        yield f"{row.meaning}.\n"
        yield "| | |\n| --- | --- |"
        yield f"| Type | {_type(name)}{_intrinsics(name)} |"
        yield f"| Default | {row.default} |"
        yield f"| Profiles | {_names(row.profiles) if row.profiles != PROFILES else 'all'} |"
        yield f"| May stand | {'; '.join(_places(name))} |"
        yield f"| Flag | `{flag(name)}` |\n"
        yield f"```yaml\n{yaml_writer.written({name: EXAMPLES[name]}).rstrip()}\n```\n"


def _type(name: str) -> str:
    kind = SCHEMA["properties"][name]["$ref"].rpartition("/")[2]
    words = [word for option in SCHEMA["$defs"][kind]["anyOf"] for word in option.get("enum", ())]
    return " or ".join(f"`{word}`" for word in words) if words else TYPES[kind]


def _intrinsics(name: str) -> str:
    if TABLE[name].is_fragment:
        return "; values in it may be intrinsics"
    if name == "Enabled":
        return "; a `Ref` to a parameter; or `Fn::If` on these"
    if name in KNOWN:
        return "; or a `Ref` to a parameter"
    return "; or an intrinsic" if name != "ExportMesh" else ""


def _places(name: str) -> Iterator[str]:
    if name in DEPLOYMENT_SETTINGS:
        yield "deployment parameter"
    yield "the template's metadata"
    if name == "ExportMesh":
        return
    yield "`Transform` parameters" + (" (JSON text)" if TABLE[name].is_fragment else "")
    if not TABLE[name].is_fragment:
        yield f"tag `AppMesh:{name}`"
    yield "the task definition's metadata"
    for annotation, setting in ANNOTATIONS.items():
        if setting == name:
            yield f"annotation `{annotation}`"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
