"""The graph as JSON, as a page and as SVG. The scripts are built from web/ into the folder `assets`."""

import base64
import hashlib
import json
from dataclasses import asdict
from html import escape
from importlib.resources import files

from appmesh_inject import __version__
from appmesh_inject.files.errors import UserError
from appmesh_inject.graph.model import TITLES, Graph

PAGE_SCRIPT, DRAWING_SCRIPT = "page.js", "drawing.js"
PAGE_STYLE, DRAWING_STYLE = "page.css", "drawing.css"

ENGINE = "mini-racer>=0.14,<1"
"""What the extra `graph` installs, by a name that pip finds without a copy of this repository."""


def data(graph: Graph) -> str:
    """The graph as JSON for a script element: it cannot contain the end of that element."""
    content = {**asdict(graph), "titles": TITLES, "version": __version__}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def page(graph: Graph) -> str:
    """A self-contained page. Its policy forbids all requests and runs only the bundled script."""
    # The drawing's style is an element of its own, since the page puts it into the SVG files that it saves.
    script, drawing_style, style = _asset(PAGE_SCRIPT), _asset(DRAWING_STYLE), _asset(PAGE_STYLE)
    styles = f"'{_hash(drawing_style)}' '{_hash(style)}'"
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src {styles}; img-src data:"
    title = escape(f"Mesh: {graph.title}")
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f'<title>{title}</title>\n<style id="drawing-style">{drawing_style}</style>\n<style>{style}</style>\n'
        "</head>\n<body>\n"
        "<noscript>This page draws the mesh with a script, which is in the page itself.</noscript>\n"
        f'<script type="application/json" id="graph">{data(graph)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def svg(graph: Graph) -> str:
    """The drawing of the page as SVG, made by the same script. Raises UserError if no JavaScript engine is
    installed."""
    try:
        from py_mini_racer import MiniRacer
    except ImportError:
        message = f"a drawing needs one more package: pip install '{ENGINE}', or save it from the page"
        raise UserError(message) from None
    context = MiniRacer()
    context.eval(_asset(DRAWING_SCRIPT))
    drawn = context.call("drawing", data(graph), _asset(DRAWING_STYLE))
    return f"{drawn}\n"


def _asset(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
