#!/usr/bin/env bash
# Writes a comment on what differs between the base commit and the work tree, in what will be deployed.
# Usage: BASE=COMMIT FILES=PATH [ARGUMENTS=OPTIONS] compare.sh APPMESH_INJECT COMMENT_FILE
set -euo pipefail
inject=$1
comment=$2
base=$(mktemp -d)
trap 'git worktree remove --force "$base/tree" > /dev/null 2>&1 || true; rm -rf "$base"' EXIT
read -ra arguments <<< "${ARGUMENTS:-}"

git cat-file -e "$BASE^{commit}" 2> /dev/null || git fetch --quiet --depth=1 origin "$BASE"
git worktree add --quiet --detach "$base/tree" "$BASE"

code=0
if [ -e "$base/tree/$FILES" ] && [ -e "$FILES" ]; then
  "$inject" diff --format markdown "${arguments[@]}" "$base/tree/$FILES" "$FILES" > "$comment.new" 2> "$comment.err" || code=$?
else
  # A glob, or something that one side does not have: what the macro does to it now.
  "$inject" diff --format markdown "${arguments[@]}" "$FILES" > "$comment.new" 2> "$comment.err" || code=$?
fi
cat "$comment.err" >&2
{
  echo "<!-- appmesh-inject -->"
  echo "## What will be deployed"
  echo
  if [ "$code" -ge 2 ]; then
    echo "It cannot be said: the macro refuses a file, or a file cannot be read. See the check."
  else
    cat "$comment.new"
  fi
} > "$comment"
rm -f "$comment.new" "$comment.err"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  echo "differs=$([ "$code" -eq 0 ] && echo false || echo true)" >> "$GITHUB_OUTPUT"
fi
