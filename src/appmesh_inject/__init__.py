"""AppMeshInject: puts marked ECS task definitions into a service mesh."""

__version__ = "0.1.0"
