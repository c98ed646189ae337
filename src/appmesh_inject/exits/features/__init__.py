"""The table: each feature of App Mesh, and what becomes of it at each exit."""

from collections.abc import Iterator

from appmesh_inject.exits.features.encryption import ENCRYPTION
from appmesh_inject.exits.features.feature import Feature
from appmesh_inject.exits.features.forwarding import PROTOCOLS, RESILIENCE, TARGETS_OF_ROUTES
from appmesh_inject.exits.features.nodes import GATEWAYS, MESHES, NAMES, NODES
from appmesh_inject.exits.features.requests import MATCHES
from appmesh_inject.exits.properties import WHOLE, GivenProperty

TABLE: tuple[Feature, ...] = (
    *MATCHES,
    *TARGETS_OF_ROUTES,
    *RESILIENCE,
    *PROTOCOLS,
    *NODES,
    *ENCRYPTION,
    *GATEWAYS,
    *MESHES,
    *NAMES,
)
"""Each property of the App Mesh schemas has a feature without a condition, or one for each value."""


def features_of(found: GivenProperty) -> Iterator[Feature]:
    """The feature of a property: the first that applies; of a resource as a whole, all that apply."""
    for feature in TABLE:
        if feature.applies(found):
            yield feature
            if found.path != WHOLE:
                return


def named(name: str) -> Feature:
    """The first feature of this name."""
    return next(feature for feature in TABLE if feature.name == name)


__all__ = ["TABLE", "Feature", "features_of", "named"]
