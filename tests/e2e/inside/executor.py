"""Lambda functions as processes under AWS's Runtime Interface Emulator, where LocalEmu would take a container.

On the way it gives a macro what AWS gives it, where LocalEmu does otherwise (see tests/e2e/gaps.py).
"""

import json
import os
from pathlib import Path
from typing import Any

from localemu.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localemu.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from tests.e2e.variables import FRAGMENT_SHAPE, INTERPRETER, RIE, Shape
from tests.lambda_runtime import CannotStart, Function, Runtime


class ProcessExecutor(RuntimeExecutor):  # type: ignore[misc]
    runtime: Runtime | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        config = self.function_version.config
        function = Function(
            handler=config.handler,
            code=Path(config.code.get_unzipped_code_location()),
            variables={name: str(value) for name, value in env_vars.items()},
            timeout=config.timeout,
            memory=config.memory_size,
            name=self.function_version.id.function_name,
        )
        self.runtime = Runtime(function, Path(os.environ[RIE]), Path(os.environ[INTERPRETER]))
        try:
            self.runtime.start()
        except CannotStart:
            self.runtime = None
            raise

    def stop(self) -> None:
        if self.runtime is not None:
            self.runtime.stop()
            self.runtime = None

    def invoke(self, payload: dict[str, str], function_timeout: int | None = None) -> InvocationResult:
        assert self.runtime is not None
        event = json.loads(payload["payload"])
        answer = self.runtime.invoke(json.dumps(as_aws_does(event)).encode())
        is_error = answer.is_error or not answers(event, answer.body)
        return InvocationResult(payload["invoke-id"], answer.body, is_error=is_error, logs=answer.log)

    def get_logs(self) -> str:
        return self.runtime.log() if self.runtime else ""

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return "http://127.0.0.1"  # for containers that call back; the emulator does not

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        pass


def as_aws_does(event: Any) -> Any:
    """A macro's event with the call of the macro left out of the fragment; both ways are tested."""
    fragment = event.get("fragment") if isinstance(event, dict) else None
    if not isinstance(fragment, dict) or Path(os.environ[FRAGMENT_SHAPE]).read_text() != Shape.WITHOUT_TRANSFORM:
        return event
    left = {key: value for key, value in fragment.items() if key not in ("Transform", "Fn::Transform")}
    return {**event, "fragment": left}


def answers(event: Any, body: bytes) -> bool:
    """Whether a macro's response has the id of the request, without which AWS does not take it."""
    is_macro = isinstance(event, dict) and "fragment" in event
    return not is_macro or json.loads(body).get("requestId") == event.get("requestId")
