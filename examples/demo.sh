#!/usr/bin/env bash
# Renders and lints the colour app, and shows what the macro adds to it.
# Usage: examples/demo.sh [PATH_TO_APPMESH_INJECT]
set -euo pipefail
inject=${1:-appmesh-inject}
template=$(dirname "$0")/colorapp/template.yaml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
colour=never
[ -t 1 ] && colour=always

echo "== What the macro does with $template"
"$inject" render "$template" -o "$folder/after.yaml"

echo
echo "== What cfn-lint says of the result"
"$inject" lint "$template" 2>&1 | tail -n 1

# The same template with every mark switched off: what CloudFormation would deploy without the macro.
sed -E 's/^( *)VirtualNodeName: .*/&\n\1Enabled: false/' "$template" > "$folder/marks-off.yaml"
"$inject" render "$folder/marks-off.yaml" -o "$folder/before.yaml" 2> /dev/null
sed -i -E '/^ *Enabled: false$/d' "$folder/before.yaml"

echo
echo "== What it adds to the first task definition"
cd "$folder"
git --no-pager diff --no-index --color=$colour --unified=3 before.yaml after.yaml | sed -n '5,75p' || true

echo "   [...]"
echo
echo "== In all"
git --no-pager diff --no-index --color=$colour --shortstat before.yaml after.yaml || true
echo "$(grep -c 'Name: envoy$' after.yaml) envoy and $(grep -c 'Name: proxyinit$' after.yaml) proxyinit containers," \
  "from $(grep -c 'VirtualNodeName:' marks-off.yaml) marks. See them all: $inject render $template"
