#!/usr/bin/env bash
# Installs the command line of this very version, and of everything else what the lock has.
# Usage: install.sh ENVIRONMENT
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
python -m venv "$1"
pip=("$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps)
"${pip[@]}" --require-hashes --only-binary :all: --requirement "$here/requirements/user.txt"
"${pip[@]}" --no-build-isolation "$here"
