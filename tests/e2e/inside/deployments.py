"""Deployments that are done when LocalEmu answers the request for them.

A client that finds one under way looks again after as long as AWS may take: SAM after 15 or 30 seconds.
"""

import time
from typing import Any

from localemu.aws.api.cloudformation import ExecutionStatus, StackStatus
from localemu.services.cloudformation.stores import get_cloudformation_store
from localemu.services.cloudformation.v2.provider import find_change_set_v2, find_stack_v2

LONGEST, BETWEEN = 50.0, 0.02
"""How long an answer is held back at most, before the client gives up on it; and how often it is looked."""


def answer_when_done(chain: Any, context: Any, response: Any) -> None:
    is_under_way = UNDER_WAY.get((context.service.service_name, context.operation.name)) if context.operation else None
    end = time.monotonic() + LONGEST
    if is_under_way and response.status_code == 200:
        store = get_cloudformation_store(context.account_id, context.region)
        while is_under_way(store, context.service_request) and time.monotonic() < end:
            time.sleep(BETWEEN)


def _is_being_executed(store: Any, request: Any) -> bool:
    change_set = find_change_set_v2(store, request["ChangeSetName"], request.get("StackName"))
    # The stack has its outputs after its status, and the change set's id last.
    is_done = change_set.stack.change_set_id == change_set.change_set_id
    return not is_done and change_set.execution_status != ExecutionStatus.EXECUTE_FAILED


def _is_being_deleted(store: Any, request: Any) -> bool:
    stack = find_stack_v2(store, request["StackName"])
    return stack is not None and stack.status == StackStatus.DELETE_IN_PROGRESS


UNDER_WAY = {
    ("cloudformation", "ExecuteChangeSet"): _is_being_executed,
    ("cloudformation", "DeleteStack"): _is_being_deleted,
}
"""Whether what a request asks for still goes on."""
