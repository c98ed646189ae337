"""The help of each command: its own options, the flags for settings in short, and an example at the end."""

import textwrap
from collections.abc import Mapping
from typing import Any

from typer.core import TyperCommand

SETTING = "setting_"
"""The start of the names of the parameters that are flags for settings."""

EXAMPLES: Mapping[str, str] = {
    "render": "appmesh-inject render examples/minimal.yaml -o rendered.yaml",
    "lint": "appmesh-inject lint --format json examples/ga.yaml > problems.json",
    "diff": "appmesh-inject diff examples/ga.yaml examples/ga.yaml",
    "event": "appmesh-inject event examples/minimal.yaml > event.json",
    "graph": "appmesh-inject graph examples/standalone/template.yaml -o mesh.html",
    "exits": "appmesh-inject exits --format html examples/minimal.yaml -o exits.html",
    "proxy": "appmesh-inject proxy examples/standalone/answers.txt",
    "invoke": "appmesh-inject invoke event.json > response.json",
    "adopt": "appmesh-inject adopt --in-place rendered.yaml",
    "convert": "appmesh-inject convert examples/service-connect.yaml -o converted.yaml",
    "remove": "appmesh-inject remove rendered.yaml -o plain.yaml",
    "explain": "appmesh-inject explain AM308",
}
"""One for each command; the docs' tests run them in this order."""

WIDTH = 78


class Command(TyperCommand):
    """A command whose help fits on a screen."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, options, then the flags for settings by name alone: the page on settings explains them."""
        records = [(param, param.get_help_record(ctx)) for param in self.get_params(ctx)]
        of_settings = [param for param, _ in records if str(param.name).startswith(SETTING)]
        own = [(param, record) for param, record in records if record is not None and param not in of_settings]
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            rows = [record for param, record in own if param.param_type_name == kind]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows, col_max=24)
        if of_settings:
            with formatter.section("Settings, each with a value (appmesh-inject explain log-level)"):
                flags = textwrap.wrap(
                    "  ".join(param.opts[0] for param in of_settings), WIDTH - 2, break_on_hyphens=False
                )
                formatter.write("".join(f"  {line}\n" for line in flags))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Example"):
            formatter.write(f"  {EXAMPLES[str(self.name)]}\n")
