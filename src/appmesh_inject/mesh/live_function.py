"""The Lambda function that tells Envoy the live weights, as resources of the stack that owns them.

Its code is inline. CloudFormation fills the parameters' values into it, so an update of the stack changes the answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import joined, scalar

FUNCTION = "AppMeshInjectLiveWeights"
"""The function's logical ID, and the name of the output with its ARN."""

ROLE = f"{FUNCTION}Role"

ADDED: Mapping[str, Json] = {"AppMeshInject": {"AddedFor": "LiveWeights"}}
"""The Metadata of the resources that are added for live weights."""

FUNCTION_ARN: Json = {"Fn::GetAtt": [FUNCTION, "Arn"]}

BEFORE = """\
import hashlib
import json

# For each mesh and route: the live weights by cluster, and the route's other weights.
WEIGHTS = json.loads(r'''"""

AFTER = """''')
VERSION = hashlib.sha256(json.dumps(WEIGHTS, sort_keys=True).encode()).hexdigest()[:12]
TYPE = "type.googleapis.com/envoy.service.runtime.v3.Runtime"


def is_weight(text):
    return text.isascii() and text.isdigit() and int(text) <= 100


def layer(routes):
    found = {}
    for route, (live, others) in routes.items():
        every = [*live.values(), *others]
        # With weights that are wrong, or all 0, Envoy would answer 404: without them it keeps the baseline.
        if all(map(is_weight, every)) and any(map(int, every)):
            found.update({f"{route}.{cluster}": int(weight) for cluster, weight in live.items()})
    return found


def handler(event, context):
    asked = json.loads(event["body"])
    if asked.get("version_info") == VERSION:
        return {"statusCode": 304, "headers": {}, "body": ""}
    known = [name for name in asked["resource_names"] if name in WEIGHTS]
    resources = [{"@type": TYPE, "name": name, "layer": layer(WEIGHTS[name])} for name in known]
    body = json.dumps({"version_info": VERSION, "resources": resources})
    return {"statusCode": 200 if known else 404, "headers": {"content-type": "application/json"}, "body": body}
"""


@final
class LiveRoute(NamedTuple):
    """The weights of one route. mesh: the name of its runtime layer. key: the prefix of its runtime keys. live: the
    names of the clusters with their weights. others: the weights that are not live. All may be intrinsics."""

    mesh: Json
    key: Json
    live: Sequence[tuple[Json, Json]]
    others: Sequence[Json]


def resources(routes: Sequence[LiveRoute], role: str | None) -> Mapping[str, Json]:
    """The function, by logical ID, and its role unless `role`, an ARN, is the one to use."""
    function: Json = {
        "Type": "AWS::Lambda::Function",
        "Metadata": ADDED,
        "Properties": {
            "Description": "Tells the Envoys of a mesh the weights that follow their parameters",
            "Runtime": "python3.14",
            "Handler": "index.handler",
            "MemorySize": 128,
            "Timeout": 3,
            "Role": role or {"Fn::GetAtt": [ROLE, "Arn"]},
            "Code": {"ZipFile": code(routes)},
        },
    }
    return {FUNCTION: function} if role else {ROLE: _ROLE, FUNCTION: function}


def output() -> Json:
    """The output that tells other stacks the function's ARN."""
    return {"Description": "The function that tells Envoy the live weights of this stack", "Value": FUNCTION_ARN}


# Without a policy: the function calls nothing, and writes no log.
_ROLE: Json = {
    "Type": "AWS::IAM::Role",
    "Metadata": ADDED,
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    },
}


def code(routes: Sequence[LiveRoute]) -> Json:
    """The function's code. Its JSON has weights as texts, which CloudFormation fills in."""
    return joined([BEFORE, *_json(routes), AFTER])


def _json(routes: Sequence[LiveRoute]) -> Iterator[Json]:
    by_mesh: dict[str, list[LiveRoute]] = {}
    for route in routes:
        by_mesh.setdefault(json.dumps(route.mesh), []).append(route)
    yield "{"
    for n, of_mesh in enumerate(by_mesh.values()):
        yield from ("," if n else "", *_text(of_mesh[0].mesh), ":{")
        for m, route in enumerate(of_mesh):
            yield from (",\n" if m else "\n", *_text(route.key), ":[{")
            for k, (cluster, weight) in enumerate(route.live):
                yield from ("," if k else "", *_text(cluster), ":", *_text(weight))
            yield "},["
            for k, weight in enumerate(route.others):
                yield from ("," if k else "", *_text(weight))
            yield "]]"
        yield "}"
    yield "}"


def _text(value: Json) -> Iterator[Json]:
    """A text of the JSON, also inside of the Python literal around it."""
    plain = scalar(value)
    if isinstance(plain, str):
        yield json.dumps(plain).replace("'", "\\u0027")
    else:
        yield from ('"', plain, '"')


@final
class LiveWeightsUse(NamedTuple):
    """function: the ARN of the function that tells the live weights. routes: what it has to know, if the template that
    is processed has to get it."""

    function: Json
    routes: tuple[LiveRoute, ...]
