"""Public templates: the editor and the reader agree about each text, and an edit changes nothing else."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml
from cfnlint.decode.cfn_yaml import CfnParseError

from appmesh_inject.cfn.document import Json, edited, remove
from appmesh_inject.cfn.document import Path as Position
from appmesh_inject.files import documents
from appmesh_inject.files.document_editing import edited_text
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import UserError
from appmesh_inject.files.text_editing import TextEditing
from appmesh_inject.files.text_layout import Layout, LayoutKind, Node
from tests.conftest import REPOSITORY

CORPUS = Path(os.environ.get("APPMESH_INJECT_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
FILES = sorted(path for path in CORPUS.rglob("*") if path.suffix in (".yaml", ".yml", ".json"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"there are no public templates in {CORPUS}")


def loaded() -> list[Document]:
    found = []
    for file in FILES:
        try:
            found.append(documents.load(str(file)))
        except UserError:
            continue
    assert len(found) > len(FILES) * 0.9
    return found


@pytest.fixture(scope="module")
def readable() -> list[Document]:
    return loaded()


def test_both_readers_read_the_same(readable: list[Document]) -> None:
    """Both read YAML 1.1: `yes`, `0777`, and dates, which JSON does not have and the editor reads as text."""
    compared = 0
    for document in readable:
        try:
            theirs = cfn_yaml.loads(document.text, document.name)
        except (CfnParseError, ValueError):
            continue
        assert _plain(theirs) == _plain(document.content), document.name
        compared += 1
    assert compared > len(FILES) * 0.8


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def test_the_layout_has_the_position_of_every_value(readable: list[Document]) -> None:
    for document in readable:
        layout = TextEditing(document, ()).layout
        for path, node in _nodes(layout, layout.root, document.content, ()):
            if node.kind is LayoutKind.SCALAR and not node.function:
                text = document.text[node.start : node.end]
                assert text == text.strip(), (document.name, path)
                assert isinstance(_at(document.content, path), str | int | float | None), (document.name, path)


def test_nothing_but_the_removed_member_changes(readable: list[Document]) -> None:
    """One member in the middle of each file, and one item of its longest list."""
    for document in readable:
        if TextEditing(document, ()).layout.anchors:
            continue
        for path in _some_members(document):
            text = edited_text(document, [remove(path)])
            assert documents.parsed(document.name, text).content == edited(document.content, [remove(path)]), path
            assert document.text.count("\n") < 3 or _come_from(text, document.text), (document.name, path)


def _some_members(document: Document) -> list[Position]:
    resources = document.content.get("Resources") if isinstance(document.content, dict) else None
    if not isinstance(resources, dict) or len(resources) < 2:
        return []
    names = list(resources)
    found: list[Position] = [("Resources", names[len(names) // 2]), ("Resources", names[0]), ("Resources", names[-1])]
    for name, resource in resources.items():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        for key, value in properties.items() if isinstance(properties, dict) else ():
            if isinstance(value, list) and len(value) > 1:
                return [*found, *(("Resources", name, "Properties", key, index) for index in (0, 1, len(value) - 1))]
    return found


def _come_from(text: str, before: str) -> bool:
    """Whether all lines were in the text before, in this order. Edits in brackets may change two lines."""
    lines, here, changed = before.splitlines(), 0, 0
    for line in text.splitlines():
        try:
            here = lines.index(line, here) + 1
        except ValueError:
            changed += 1
    return changed <= 2


def _nodes(layout: Layout, node: Node, value: Json, path: Position) -> Any:
    yield path, node
    if node.kind is LayoutKind.ALIAS or node.function:
        return
    for index, member in enumerate(node.members):
        step: str | int = index if node.kind is LayoutKind.LIST else member.key or ""
        if step != "<<":
            yield from _nodes(layout, member.node, value, (*path, step))


def _at(value: Any, path: Position) -> Any:
    for step in path:
        value = value[step]
    return value
