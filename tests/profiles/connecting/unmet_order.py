"""What waits for a resource that may not exist. cfn-lint finds it, too, and takes a second for each template."""

from typing import Any


def unmet_order(template: Any) -> list[str]:
    """The DependsOn that name a resource with a condition, unless it has the same: `Web: DependsOn Cart`."""
    resources = template["Resources"]
    return [
        f"{logical_id}: DependsOn {name}"
        for logical_id, resource in resources.items()
        for name in _names(resource.get("DependsOn", []))
        if resources[name].get("Condition") not in (None, resource.get("Condition"))
    ]


def _names(written: Any) -> list[str]:
    return written if isinstance(written, list) else [written]
