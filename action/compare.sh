#!/usr/bin/env bash
# Writes a comment on what differs between the base commit and the work tree, in what will be deployed.
# Usage: BASE=COMMIT FILES=PATHS [ARGUMENTS=OPTIONS] compare.sh APPMESH_INJECT COMMENT_FILE
# FILES: a path or a glob a line.
set -euo pipefail
shopt -s nullglob globstar
inject=$1
comment=$2
base=$(mktemp -d)
trap 'git worktree remove --force "$base/tree" > /dev/null 2>&1 || true; rm -rf "$base"' EXIT
read -ra arguments <<< "${ARGUMENTS:-}"

git cat-file -e "$BASE^{commit}" 2> /dev/null || git fetch --quiet --depth=1 origin "$BASE"
git worktree add --quiet --detach "$base/tree" "$BASE"

# The paths that one of the two sides has. A glob stands for what matches it on either side.
named() {
  local line
  while read -r line; do
    [ -n "$line" ] || continue
    if [ -e "$line" ] || [ -e "$base/tree/$line" ]; then
      printf '%s\n' "$line"
    else
      # shellcheck disable=SC2086
      { (IFS= && printf '%s\n' $line) && (cd "$base/tree" && IFS= && printf '%s\n' $line); } | sed '/^$/d' | sort -u
    fi
  done <<< "$FILES"
}

# The exit code of diff: 0 nothing differs, 1 something does, 2 and more: it cannot be said.
compare() {
  if [ ! -e "$1" ]; then
    echo "\`$1\` is gone, and what it deployed with it."
    return 1
  elif [ -e "$base/tree/$1" ]; then
    "$inject" diff --format markdown "${arguments[@]}" "$base/tree/$1" "$1"
  else
    # What the base does not have: what the macro does to it now.
    "$inject" diff --format markdown "${arguments[@]}" "$1"
  fi
}

mapfile -t paths < <(named)
worst=0
for path in "${paths[@]}"; do
  code=0
  compare "$path" > "$base/part" 2> "$base/err" || code=$?
  cat "$base/err" >&2
  [ "$code" -le "$worst" ] || worst=$code
  [ ${#paths[@]} -eq 1 ] || printf '## `%s`\n\n' "$path" >> "$base/parts"
  if [ "$code" -ge 2 ]; then
    echo "It cannot be said: the macro refuses a file, or a file cannot be read. See the check." >> "$base/parts"
  else
    cat "$base/part" >> "$base/parts"
  fi
  echo >> "$base/parts"
done
[ ${#paths[@]} -gt 0 ] || echo "Nothing is there that could be compared." > "$base/parts"
{
  echo "<!-- appmesh-inject -->"
  echo "## What will be deployed"
  echo
  cat "$base/parts"
} > "$comment"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  echo "differs=$([ "$worst" -eq 0 ] && echo false || echo true)" >> "$GITHUB_OUTPUT"
fi
# Seen by everybody who sees the run, also where nothing may write a comment.
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$comment" >> "$GITHUB_STEP_SUMMARY"
fi
