#!/usr/bin/env bash
# prepare.sh TARGET [NAME...]: makes sure that real Envoys can run here in networks of their own, or says why they
# cannot. NAME: what TARGET needs of the operating system besides.
set -euo pipefail
target=$1
cannot() {
  echo "make $target cannot run here: $1" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || cannot "it starts Envoys in network namespaces, which needs root."

"$(dirname "$0")/../../requirements/system.sh" need "$target" iptables ip setpriv openssl "${@:2}"

why=$(unshare --net --mount iptables -t nat -L 2>&1 > /dev/null) \
  || cannot "no network namespace with iptables can be made (a container needs --privileged). ${why}"
