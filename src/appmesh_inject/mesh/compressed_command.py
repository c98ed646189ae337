"""Carries a configuration that is too large for a task definition: compressed, and unpacked by the image's bash.

CloudFormation cannot fill anything into a compressed text. So the text has placeholders, and the values are further
arguments of the script, which puts them in and then becomes Envoy.
"""

import json
import zlib
from binascii import b2a_base64
from collections.abc import Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.command_forms import SCRIPT_NAME

PLACEHOLDER = "\x1f"
"""Stands around the number of a value. A configuration has no control character elsewhere: each is written escaped."""

# The text is cut at the placeholders and put together once: no value is searched for placeholders, and the time grows
# with the length alone. LC_ALL=C makes bash count bytes. An argument has at most 131,071 of them; a longer text needs a
# file, and the root file system may be read-only.
SCRIPT = r"""set -fo pipefail;LC_ALL=C;IFS=$'\37';t=($(printf %s "$1"|base64 -d|gzip -d))||exit
n=$2;shift 2;v=()
while((n--));do x=${1//\\/\\\\};x=${x//\"/\\\"}
for((c=1;c<32;c++));do printf -v h %02x $c;printf -v k "\x$h";x=${x//"$k"/\\x$h};done
v+=("$x");shift;done
for((i=1;i<${#t[@]};i+=2));do t[i]=${v[t[i]]};done
printf -v y %s "${t[@]}"
if((${#y}<131072));then exec envoy --config-yaml "$y" "$@";fi
umask 77
for d in /tmp /dev/shm;do if { printf %s "$y">$d/envoy.yaml; } 2>/dev/null;then exec envoy -c $d/envoy.yaml "$@";fi;done
echo "$0: Envoy's configuration needs a writable /tmp or /dev/shm">&2;exit 1"""


def compressed(pieces: Sequence[Json], arguments: Sequence[Json]) -> tuple[Json, ...]:
    """The command that unpacks and runs a configuration. pieces: its text, and the values that CloudFormation fills in,
    each of which stands between double quotes. arguments: Envoy's further ones."""
    numbers: dict[str, int] = {}
    values: list[Json] = []
    text: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            text.append(piece)
            continue
        key = json.dumps(piece, default=dict)
        if key not in numbers:
            numbers[key] = len(values)
            # An argument that is AWS::NoValue would be missing, and the others counted wrong.
            values.append({"Fn::Join": ["", [piece]]} if "AWS::NoValue" in key else piece)
        text.append(f"{PLACEHOLDER}{numbers[key]}{PLACEHOLDER}")
    script: Sequence[Json] = ("bash", "-c", SCRIPT, SCRIPT_NAME)
    return (*script, _packed("".join(text)), str(len(values)), *values, *arguments)


def _packed(text: str) -> str:
    """gzip, as base64: the same text always gives the same, since there is no time in it."""
    data = text.encode()
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    length = (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    body = squeezed.compress(data) + squeezed.flush() + zlib.crc32(data).to_bytes(4, "little") + length
    return b2a_base64(header + body, newline=False).decode()
