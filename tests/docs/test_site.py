"""The site is built, its links lead somewhere, and no page asks another host for anything."""

from pathlib import Path

from tests.docs import site


def test_the_site_is_whole() -> None:
    assert site.main() == 0


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="b.html#there">b</a> <a href="c.html">c</a> <a href="#here">a</a>'
    )
    (tmp_path / "b.html").write_text(
        '<script src="https://example.com/a.js"></script><a href="https://example.com">e</a>'
    )
    (tmp_path / "a.css").write_text("a { background: url(https://example.com/a.png) }")
    assert len(list(site.problems(tmp_path))) == 4
