"""The tutorial, followed as a new user does: in an empty folder, in one shell, to a stack that is deployed."""

import subprocess
from pathlib import Path

from tests.docs.following import followed
from tests.docs.pages import DOCS
from tests.docs.running import Shell, published, reader
from tests.e2e.engine import REPOSITORY
from tests.e2e.local import INSTALLED, UNCOMPILED

PAGE = DOCS / "tutorial.md"


def test_tutorial(tmp_path: Path, update_golden: bool) -> None:
    reading = tmp_path / "reading"
    reading.mkdir()
    clone = reading / "appmesh-inject"
    environment = {**reader(tmp_path, published(tmp_path / "published")), **UNCOMPILED}

    def link_what_is_installed() -> None:
        """`make test-e2e` has installed what `make local` does, and a test need not do it twice."""
        for name in INSTALLED:
            if clone.is_dir() and not (clone / name).exists():
                (clone / name).symlink_to(REPOSITORY / name)
                # The clone's locks are younger files with the same content, and make goes by the age.
                (REPOSITORY / name / ".ready").touch()

    try:
        with Shell(reading, environment) as shell:
            changed = followed(PAGE, reading, shell, link_what_is_installed)
    finally:
        subprocess.run(["make", "-C", clone, "local-stop"], env=environment, check=False)
    if update_golden:
        PAGE.write_text(changed)
    assert changed == PAGE.read_text()
