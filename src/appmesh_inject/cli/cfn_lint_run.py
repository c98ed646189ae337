"""Runs cfn-lint in this process, before and after injection.

cfn-lint may end in any exception, exit, or print. None of that reaches the user: it becomes a finding, or a sentence.
"""

import contextlib
import io
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.exceptions import CfnLintExitException
from cfnlint.helpers import REGIONS
from cfnlint.runner import Runner

from appmesh_inject.cfn.document import Json, Path, edited, removals, remove, shown
from appmesh_inject.cfn.document import replace as replaced
from appmesh_inject.cli.null_search import nulls
from appmesh_inject.files import yaml_reader, yaml_writer
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.lines import position_of_yaml
from appmesh_inject.findings import one_line
from appmesh_inject.render.transforms import TRANSFORM, entries, without

T = TypeVar("T")

SEVERITIES = {"E": "error", "W": "warning", "I": "informational"}

UNUSED = ("W2001", "W7001", "W8001")
"""A parameter, mapping or condition that nothing uses. After injection that says little: the macro has used it."""

NONE_ESSENTIAL = "E3042"
"""No container of a task is essential, as in that of a gateway before it gets its envoy."""

PARSING, PROCESSING, CONFIGURATION = "E0000", "E0002", "E0003"
"""cfn-lint's codes for a template that it cannot read, for a rule that fails, and for a wrong configuration."""


@dataclass(frozen=True, slots=True)
class Lint:
    """A finding of cfn-lint. place: line and column in the original file; path: into the template; is_new: cfn-lint
    does not report it before injection. is_cured: the injection adds what is missing."""

    code: str
    message: str
    path: Path
    place: Position
    is_new: bool = False
    is_cured: bool = False

    @property
    def severity(self) -> str:
        return SEVERITIES.get(self.code[:1], "error")

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


class CfnLint:
    """cfn-lint with the configuration of this folder. Raises UserError if that cannot be used."""

    def __init__(self) -> None:
        # cfn-lint logs only what its findings contain as well.
        logging.getLogger("cfnlint").setLevel(logging.CRITICAL)
        try:
            # `templates` of the configuration names what cfn-lint reads if it is called without a file.
            self.runner: Any = _quietly(lambda: Runner(ConfigMixIn(templates=[])))
            unknown = sorted({str(each) for each in self.runner.config.regions} - set(REGIONS))
        except (Exception, SystemExit) as error:
            raise UserError(f"cfn-lint's configuration cannot be used: {_reason(error)}", ".cfnlintrc") from None
        if unknown:
            is_file = bool(self.runner.config.file_args.get("regions"))
            sentence = f"cfn-lint does not know the region {', '.join(unknown)}"
            raise UserError(sentence, ".cfnlintrc" if is_file else "AWS_REGION")

    def linted(self, document: Document, result: Json, macro: str) -> tuple[Lint, ...]:
        """cfn-lint's findings in the original file, then those that are new in `result`, the injected template."""
        before = self._before(document)
        if result == document.content:
            return tuple(before)
        found = self._found(_written(result))
        left = {_identity(lint, result) for lint in found}
        before = [
            replace(lint, is_cured=lint.code == NONE_ESSENTIAL and _identity(lint, document.content) not in left)
            for lint in before
        ]
        known = {_identity(lint, document.content) for lint in before}
        others = [lint for lint in found if _identity(lint, result) not in known]
        if not others:
            return tuple(before)
        # Where a template calls macros, cfn-lint leaves some rules out. What it finds without our call is no news.
        uncalled = _without_call(document.content, macro)
        hidden = {_identity(lint, uncalled) for lint in self._found(_written(uncalled))}
        for lint in others:
            is_hidden = _identity(lint, result) in hidden
            if is_hidden or lint.code not in UNUSED:
                before.append(replace(lint, place=document.place(lint.path), is_new=not is_hidden))
        return tuple(sorted(before, key=lambda lint: lint.is_new))

    def _before(self, document: Document) -> list[Lint]:
        refused = list(_refused_by_cloudformation(document))
        found = self._found(document.text)
        if any(lint.code == PROCESSING for lint in found):
            again = self._found(_written(document.content))
            if not any(lint.code == PROCESSING for lint in again):
                found = [replace(lint, place=document.place(lint.path)) for lint in again]
            elif refused:
                found = []
        places = {lint.path for lint in found}
        return [*(lint for lint in refused if lint.path not in places), *found]

    def _found(self, text: str) -> list[Lint]:
        try:
            return _quietly(lambda: list(self._matches(text)))
        except CfnLintExitException as error:
            return [Lint(CONFIGURATION, f"cfn-lint is not configured right: {_reason(error)}", (), Position(1, 1))]
        except (Exception, SystemExit) as error:
            return [Lint(PROCESSING, f"cfn-lint fails at this template: {_reason(error)}", (), Position(1, 1))]

    def _matches(self, text: str) -> Iterator[Lint]:
        template, matches = decode_str(text)
        if not matches and template is not None:
            matches = list(self.runner.validate_template(template))
        for match in matches:
            path = tuple(str(step) if not isinstance(step, int) else step for step in getattr(match, "path", ()) or ())
            yield Lint(match.rule.id, match.message, path, position_of_yaml(text, match.linenumber, match.columnnumber))


def _quietly(call: Callable[[], T]) -> T:
    """The result of the call, without what it prints: the report goes to stdout."""
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def _written(template: Json) -> str:
    """The template as text, with nothing that cfn-lint fails at and that is a finding of its own already."""
    return yaml_writer.written(edited(template, removals(nulls(template))))


def _reason(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"it exits with {error.code}"
    # cfn-lint lists all regions and more after the first sentence.
    said = one_line(str(error)).partition(". ")[0]
    return said if isinstance(error, CfnLintExitException) and said else f"{type(error).__name__}: {said}"


def _refused_by_cloudformation(document: Document) -> Iterator[Lint]:
    """Keys that are no text, and nulls. cfn-lint passes over some, and fails at others."""
    if document.format is Format.YAML:
        for place, written, kind in yaml_reader.other_keys(document.text):
            message = f"a key must be text, and YAML reads {written} as a {kind}. Put it into quotes"
            yield Lint(PARSING, message, (), place)
    for path in nulls(document.content):
        message = f"{shown(path)} is null, which CloudFormation does not allow. Give it a value, or remove it"
        yield Lint(PARSING, message, path, document.place(path))


def _identity(lint: Lint, template: Json) -> tuple[str, str, Sequence[object]]:
    """What makes two findings the same. Items of lists count by name, since sidecars may come before them."""
    steps: list[object] = []
    here: Json = template
    for step in lint.path:
        try:
            here = here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            here = None
        name = here.get("Name") if isinstance(step, int) and isinstance(here, Mapping) else None
        steps.append(name if isinstance(name, str) else step)
    return lint.code, lint.message, tuple(steps)


def _without_call(template: Json, macro: str) -> Json:
    """The template without the call of our macro. Its parameters move to the metadata, so that they stay used."""
    if not isinstance(template, Mapping) or TRANSFORM not in template:
        return template
    parameters: list[Json] = [each.parameters for each in entries(template, TRANSFORM, (), macro)]
    left = without(template, TRANSFORM, macro)
    metadata = template.get("Metadata")
    kept: Json = {**(metadata if isinstance(metadata, Mapping) else {}), "Call": parameters}
    change = replaced((TRANSFORM,), left[0]) if left else remove((TRANSFORM,))
    return edited(template, [change, replaced(("Metadata",), kept)])
