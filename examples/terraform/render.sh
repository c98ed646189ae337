#!/usr/bin/env bash
# Writes cart.injected.json, which injected.tf reads. Run it before `terraform plan`.
# Usage: examples/terraform/render.sh [PATH_TO_APPMESH_INJECT]
set -euo pipefail
inject=${1:-appmesh-inject}
here=$(cd "$(dirname "$0")" && pwd)

terraform -chdir="$here/task" init -input=false > /dev/null
terraform -chdir="$here/task" apply -input=false -auto-approve > /dev/null
terraform -chdir="$here/task" output -raw task > "$here/cart.json"
"$inject" render "$here/cart.json" --mesh "$here/../standalone/mesh.yaml" -o "$here/cart.injected.json"
