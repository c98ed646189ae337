"""The marks of a document, as they would be for another profile."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, value_if_there
from appmesh_inject.migrate.mark_off_app_mesh import off_app_mesh
from appmesh_inject.settings.table import STANDALONE, TABLE
from appmesh_inject.workloads.lost_marks import MARK, TAG_PREFIX
from appmesh_inject.workloads.task_definition import CLOUDFORMATION


def with_profile(profile: str, document: Json, macro: str) -> Json:
    """The document with every mark for this profile: in metadata, in tags, and in calls of the macro."""
    default = value_if_there(document, ("Metadata", MARK, "Profile"))
    return _Marks(profile, macro, default).moved(document)


class _Marks(NamedTuple):
    """default: the profile of marks that name none."""

    profile: str
    macro: str
    default: Json

    def moved(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self.moved(item) for item in value if not _is_foreign_tag(self.profile, item)]
        if not isinstance(value, dict):
            return value
        name = value.get("Name")
        if (
            isinstance(name, str)
            and name.rpartition("::")[2] == self.macro
            and isinstance(value.get("Parameters"), dict)
        ):
            return {**value, "Parameters": self._mark(value["Parameters"])}
        key = value.get("Key", value.get("key"))
        if key == f"{TAG_PREFIX}Profile":
            return {**value, ("Value" if "Value" in value else "value"): self.profile}
        return {
            member: self._mark(item) if member == MARK and isinstance(item, dict) else self.moved(item)
            for member, item in value.items()
        }

    def _mark(self, mark: Mapping[str, Json]) -> dict[str, Json]:
        """The mark as `adopt` would write it for the profile; as it is, if it is for that profile already."""
        if mark.get("Profile", self.default) == self.profile:
            return dict(mark)
        known = {name: value for name, value in mark.items() if name in TABLE}
        others = {name: value for name, value in mark.items() if name not in TABLE}
        if self.profile == STANDALONE:
            return {**off_app_mesh(self.profile, known, CLOUDFORMATION.containers).mark, **others}
        fitting = {name: value for name, value in known.items() if self.profile in TABLE[name].profiles}
        return {**fitting, **others, "Profile": self.profile}


def _is_foreign_tag(profile: str, item: Json) -> bool:
    """Whether this is a tag with a setting that the profile does not have."""
    key = item.get("Key", item.get("key")) if isinstance(item, dict) else None
    name = key.removeprefix(TAG_PREFIX) if isinstance(key, str) and key.startswith(TAG_PREFIX) else ""
    return name in TABLE and profile not in TABLE[name].profiles
