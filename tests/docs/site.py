"""The pages of `docs/` as a site: `python -m tests.docs.site` stages them for Zensical, builds them, and looks at what
was built.

In the repository a page links to the files that it is about. The site has a page for each of those files, so that it is
whole without the repository and without a network. The code of a finding leads to its place on the page of findings.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
STAGED = REPOSITORY / ".site"
SITE = REPOSITORY / "site"
FINDINGS = REPOSITORY / "docs" / "reference" / "findings.md"
FILES = "repository"
"""The folder of the site with what stands outside of docs/."""

PICTURES = (".png", ".svg")
LANGUAGES = {
    ".py": "python",
    ".yml": "yaml",
    ".sh": "sh",
    ".json": "json",
    ".yaml": "yaml",
    ".toml": "toml",
    ".tf": "terraform",
    ".ts": "typescript",
}

LINK = re.compile(
    r"(?P<text>^(?P<fence>`{3,}).*?^(?P=fence)$|`[^`\n]+`|^#.*?$)"
    r"|\]\((?P<link>[^)\s]+)\)|(?<![\w\[/])(?P<finding>AM\d{3})\b",
    re.MULTILINE | re.DOTALL,
)
"""A link, or the code of a finding; the first part is what has none, code and headings."""


def main() -> int:
    """Builds the site; the exit code is 1 where a link leads nowhere or a page asks another host for something."""
    stage()
    zensical = Path(sys.executable).parent / "zensical"
    built = subprocess.run([zensical, "build", "--strict", "--clean"], cwd=REPOSITORY, check=False)
    found = list(problems(SITE)) if built.returncode == 0 else []
    print(*found, f"{len(found)} problems in {SITE.name}/", sep="\n")  # noqa: T201
    return 1 if built.returncode or found else 0


def stage() -> None:
    """`.site`: the pages, their pictures, and a page for each file of the repository that one of them leads to."""
    shutil.rmtree(STAGED, ignore_errors=True)
    waiting = [path for path in sorted(DOCS.rglob("*")) if path.is_file() and path.suffix != ".1"]
    done: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in done:
            continue
        done.add(path)
        target = STAGED / _place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            text, links = _linked(path)
            waiting += links
            target.write_text(text)
        elif path.suffix in PICTURES or path.is_relative_to(DOCS):
            shutil.copyfile(path, target)
        else:
            language = LANGUAGES.get(path.suffix, "text")
            name = path.relative_to(REPOSITORY).as_posix()
            target.write_text(f"# {name}\n\n``````{language}\n{path.read_text()}\n``````\n")


def _place(path: Path) -> Path:
    """Where a file of the repository stands in the site's sources."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS)
    place = Path(FILES, path.relative_to(REPOSITORY))
    if path.name == "README.md":
        return place.with_name("index.md")
    return place if path.suffix in (".md", *PICTURES) else place.with_name(f"{path.name}.md")


def _linked(page: Path) -> tuple[str, list[Path]]:
    """The page with links that hold in the site, and the files that they lead to."""
    links: list[Path] = []
    here = _place(page).parent

    def moved(found: re.Match[str]) -> str:
        if found["finding"]:
            return (
                found[0]
                if page == FINDINGS
                else f"[{found[0]}]({os.path.relpath(_place(FINDINGS), here)}#{found[0].lower()})"
            )
        link = found["link"]
        if not link or urlsplit(link).scheme or link.startswith("#"):
            return found[0]
        file, _, anchor = link.partition("#")
        path = (page.parent / file).resolve()
        if path.is_dir():
            path /= "README.md"
        if not path.is_file():
            raise SystemExit(f"{page.relative_to(REPOSITORY)}: {link} leads nowhere")
        links.append(path)
        return f"]({os.path.relpath(_place(path), here)}{'#' + anchor if anchor else ''})"

    return LINK.sub(moved, page.read_text()), links


class _Page(HTMLParser):
    """What a built page has that links can lead to, where its links lead, and what a browser loads with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev", "edit"):
            self.loaded.append(given.get("href", ""))
        if tag != "a" and "src" in given:
            self.loaded.append(given["src"])


def problems(site: Path) -> Iterator[str]:
    """Links and pictures of a built site that lead nowhere, and what a browser would ask another host for."""
    pages = {path: _Page(path.read_text()) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site)
        for link in page.loaded:
            if urlsplit(link).netloc:
                yield f"{name}: asks another host for {link}"
        for link in (*page.links, *page.loaded):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or name.name == "404.html":
                continue
            file, anchor = urldefrag(unquote(link))
            target = (path.parent / file).resolve() if file else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                yield f"{name}: {link} leads nowhere"
            elif anchor and target in pages and anchor not in pages[target].anchors:
                yield f"{name}: {link} leads to no place of that page"
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import)\s*['\"]?(https?:)?//", path.read_text()):
            yield f"{path.relative_to(site)}: asks another host for {address}"


if __name__ == "__main__":
    sys.exit(main())
