"""Moves adopted tasks off App Mesh: their marks become those of profile `standalone` or `service-connect`."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.findings import Finding
from appmesh_inject.migrate.adoption_decisions import AdoptedTask
from appmesh_inject.migrate.leftovers import lost_variables
from appmesh_inject.migrate.mark_off_app_mesh import REGION, off_app_mesh
from appmesh_inject.migrate.marks import Marking
from appmesh_inject.migrate.sidecar_removal import hoisted, removal
from appmesh_inject.profiles.sidecar.containers import GATEWAY
from appmesh_inject.profiles.sidecar.identity import kind_of_arn
from appmesh_inject.settings.table import SERVICE_CONNECT, STANDALONE, TABLE

_STAYS_STANDALONE = "Service Connect has no counterpart to a virtual gateway, which stays standalone"
_TO_APP_MESH = f"{REGION} is left out, since it only led to App Mesh"


def move_settings(stats_port: str | None, mesh_stacks: Sequence[str]) -> dict[str, Json]:
    """The settings of each new mark that sidecars do not tell."""
    settings: dict[str, Json] = {}
    if stats_port is not None:
        settings["StatsPort"] = int(stats_port) if stats_port.isascii() and stats_port.isdigit() else stats_port
    if mesh_stacks:
        settings["MeshStack"] = mesh_stacks[0] if len(mesh_stacks) == 1 else list(mesh_stacks)
    return settings


@dataclass(frozen=True, slots=True)
class Move:
    """The move of one document. profile: of the tasks, but for gateways, which `service-connect` does not have.
    settings: of each mark. without_sidecars: by task, the paths to take out so that nothing refers to a sidecar, which
    `service-connect` does not add again."""

    profile: str
    content: Json
    marking: Marking
    settings: Mapping[str, Json]
    without_sidecars: Mapping[str, Sequence[Path]]

    @classmethod
    def of(cls, profile: str, content: Json, marking: Marking, settings: Mapping[str, Json], macro: str) -> "Move":
        found: dict[str, Sequence[Path]] = {}
        if profile == SERVICE_CONNECT:
            fragment, kind = marking.fragment(content), marking.kind({})
            for each in removal(content, fragment, kind, marking.tasks, macro).workloads:
                found[each.name] = tuple(hoisted(content, each.paths))
        return cls(profile, content, marking, settings, found)

    def moved(self, taken: AdoptedTask) -> tuple[AdoptedTask, Sequence[str]]:
        """The decision with its new mark, and the variables that are not in it."""
        stays = self.profile == SERVICE_CONNECT and self._is_gateway(taken)
        profile = STANDALONE if stays else self.profile
        mark, left_out = off_app_mesh(profile, taken.mark, self.marking.tasks.containers)
        mark |= {name: value for name, value in self.settings.items() if profile in TABLE[name].profiles}
        notes = (taken.note, _TO_APP_MESH if REGION in left_out else "", _STAYS_STANDALONE if stays else "")
        removed = taken.attempt.removed if profile == STANDALONE else tuple(self.without_sidecars[taken.name])
        attempt = dataclasses.replace(taken.attempt, mark=mark, removed=removed)
        note = "; ".join(filter(None, notes))
        return dataclasses.replace(taken, attempt=attempt, profile=profile, note=note), left_out

    def lost(self, taken: AdoptedTask, left_out: Sequence[str]) -> Iterator[Finding]:
        """Warnings about the variables of App Mesh's image that are not in the mark."""
        name_key = self.marking.tasks.containers.name_key
        return lost_variables(self.content, taken.name, sorted(taken.attempt.removed, key=str), left_out, name_key)

    def _is_gateway(self, taken: AdoptedTask) -> bool:
        if "VirtualGatewayName" in taken.mark:
            return True
        scope = self.marking.kind({}).find(self.marking.fragment(self.content)).scope
        arn = taken.mark.get("ResourceArn")
        return arn is not None and kind_of_arn(arn, scope) == GATEWAY
