"""Two APIs of AWS as Envoy sees them: the credentials of a task's role, and Lambda's Invoke API.

Run as `aws_apis.py ROLE ARGUMENTS...` in the hub of a network. The function is real code, as CloudFormation would
deploy it. How a call is answered, and which calls came, stands in files of a folder.
"""

import hashlib
import json
import re
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRET = "secret-of-the-task-role"
LIFE = 70
"""Seconds that credentials are good for. Envoy renews them when they have a minute left."""

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/us-east-1/lambda/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)"
)
RUNTIME = "type.googleapis.com/envoy.service.runtime.v3.Runtime"
THROTTLED = {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "message": "Rate Exceeded."}


class Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def tell(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def credentials(address: str, life: str = str(LIFE)) -> None:
    """What ECS tells at 169.254.170.2. Each answer has another access key."""
    told: list[str] = []

    class Role(Handler):
        def do_GET(self) -> None:
            told.append(f"AKIDTASK{len(told)}")
            ends = (datetime.now(UTC) + timedelta(seconds=int(life))).strftime("%Y-%m-%dT%H:%M:%SZ")
            role = {"AccessKeyId": told[-1], "SecretAccessKey": SECRET, "Token": "token", "Expiration": ends}
            self.tell(200, json.dumps(role).encode(), {"content-type": "application/json"})

    Server((address, 80), Role).serve_forever()


def invoke(folder: str, address: str, certificate: str, key: str, arn: str) -> None:
    """Lambda's Invoke API. The folder's file `mode` says how it answers, `function.py` is the function's code, and
    `calls` gets a line for each call."""
    place = Path(folder)

    class Lambda(Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            mode = (place / "mode").read_text()
            problem = _problem(self.command, self.path, dict(self.headers.items()), body)
            status, answer, headers = _answer(mode, body, place / "function.py")
            if problem or self.path != f"/2015-03-31/functions/{arn}/invocations":
                status, answer, headers = 403, b'{"Message":"Forbidden"}', {}
            call = {"mode": mode, "status": status, "bytes": len(body), "problem": problem, "path": self.path}
            call |= {"peer": self.client_address[0], "key": _key(self.headers), "at": time.monotonic()}
            with (place / "calls").open("a") as calls:
                calls.write(json.dumps(call) + "\n")
            self.tell(status, answer, headers)

    server = Server((address, 443), Lambda)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


def _answer(mode: str, body: bytes, function: Path) -> tuple[int, bytes, dict[str, str]]:
    as_json = {"content-type": "application/json"}
    if mode == "429":
        return 429, json.dumps(THROTTLED).encode(), as_json
    if mode in ("403", "500"):
        return int(mode), b'{"Message":"no"}', as_json
    if mode == "error":
        return 200, b'{"errorMessage":"boom","errorType":"Exception"}', {**as_json, "x-amz-function-error": "Unhandled"}
    if mode == "garbage":
        return 200, _wrapped('{"version_info": "x", "resources": [{"@ty'), as_json
    if mode in ("empty layer", "unknown cluster"):
        layer = {} if mode == "empty layer" else {"mesh/shop/virtualRouter/cart/route/all.gone": 100}
        resource = {"@type": RUNTIME, "name": "mesh/shop", "layer": layer}
        return 200, _wrapped(json.dumps({"version_info": mode, "resources": [resource]})), as_json
    names: dict[str, Callable[..., Any]] = {}
    exec(function.read_text(), names)
    return 200, json.dumps(names["handler"](json.loads(body), None)).encode(), as_json


def _wrapped(body: str) -> bytes:
    return json.dumps({"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}).encode()


def _key(headers: Message) -> str:
    found = AUTHORIZATION.match(headers.get("authorization") or "")
    return found[1] if found else ""


def _problem(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """What is wrong with a signature: botocore signs what arrived once more."""
    given = {name.lower(): value for name, value in headers.items()}
    found = AUTHORIZATION.match(given.get("authorization", ""))
    if not found:
        return "not signed"
    key, names, signature = found.groups()
    signed = {name: given[name] for name in names.split(";")}
    request = AWSRequest(method=method, url=f"https://{given['host']}{path}", data=body, headers=signed)
    request.context["timestamp"] = given["x-amz-date"]
    auth = SigV4Auth(Credentials(key, SECRET), "lambda", "us-east-1")
    auth.headers_to_sign = lambda _: request.headers
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if expected != signature:
        return "wrong signature"
    content = given.get("x-amz-content-sha256", "")
    return "" if content == hashlib.sha256(body).hexdigest() else f"wrong hash of the content: {content}"


ROLES: Mapping[str, Callable[..., None]] = {"credentials": credentials, "invoke": invoke}

if __name__ == "__main__":
    ROLES[sys.argv[1]](*sys.argv[2:])
