#!/usr/bin/env bash
# Puts a comment on the pull request, or in the place of the one from before, which is found again by its first line: the
# same user may have written others. It fails nothing: the token of a pull request from a fork may not write.
# Usage: GH_TOKEN=TOKEN NUMBER=PULL_REQUEST comment.sh COMMENT_FILE
set -uo pipefail
longest=65000
body=$1
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"

if [ "$(wc -m < "$body")" -gt "$longest" ]; then
  short=$(mktemp)
  # Whole lines, and no fence that is left open.
  head -c "$longest" "$body" | sed '$d' > "$short"
  [ $(($(grep -c '^```' "$short") % 2)) -eq 0 ] || echo '```' >> "$short"
  printf '\nGitHub takes no longer comment. The summary of the run has all of it.\n' >> "$short"
  body=$short
fi

write() {
  local own
  own=$(gh api --paginate "$comments" --jq '.[] | select(.body | startswith("<!-- appmesh-inject -->")) | .url') || return
  own=$(head -n 1 <<< "$own")
  if [ -n "$own" ]; then
    gh api --silent --method PATCH "$own" --field "body=@$body"
  else
    gh api --silent "$comments" --field "body=@$body"
  fi
}

if ! said=$(write 2>&1); then
  said=$(tr '\n' ' ' <<< "$said")
  echo "::warning title=appmesh-inject::The comment could not be written. The summary of the run has it. ${said}"
fi
