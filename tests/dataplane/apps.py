"""The programs of the data-plane tests: applications that know nothing of Envoy, and who asks them.

Run as `apps.py ROLE ARGUMENTS...` inside of a network namespace; needs nothing but the standard library, and
grpcio for gRPC.
"""

import json
import socket
import socketserver
import struct
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def http(name: str, port: str, host: str = "0.0.0.0") -> None:
    """Answers who it is and what it was asked. `/slow` takes three seconds; `/served` tells how many requests came
    before, itself not counted."""
    served: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two would wait for each other

        def answer(self) -> None:
            if self.path.startswith("/slow"):
                time.sleep(3)
            told = {"name": name, "path": self.path, "method": self.command, "host": self.headers["host"]}
            if self.path != "/served":
                served.append(self.path)
            headers = [key.lower() for key in self.headers]
            body = json.dumps({**told, "headers": headers, "served": len(served)}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        address_family = _family(host)

    Server((host, int(port)), Handler).serve_forever()


def banner(name: str, port: str) -> None:
    """Speaks first, as MySQL and SMTP do, and then echoes."""
    echo(port, f"{name} here\n")


def echo(port: str, first: str = "") -> None:
    """Sends back what it gets."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(first.encode())
            for line in self.rfile:
                self.wfile.write(line)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    Server(("0.0.0.0", int(port)), Handler).serve_forever()


def datagrams(port: str) -> None:
    """Tells what it gets, a line each, as the X-Ray daemon's log would."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", int(port)))
    while True:
        print(json.dumps(server.recv(65536).decode()), flush=True)  # noqa: T201


def grpc_server(name: str, port: str) -> None:
    """Any unary method answers with the server's name."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc  # type: ignore[import-untyped]

    class Anything(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, call: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(lambda *_: f"{name} {call.method}".encode())

    server = grpc.server(ThreadPoolExecutor(4), handlers=[Anything()])
    server.add_insecure_port(f"0.0.0.0:{port}")
    server.start()
    server.wait_for_termination()


def dns(address: str, zone: str) -> None:
    """Knows the A and AAAA records of `zone` (JSON), and that there is nothing else. A name can be there with none."""
    records: dict[str, list[str]] = json.loads(zone)
    kinds = {1: socket.AF_INET, 28: socket.AF_INET6}
    server = socket.socket(_family(address), socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        query, peer = server.recvfrom(1500)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += query[at] + 1
        (kind,) = struct.unpack(">H", query[at + 1 : at + 3])
        known = records.get(".".join(labels).lower())
        family = kinds.get(kind)
        found = [each for each in known or () if _family(each) == family]
        addresses = [socket.inet_pton(_family(each), each) for each in found]
        flags = 0x8583 if known is None else 0x8580
        answer = query[:2] + struct.pack(">HHHHH", flags, 1, len(addresses), 0, 0) + query[12 : at + 5]
        for each in addresses:
            answer += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 5, len(each)) + each
        server.sendto(answer, peer)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def ask(request: str) -> None:
    """Sends `count` HTTP requests and tells status, body and seconds of each."""
    wanted: dict[str, Any] = json.loads(request)
    connection = HTTPConnection(wanted["host"], wanted["port"], timeout=10)
    told = []
    for _ in range(wanted["count"]):
        began = time.monotonic()
        try:
            connection.request(wanted["method"], wanted["path"], headers=wanted["headers"])
            response = connection.getresponse()
            body = response.read().decode()
            told.append({"status": response.status, "body": body, "seconds": time.monotonic() - began})
        except (OSError, HTTPException) as error:
            told.append({"status": 0, "body": repr(error), "seconds": time.monotonic() - began})
            connection.close()
    print(json.dumps(told))  # noqa: T201


def greeted(host: str, port: str) -> None:
    """What a server that speaks first says, and after how long."""
    began = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=10) as connection, connection.makefile("rw") as stream:
        line = stream.readline().strip()
        seconds = time.monotonic() - began
        stream.write("ping\n")
        stream.flush()
        print(json.dumps({"line": line, "seconds": seconds, "echo": stream.readline().strip()}))  # noqa: T201


def silent(host: str, port: str, longest: str) -> None:
    """After how many seconds a connection is ended on which nobody says anything; null if it is not."""
    began = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=float(longest)) as connection:
        try:
            while connection.recv(64):
                pass
            print(json.dumps(time.monotonic() - began))  # noqa: T201
        except TimeoutError:
            print(json.dumps(None))  # noqa: T201


def shake_hands(address: str, server_name: str) -> None:
    """How TLS with a server that speaks none ends: with its first words, or with no word at all."""
    import ssl

    context = ssl.create_default_context()
    try:
        with socket.create_connection((address, 443), timeout=10) as plain:
            context.wrap_socket(plain, server_hostname=server_name)
    except ssl.SSLEOFError:
        reason = "EOF"
    except ssl.SSLError as error:
        reason = str(error.reason)
    except OSError as error:
        reason = type(error).__name__
    print(json.dumps(reason))  # noqa: T201


def call(host: str, port: str, method: str) -> None:
    """Calls a unary gRPC method."""
    import grpc

    with grpc.insecure_channel(f"{host}:{port}") as channel:
        try:
            answer = channel.unary_unary(method)(b"", timeout=10).decode()
        except grpc.RpcError as error:
            answer = error.code().name
    print(json.dumps(answer))  # noqa: T201


ROLES: dict[str, Callable[..., None]] = {
    each.__name__: each
    for each in (http, banner, echo, datagrams, grpc_server, dns, ask, greeted, silent, shake_hands, call)
}

if __name__ == "__main__":
    ROLES[sys.argv[1]](*sys.argv[2:])
