#!/usr/bin/env bash
# Makes sure that the data-plane tests can run here, or says why they cannot.
set -euo pipefail
cannot() {
  echo "make test-dataplane cannot run here: $1" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || cannot "it starts Envoys in network namespaces, which needs root."

missing=()
command -v iptables > /dev/null && command -v ip6tables > /dev/null || missing+=(iptables)
command -v ip > /dev/null || missing+=(iproute2)
command -v setpriv > /dev/null || missing+=(util-linux)
command -v openssl > /dev/null || missing+=(openssl)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get > /dev/null || cannot "install ${missing[*]}."
  echo "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null \
    || cannot "apt-get could not install ${missing[*]}."
fi

why=$(unshare --net --mount iptables -t nat -L 2>&1 > /dev/null) \
  || cannot "no network namespace with iptables can be made (a container needs --privileged). ${why}"
