"""Regular expressions of routes: which ones Envoy's RE2 accepts."""

import pytest

from tests.mesh.meshes import HTTP, findings, mesh


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            r"/a{1000}",
            r"/a{0,1000}",
            r"/a{2,}",
            r"/a{0001000}",
            r"/a{,5}",
            r"/\d+\.x",
            r"[(?!]+",
            r"/(?P<n>x)",
            r"/\pN",
        ),
        *(
            r"/\{1001\}",
            r"/\(?x",
            r"/[\]1]",
            r"/[]1]+",
            r"/[^]1]+",
            r"/(?i)a",
            r"/a+?",
            r"/a|b$",
            r"/\+\+",
            r"\x{10FFFF}",
        ),
    ],
)
def test_an_expression_of_re2_is_accepted(pattern: str) -> None:
    assert findings(mesh(**{f"{HTTP}__Match": {"Path": {"Regex": pattern}}})) == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"/a{2000}", "it repeats more than 1000 times"),
        (r"/a{1,1001}", "it repeats more than 1000 times"),
        (r"/a{1001,}", "it repeats more than 1000 times"),
        (r"/a{99999}", "it repeats more than 1000 times"),
        (r"/(?<!a)", "it has '(?<!'"),
        (r"/(?>a)", "it has '(?>'"),
        (r"/(?P<n>a)(?P=n)", "it has '(?P='"),
        (r"/(a)\1", r"it has '\1'"),
        (r"/\Ga", r"it has '\G'"),
        (r"/\Z", r"it has '\Z'"),
        (r"/(?P<n>a)\k<n>", r"it has '\k'"),
        (r"/(a)\g1", r"it has '\g'"),
        (r"/a*+", "it has '*+'"),
        (r"/a{1,2}+", "it has '{1,2}+'"),
        (r"/a)", "unbalanced parenthesis at position 2"),
        (r"/[a", "unterminated character set at position 1"),
        (r"*a", "nothing to repeat at position 0"),
    ],
)
def test_an_expression_beyond_re2_is_refused(pattern: str, reason: str) -> None:
    (finding,) = findings(mesh(**{f"{HTTP}__Match": {"Path": {"Regex": pattern}}}))
    assert finding.message == f"Regex is not a regular expression that RE2 accepts: {reason}"
