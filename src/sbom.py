"""Writes the bill of materials of a built artefact: `python3 sbom.py ARTEFACT requirements.txt > sbom.cdx.json`.

CycloneDX 1.6. It says what lies in the folder, by the metadata that pip left there, and so needs no network and no
package. The same artefact gives the same bytes: no time and no serial number, which CycloneDX leaves to choice. Any
Python from 3.8 on runs it, since any Python builds the artefact.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

NAME, LICENCE = "appmesh-inject", "Apache-2.0"


def bill(artefact: Path, requirements: str) -> dict[str, Any]:
    """The bill of what lies in `artefact`, whose packages were installed by `requirements`."""
    installed = {_name(found.metadata["Name"]): found for found in distributions(path=[str(artefact)])}
    hashes = _hashes(requirements)
    itself = f"{NAME}@{_version(artefact)}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": NAME,
                "version": _version(artefact),
                "licenses": [{"license": {"id": LICENCE}}],
            }
        },
        "components": [_component(name, installed[name], hashes[name]) for name in sorted(installed)],
        "dependencies": [
            # The package itself asks for Powertools alone; what else is there, Powertools pulls in.
            {"ref": itself, "dependsOn": [_url("aws-lambda-powertools", installed["aws-lambda-powertools"])]},
            *(
                {"ref": _url(name, installed[name]), "dependsOn": _needed(installed[name], installed)}
                for name in sorted(installed)
            ),
        ],
    }


def _component(name: str, found: Distribution, hashes: list[str]) -> dict[str, Any]:
    expression = _field(found, "License-Expression")
    return {
        "type": "library",
        "bom-ref": _url(name, found),
        "name": name,
        "version": found.version,
        "licenses": [{"expression": expression} if expression else {"license": {"name": _field(found, "License")}}],
        "purl": _url(name, found),
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
    }


def _field(found: Distribution, name: str) -> str | None:
    # Asking for one that is not there by [] is deprecated, and get() is not promised.
    values = found.metadata.get_all(name)
    return values[0] if values else None


def _needed(found: Distribution, installed: dict[str, Distribution]) -> list[str]:
    """What the package needs, by reference; extras are not installed."""
    lines = [line for line in found.requires or () if "extra ==" not in line]
    names = {_name(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines}
    return [_url(name, installed[name]) for name in sorted(names & installed.keys())]


def _hashes(requirements: str) -> dict[str, list[str]]:
    """The wheels' hashes that pip was told to insist on, by package."""
    lines = requirements.replace("\\\n", " ").splitlines()
    pinned = [line.split() for line in lines if "==" in line]
    return {
        _name(pin.split("==")[0]): [
            option.rpartition(":")[2] for option in options if option.startswith("--hash=sha256:")
        ]
        for pin, *options in pinned
    }


def _url(name: str, found: Distribution) -> str:
    return f"pkg:pypi/{name}@{found.version}"


def _name(written: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", written).lower()


def _version(artefact: Path) -> str:
    """The package's version, read and not imported: the Python that builds may be too old for it."""
    text = (artefact / "appmesh_inject" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    assert found
    return found[1]


if __name__ == "__main__":
    folder, file = map(Path, sys.argv[1:])
    sys.stdout.write(json.dumps(bill(folder, file.read_text(encoding="utf-8")), indent=2) + "\n")
