"""A stand-in for CloudFormation's API on loopback, which answers DescribeStacks and GetTemplate after a while."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3
from botocore.config import Config

NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


@dataclass
class StubStack:
    """What CloudFormation has of one stack. states: of one DescribeStacks after the other; the last one stays."""

    template: Any
    parameters: list[dict[str, str]] = field(default_factory=list)
    exports: Mapping[str, str] = field(default_factory=dict)
    states: list[str] = field(default_factory=lambda: ["CREATE_COMPLETE"])
    updated: list[str] = field(default_factory=lambda: ["2026-01-01T00:00:00Z"])

    def description(self, name: str) -> str:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        updated = self.updated.pop(0) if len(self.updated) > 1 else self.updated[0]
        parameters = "".join(f"<member>{_members(each)}</member>" for each in self.parameters)
        outputs = "".join(
            f"<member>{_members({'OutputKey': f'O{n}', 'OutputValue': value, 'ExportName': export})}</member>"
            for n, (export, value) in enumerate(self.exports.items())
        )
        told = {"StackName": name, "StackId": f"arn:{name}", "StackStatus": state, "LastUpdatedTime": updated}
        told["CreationTime"] = "2026-01-01T00:00:00Z"
        return f"{_members(told)}<Parameters>{parameters}</Parameters><Outputs>{outputs}</Outputs>"


def _members(values: Mapping[str, str]) -> str:
    return "".join(f"<{key}>{escape(value)}</{key}>" for key, value in values.items())


@dataclass
class CloudFormationStub:
    """stacks: by name. delay: seconds until each answer. errors: the codes of the first answers. calls: action and
    stack of each call. most: how many calls were open at the same time."""

    stacks: dict[str, StubStack]
    delay: float = 0.0
    errors: list[str] = field(default_factory=list)
    always: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    open: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    address: str = ""

    def answer(self, action: str, name: str) -> tuple[int, str]:
        with self.lock:
            self.calls.append((action, name))
            self.open += 1
            self.most = max(self.most, self.open)
        try:
            time.sleep(self.delay)
            with self.lock:
                code = self.errors.pop(0) if self.errors else self.always
                return self._error(400, code) if code else self._answer(action, name)
        finally:
            with self.lock:
                self.open -= 1

    def _answer(self, action: str, name: str) -> tuple[int, str]:
        stack = self.stacks.get(name)
        if stack is None:
            return self._error(400, "ValidationError")
        if action == "DescribeStacks":
            result = f"<Stacks><member>{stack.description(name)}</member></Stacks>"
        else:
            body = stack.template if isinstance(stack.template, str) else json.dumps(stack.template)
            result = f"<TemplateBody>{escape(body)}</TemplateBody>"
        return (
            200,
            f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{result}</{action}Result></{action}Response>',
        )

    def _error(self, status: int, code: str) -> tuple[int, str]:
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>m</Message></Error>"
        return status, f'<ErrorResponse xmlns="{NAMESPACE}">{error}</ErrorResponse>'

    def client(self, **config: Any) -> Any:
        return boto3.client(
            "cloudformation",
            "eu-central-1",
            endpoint_url=self.address,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(proxies={}, **config),
        )


@contextmanager
def answering(stub: CloudFormationStub) -> Iterator[CloudFormationStub]:
    """The stand-in, listening."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked = parse_qs(self.rfile.read(length).decode())
            status, text = stub.answer(asked["Action"][0], asked["StackName"][0])
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keeps stderr quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
