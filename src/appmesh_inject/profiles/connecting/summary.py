"""What becomes of a task, in the words of its report."""

from typing import TYPE_CHECKING

from appmesh_inject.mesh.scalars import shown

if TYPE_CHECKING:
    from appmesh_inject.profiles.connecting.configuration import Configured
    from appmesh_inject.profiles.connecting.endpoints import Endpoint

TAKES_NO_PART = "takes no part in Service Connect"


def summary(done: "Configured") -> str:
    """The names of a task, and the services that have them."""
    if done.value is None:
        return TAKES_NO_PART
    services = ", ".join(dict.fromkeys(service.logical_id for service in done.task.running))
    names = [_address(entry.endpoint) for entry in done.entries]
    return f"{', '.join(names) or 'calls only'} ({services})"


def _address(endpoint: "Endpoint") -> str:
    """The name and port of an endpoint, without values of parameters."""
    name = shown(endpoint.service.name, endpoint.service.logical_id)
    return f"{name}:{endpoint.port.written}" if isinstance(endpoint.port.written, str) else name
