"""AppMeshInject: puts marked ECS task definitions into a service mesh.

from appmesh_inject import inject
injected = inject(template)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from appmesh_inject.api import Injected, inject
    from appmesh_inject.findings import Finding, Severity
    from appmesh_inject.injection import Action, Report

__version__ = "1.0.0"
__all__ = ["Action", "Finding", "Injected", "Report", "Severity", "__version__", "inject"]

_MODULES = {
    "inject": "api",
    "Injected": "api",
    "Finding": "findings",
    "Severity": "findings",
    "Action": "injection",
    "Report": "injection",
}


def __getattr__(name: str) -> Any:
    """Loads public names on first use, since every import prolongs the macro's cold start."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"appmesh_inject.{_MODULES[name]}"), name)
