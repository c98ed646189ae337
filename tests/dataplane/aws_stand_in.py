"""Stands for `aws` where a page asks an Envoy in a task. Run as `aws_stand_in.py SPACE LOG ARGUMENTS...`.

`aws ecs execute-command` as root in the network namespace SPACE, `aws logs tail` of the file LOG. ECS's agent splits
the command as a POSIX shell would split words, and runs it without a shell, in a terminal; the Session Manager's plugin
prints around it. github.com/aws/amazon-ssm-agent, shellplugin_unix.go.
"""

import shlex
import subprocess
import sys
from pathlib import Path

BEFORE = (
    "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n"
    "\nStarting session with SessionId: ecs-execute-command-0a1b2c3d4e5f60718\n"
)
AFTER = "\n\nExiting session with sessionId: ecs-execute-command-0a1b2c3d4e5f60718.\n\n"


def main(space: str, log: str, *arguments: str) -> int:
    if arguments[:2] == ("logs", "tail"):
        _print(Path(log).read_text())
        return 0
    assert arguments[:2] == ("ecs", "execute-command"), arguments
    assert "--interactive" in arguments
    command = shlex.split(arguments[arguments.index("--command") + 1])
    answer = subprocess.run(["ip", "netns", "exec", space, *command], capture_output=True, text=True, check=False)
    _print(BEFORE + (answer.stdout + answer.stderr).replace("\n", "\r\n") + AFTER)
    return answer.returncode


def _print(text: str) -> None:
    sys.stdout.buffer.write(text.encode())


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
