#!/usr/bin/env bash
# What the targets of the Makefile need of the operating system.
# system.sh install               says what is missing, and installs it
# system.sh need TARGET NAME...   fails where one of these is missing, and says how it comes
set -euo pipefail

all=(venv git node npm chromium iptables ip setpriv openssl nginx h2load groff)

is_here() {
  case $1 in
    venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2> /dev/null ;;
    chromium) command -v chromium > /dev/null || command -v chromium-browser > /dev/null ;;
    *) command -v "$1" > /dev/null ;;
  esac
}

# As Debian names them.
packages_of() {
  case $1 in
    venv) echo python3-venv ;;
    node) echo nodejs ;;
    # Without a font, text on its pages has no size.
    chromium) echo chromium fonts-dejavu-core ;;
    ip) echo iproute2 ;;
    setpriv) echo util-linux ;;
    groff) echo groff-base ;;
    h2load) echo nghttp2-client ;;
    nginx) echo nginx-light ;;
    *) echo "$1" ;;
  esac
}

missing() {
  local name
  for name in "$@"; do
    is_here "$name" || echo "$name"
  done
}

case ${1:-} in
  need)
    absent=$(missing "${@:3}" | paste -sd ' ' | sed 's/ /, /g')
    [ -z "$absent" ] || {
      echo "make $2 needs what is not on this machine: $absent. make system-packages installs it." >&2
      exit 1
    }
    ;;
  install)
    wanted=()
    for name in $(missing "${all[@]}"); do
      # shellcheck disable=SC2207
      wanted+=($(packages_of "$name"))
    done
    if [ ${#wanted[@]} -eq 0 ]; then
      echo "Everything that the targets need of the operating system is here: ${all[*]}."
      exit 0
    fi
    echo "Needed, as Debian names them: ${wanted[*]}."
    command -v apt-get > /dev/null || {
      echo "There is no apt-get here to install them with: install them with what this system has for it." >&2
      exit 1
    }
    root=()
    if [ "$(id -u)" != 0 ]; then
      command -v sudo > /dev/null || {
        echo "Installing them takes root: run make system-packages as root." >&2
        exit 1
      }
      root=(sudo)
    fi
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" > /dev/null
    ;;
  *)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
