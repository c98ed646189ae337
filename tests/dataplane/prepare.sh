#!/usr/bin/env bash
# Makes sure that the data-plane tests can run here, or says why they cannot.
set -euo pipefail
cannot() {
  echo "make test-dataplane cannot run here: $1" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || cannot "it starts Envoys in network namespaces, which needs root."

"$(dirname "$0")/../../requirements/system.sh" need test-dataplane iptables ip setpriv openssl

why=$(unshare --net --mount iptables -t nat -L 2>&1 > /dev/null) \
  || cannot "no network namespace with iptables can be made (a container needs --privileged). ${why}"
