#!/usr/bin/env bash
# Lints what FILES names, one path or glob a line, with annotations.
# Usage: FILES=PATHS [ARGUMENTS=OPTIONS] lint.sh APPMESH_INJECT
set -euo pipefail
mapfile -t files < <(sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d' <<< "$FILES")
read -ra arguments <<< "${ARGUMENTS:-}"
"$1" lint --format github "${arguments[@]}" "${files[@]}"
