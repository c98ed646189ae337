"""Load balancers of a template, and what their listeners send to which target group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.references import references
from appmesh_inject.graph.resolved_values import Resolution
from appmesh_inject.resource_types import TARGET_GROUP

ELB, CLASSIC = "AWS::ElasticLoadBalancingV2::", "AWS::ElasticLoadBalancing::LoadBalancer"
ACTIONS = {f"{ELB}Listener": "DefaultActions", f"{ELB}ListenerRule": "Actions"}


@dataclass(frozen=True, slots=True)
class Forward:
    """What a load balancer sends to a target group. balancer: its logical ID; None if it is not in the template. named:
    how the template names it. label: the listener and the condition of a rule. share: of the requests, from 0 to 1;
    None if all go to this target group."""

    balancer: str | None
    named: str
    label: str
    share: float | None = None


def forwards(resources: Mapping[str, Json], target_group: Json, resolution: Resolution) -> list[Forward]:
    """What reaches a target group, given the value that names it."""
    own = _first(target_group, resources, TARGET_GROUP)
    if own is None:
        return [Forward(None, resolution.text(target_group), "")]
    found: list[Forward] = []
    for logical_id, resource in resources.items():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if isinstance(kind, str) and kind in ACTIONS:
            properties = properties_of(resources, logical_id)
            for target, share in _targets(properties.get(ACTIONS[kind])):
                if own in references(target):
                    listener = logical_id
                    if kind == f"{ELB}ListenerRule":
                        listener = _first(properties.get("ListenerArn"), resources, f"{ELB}Listener") or ""
                    words = (_listener(resources, listener, resolution), _conditions(properties, resolution))
                    label = " ".join(word for word in words if word)
                    arn = properties_of(resources, listener).get("LoadBalancerArn", properties.get("ListenerArn"))
                    balancer = _first(arn, resources, f"{ELB}LoadBalancer")
                    found.append(Forward(balancer, resolution.text(arn), label, share))
    return found


def classic(resources: Mapping[str, Json], name: Json, resolution: Resolution) -> Forward:
    """What a classic load balancer sends to a service, given the value that names it."""
    balancer = _first(name, resources, CLASSIC)
    listeners = properties_of(resources, balancer or "").get("Listeners")
    words = [
        f"{resolution.text(it.get('Protocol'))} {resolution.text(it.get('LoadBalancerPort'))}".strip()
        for it in (listeners if isinstance(listeners, list) else ())
        if isinstance(it, dict)
    ]
    return Forward(balancer, resolution.text(name), ", ".join(words))


def properties_of(resources: Mapping[str, Json], logical_id: str) -> Mapping[str, Json]:
    resource = resources.get(logical_id)
    found = resource.get("Properties") if isinstance(resource, dict) else None
    return found if isinstance(found, dict) else {}


def _first(value: Json, resources: Mapping[str, Json], kind: str) -> str | None:
    """The logical ID of the first resource of a type that a value refers to."""
    for name in references(value):
        resource = resources.get(name)
        if isinstance(resource, dict) and resource.get("Type") == kind:
            return name
    return None


def _targets(actions: Json) -> Iterator[tuple[Json, float | None]]:
    """The target groups of actions, with their shares."""
    for action in _maps(actions):
        forward = action.get("ForwardConfig")
        groups = list(_maps(forward.get("TargetGroups"))) if isinstance(forward, dict) else []
        if not groups and "TargetGroupArn" in action:
            yield action["TargetGroupArn"], None
        weights = [group.get("Weight", 1) for group in groups]
        numbers = [int(it) for it in weights if isinstance(it, int) or (isinstance(it, str) and it.isdecimal())]
        total = sum(numbers) if len(numbers) == len(weights) > 1 else 0
        for n, group in enumerate(groups):
            yield group.get("TargetGroupArn"), numbers[n] / total if total else None


def _listener(resources: Mapping[str, Json], listener: str, resolution: Resolution) -> str:
    properties = properties_of(resources, listener)
    return " ".join(resolution.text(properties[name]) for name in ("Protocol", "Port") if name in properties)


def _conditions(properties: Mapping[str, Json], resolution: Resolution) -> str:
    """The conditions of a rule: `/api/*`, `host shop.example`."""
    words = []
    for condition in _maps(properties.get("Conditions")):
        field = str(condition.get("Field", ""))
        configured = [it for name, it in condition.items() if name.endswith("Config") and isinstance(it, dict)]
        values = next((it["Values"] for it in (condition, *configured) if "Values" in it), None)
        texts = map(resolution.text, values) if isinstance(values, list) else [resolution.text(values)]
        name = "" if field == "path-pattern" else "host " if field == "host-header" else f"{field} "
        words.append(name + " or ".join(texts))
    return " and ".join(words)


def _maps(value: Json) -> Sequence[dict[str, Json]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
