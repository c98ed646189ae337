"""A client for one language server, over its standard streams: opens a document, waits for what is said of it."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

TAGS = [
    *(f"!{name} scalar" for name in ("Ref", "Sub", "GetAtt", "ImportValue", "Base64", "GetAZs", "Condition")),
    *(
        f"!{name} sequence"
        for name in (
            "If",
            "Join",
            "Select",
            "Split",
            "Sub",
            "FindInMap",
            "GetAtt",
            "Equals",
            "And",
            "Or",
            "Not",
            "Cidr",
        )
    ),
]
"""CloudFormation's short forms, as an editor's settings list them."""


class Server:
    """The server, while it runs."""

    def __init__(self, command: Sequence[str], schema: Path) -> None:
        self._process = subprocess.Popen([*command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._settings = {"validate": True, "schemas": {schema.as_uri(): "/*.yaml"}, "customTags": TAGS}
        self._number = 0

    def __enter__(self) -> Self:
        self._ask(
            "initialize", {"processId": None, "rootUri": None, "capabilities": {"workspace": {"configuration": True}}}
        )
        self._say("initialized", {})
        self._say("workspace/didChangeConfiguration", {"settings": {"yaml": self._settings}})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def diagnostics(self, file: Path, text: str) -> list[Any]:
        """What the server finds in the text, as the content of `file`."""
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._say("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._read()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == file.as_uri():
                return cast(list[Any], message["params"]["diagnostics"])

    def completions(self, file: Path, line: int, character: int) -> list[str]:
        """What the server offers at a place, counted from 0, of an open document."""
        place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        result = self._ask("textDocument/completion", place)
        return [item["label"] for item in result["items"]]

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._write({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                return message.get("result")

    def _say(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = cast(IO[bytes], self._process.stdin)
        stream.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        stream.flush()

    def _read(self) -> dict[str, Any]:
        """The next message; the server's own questions are answered on the way."""
        stream = cast(IO[bytes], self._process.stdout)
        size = 0
        while (line := stream.readline().strip()) or not size:
            if line.lower().startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
            elif not line and self._process.poll() is not None:
                raise EOFError("the language server ended")
        message: dict[str, Any] = json.loads(stream.read(size))
        if "method" in message and "id" in message:
            answer: Any = None
            if message["method"] == "workspace/configuration":
                sections = [item.get("section") for item in message["params"]["items"]]
                answer = [self._settings if section == "yaml" else None for section in sections]
            self._write({"id": message["id"], "result": answer})
        return message
