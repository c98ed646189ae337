"""The same text as another editor would write it: with a byte order mark, other line ends, or tabs."""

import re


def with_mark(text: str) -> str:
    return "\ufeff" + text


def with_windows_ends(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_returns(text: str) -> str:
    return text.replace("\n", "\r")


def with_tabs(text: str) -> str:
    """JSON that is indented with tabs. The files are indented with two spaces."""
    return re.sub(r"(?m)^(?:  )+", lambda found: "\t" * (len(found[0]) // 2), text)
