"""The marks of a document, as they would be for another profile."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.migrate.mark_off_app_mesh import off_app_mesh
from appmesh_inject.settings.table import STANDALONE, TABLE
from appmesh_inject.workloads.lost_marks import MARK, TAG_PREFIX
from appmesh_inject.workloads.task_definition import CLOUDFORMATION


def with_profile(profile: str, value: Json, macro: str) -> Json:
    """The document with every mark for this profile: in metadata, in tags, and in calls of the macro."""
    if isinstance(value, list):
        return [with_profile(profile, item, macro) for item in value if not _is_foreign_tag(profile, item)]
    if not isinstance(value, dict):
        return value
    name = value.get("Name")
    if isinstance(name, str) and name.rpartition("::")[2] == macro and isinstance(value.get("Parameters"), dict):
        return {**value, "Parameters": _for_profile(profile, value["Parameters"])}
    key = value.get("Key", value.get("key"))
    if key == f"{TAG_PREFIX}Profile":
        return {**value, ("Value" if "Value" in value else "value"): profile}
    return {
        member: _for_profile(profile, item)
        if member == MARK and isinstance(item, dict)
        else with_profile(profile, item, macro)
        for member, item in value.items()
    }


def _for_profile(profile: str, mark: Mapping[str, Json]) -> dict[str, Json]:
    """The mark as `adopt` would write it for the profile."""
    if mark.get("Profile") == profile:
        return dict(mark)
    known = {name: value for name, value in mark.items() if name in TABLE}
    others = {name: value for name, value in mark.items() if name not in TABLE}
    if profile == STANDALONE:
        return {**off_app_mesh(profile, known, CLOUDFORMATION.containers).mark, **others}
    fitting = {name: value for name, value in known.items() if profile in TABLE[name].profiles}
    return {**fitting, **others, "Profile": profile}


def _is_foreign_tag(profile: str, item: Json) -> bool:
    """Whether this is a tag with a setting that the profile does not have."""
    key = item.get("Key", item.get("key")) if isinstance(item, dict) else None
    name = key.removeprefix(TAG_PREFIX) if isinstance(key, str) and key.startswith(TAG_PREFIX) else ""
    return name in TABLE and profile not in TABLE[name].profiles
