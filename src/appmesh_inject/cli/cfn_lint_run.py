"""Runs cfn-lint in this process, before and after injection."""

import logging
from dataclasses import dataclass, replace
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.exceptions import CfnLintExitException
from cfnlint.runner import Runner

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.files import yaml_writer
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import Position, UserError

SEVERITIES = {"E": "error", "W": "warning", "I": "informational"}


@dataclass(frozen=True, slots=True)
class Lint:
    """A finding of cfn-lint. place: line and column in the original file; path: into the template; is_new: cfn-lint
    does not report it before injection."""

    code: str
    message: str
    path: Path
    place: Position
    is_new: bool = False

    @property
    def severity(self) -> str:
        return SEVERITIES.get(self.code[:1], "error")

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def identity(self) -> tuple[str, str, Path]:
        return self.code, self.message, self.path


def linted(document: Document, result: Json) -> tuple[Lint, ...]:
    """cfn-lint's findings in the original file, then those that are new in `result`, the injected template."""
    runner = _runner()
    before = _found(runner, document.text)
    known = {lint.identity for lint in before}
    after = _found(runner, yaml_writer.written(result))
    new = (replace(lint, place=document.place(lint.path), is_new=True) for lint in after if lint.identity not in known)
    return (*before, *new)


def _runner() -> Any:
    # cfn-lint logs only what its findings contain as well.
    logging.getLogger("cfnlint").setLevel(logging.CRITICAL)
    try:
        return Runner(ConfigMixIn())
    except CfnLintExitException as error:
        raise UserError(f"cfn-lint's configuration cannot be read: {error}", ".cfnlintrc") from None


def _found(runner: Any, text: str) -> list[Lint]:
    template, matches = decode_str(text)
    if not matches and template is not None:
        matches = list(runner.validate_template(template))
    return [
        Lint(
            match.rule.id,
            match.message,
            tuple(getattr(match, "path", None) or ()),
            Position(match.linenumber, match.columnnumber),
        )
        for match in matches
    ]
