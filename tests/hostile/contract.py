"""What the macro promises of its response, whatever the event is."""

import json
import math
from typing import Any

from appmesh_inject import macro

LONGEST_MESSAGE = 1000


class Context:
    function_name = "AppMeshInjectFunction"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:AppMeshInjectFunction"
    aws_request_id = "lambda-request"


def answered(event: Any) -> dict[str, Any]:
    """The response to `event`, held to the promise."""
    context: Any = Context()
    response: dict[str, Any] = dict(macro.handler(event, context))
    asked = event if isinstance(event, dict) else {}
    # Not `==`: a number that is none does not equal itself.
    assert response["requestId"] is asked.get("requestId", "")
    assert response["status"] in ("success", "failed")
    expected = {"requestId", "status", "fragment"}
    if response["status"] == "failed":
        expected.add("errorMessage")
        assert response["fragment"] is asked.get("fragment") or not is_text(asked.get("fragment"))
        readable(response["errorMessage"])
    assert set(response) == expected
    assert is_text({**response, "requestId": ""}), "Lambda's runtime cannot encode it"
    return response


def is_text(value: Any) -> bool:
    """Whether JSON in UTF-8 can say every text and number in the value."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str) and each.encode("utf-8", "ignore").decode() != each:
            return False
        if isinstance(each, float) and not math.isfinite(each):
            return False
        if isinstance(each, dict | list):
            left += [*each, *each.values()] if isinstance(each, dict) else each
    return True


def readable(text: Any) -> None:
    """An error text as CloudFormation can show it; and never the one that stands for a bug of ours."""
    assert isinstance(text, str)
    assert 0 < len(text) <= LONGEST_MESSAGE
    assert all(character.isprintable() for character in text.replace("\n", ""))
    text.encode()
    assert "has a bug" not in text


def encoded(response: Any) -> str:
    """The response as Lambda's runtime writes it."""
    return json.dumps(response, ensure_ascii=False)
