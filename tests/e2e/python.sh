#!/usr/bin/env bash
# Prints a Python that is VERSION or later and can make virtual environments, or says what it looked at.
# python.sh VERSION [PYTHON]: a given PYTHON is the only one looked at.
set -euo pipefail
shopt -s nullglob
version=$1
candidates=("${@:2}")
if [ ${#candidates[@]} -eq 0 ]; then
  # A name on the PATH may be a shim that stands for nothing, so each is tried; 3.13 first, the newest that LocalEmu runs on.
  candidates=(python3.13 python3.12 python3.14 python3)
  for root in "${PYENV_ROOT:-$HOME/.pyenv}/versions" "$HOME/.local/share/uv/python" "${ASDF_DATA_DIR:-$HOME/.asdf}/installs/python" /opt/python /usr/local/opt; do
    candidates+=("$root"/*3.13*/bin/python3 "$root"/*3.12*/bin/python3 "$root"/*3.14*/bin/python3)
  done
fi
for python in "${candidates[@]}"; do
  if "$python" -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (${version/./, }))" 2>/dev/null; then
    command -v "$python"
    exit 0
  fi
done
echo "Python $version or later is needed here, and none was found among: ${candidates[*]}." >&2
echo "Install one, or name it: set E2E_PYTHON=/path/to/python3.13, and call make again" >&2
exit 1
