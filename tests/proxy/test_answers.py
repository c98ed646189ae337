"""How answers of Envoy's admin interface reach `appmesh-inject proxy`, and what it says of files that are none."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.dataplane.shop import ASKED, TEMPLATE
from tests.proxy.recording import GOLDEN

MISNAMED = GOLDEN / "misnamed"
REASON = "virtual node payment (http 8443): its certificate is for another name than payment.shop.local"
HEAD = "HTTP/1.1 200 OK\ncontent-type: application/json\ncache-control: no-cache\nserver: envoy\n"


def text(name: str) -> str:
    return (MISNAMED / name).read_text()


def chunked(body: str) -> str:
    """A body in chunks, as Envoy sends one to HTTP/1.1: a chunk may end anywhere."""
    data = body.encode()
    pieces = [data[at : at + 1000] for at in range(0, len(data), 1000)]
    return "".join(f"{len(piece):x}\r\n{piece.decode()}\r\n" for piece in pieces) + "0\r\n\r\n"


def test_one_file_can_hold_all_answers_as_a_session_prints_them(tmp_path: Path) -> None:
    """The lines of the Session Manager plugin, the heads of HTTP, chunks, and a terminal's ends of lines."""
    answers = [f"{HEAD}transfer-encoding: chunked\n\n{chunked(text(name))}" for name in ASKED]
    session = [
        "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n",
        "\nStarting session with SessionId: ecs-execute-command-0f3c\n",
        *answers,
        "\n\nExiting session with sessionId: ecs-execute-command-0f3c.\n\n",
    ]
    file = tmp_path / "session.txt"
    file.write_bytes("".join(session).replace("\r\n", "\n").replace("\n", "\r\n").encode())
    ran = run("proxy", str(file))
    assert ran.code == 1
    assert f"{ran.out}{ran.err}exit code 1\n" == (MISNAMED / "expected.txt").read_text()


def test_an_answer_comes_from_stdin() -> None:
    ran = run("proxy", "-", str(MISNAMED / "stats.txt"), stdin=text("config_dump.json"))
    assert REASON in ran.out


def prometheus(stats: str) -> str:
    found = re.findall(r"^cluster\.([^.]+)\.(.+): (\d+)$", stats, re.MULTILINE)
    return "".join(
        f'# TYPE x counter\nenvoy_cluster_{name.replace(".", "_")}{{envoy_cluster_name="{cluster}"}} {number}\n'
        for cluster, name, number in found
    )


def test_statistics_are_read_in_every_form(tmp_path: Path) -> None:
    """As text, as JSON, and as StatsPort serves them."""
    numbers = [line.rsplit(": ", 1) for line in text("stats.txt").splitlines()]
    as_json = json.dumps({"stats": [{"name": name, "value": int(number)} for name, number in numbers]})
    for form in (as_json, prometheus(text("stats.txt"))):
        file = tmp_path / "stats"
        file.write_text(form)
        ran = run("proxy", str(MISNAMED / "config_dump.json"), str(MISNAMED / "clusters.json"), str(file))
        assert f"{REASON} (90 connections refused)" in ran.out


@pytest.mark.parametrize("name", ["clusters.json", "stats.txt"])
def test_one_answer_alone_tells_what_it_can(name: str) -> None:
    """The names of clusters tell the virtual nodes. Routes stand in the config_dump."""
    ran = run("proxy", str(GOLDEN / "unresolved" / name))
    assert ran.code == 1
    assert "error: virtual node cart-v2 (http 8080): has no endpoint" in ran.out
    assert "Not given: config_dump (routes, weights and host names)" in ran.out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the file is empty"),
        ("Resources: {}\n", "this is nothing that Envoy's admin interface prints"),
        ('{"Resources": {}}', "this JSON is nothing that Envoy's admin interface prints"),
        ('{"configs": 1}', "this config_dump has no bootstrap"),
        (
            '{"cluster_statuses": [{"name": []}]}',
            "this is not as Envoy prints clusters?format=json: cluster_statuses.0.name",
        ),
        ('{"configs": [{"boot', "this JSON breaks off or has a mistake"),
        ('{"configs": []}', "this config_dump has no bootstrap"),
        ("cds::default_priority::max_connections::1024\n", "this is what /clusters prints as text"),
        ("HTTP/1.1 404 Not Found\ncontent-length: 6\n\nnobody", "Envoy answered 404: nobody"),
    ],
)
def test_other_files_are_refused_with_what_to_do(content: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "dump"
    file.write_text(content)
    ran = run("proxy", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{file}: error: ")
    assert sentence in ran.err


def test_a_file_that_is_not_there() -> None:
    ran = run("proxy", "nowhere.json")
    assert (ran.code, ran.err) == (1, "nowhere.json: error: there is no such file\n")


def test_the_same_question_is_answered_once() -> None:
    ran = run("proxy", str(MISNAMED / "stats.txt"), str(GOLDEN / "killed/stats.txt"))
    assert ran.code == 1
    assert "there is an answer to stats in " in ran.err


def test_answers_of_several_envoys_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "clusters.json"
    other.write_text(text("clusters.json").replace("_shop_", "_market_"))
    ran = run("proxy", str(MISNAMED / "config_dump.json"), str(other))
    assert (ran.code, ran.out) == (1, "")
    assert "these are answers of several Envoys" in ran.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--task", "WebTask"), "--task: this needs --template."),
        (("--parameter", "A=1"), "--parameter: this needs --template."),
        (("--mesh", str(TEMPLATE)), "--mesh: this needs --template."),
        (("--mesh-parameter", "A=1"), "--mesh-parameter: this needs --mesh."),
        (("--template", str(TEMPLATE), "--parameter", "Stabel=1"), "did you mean 'Stable'?"),
    ],
)
def test_wrong_usage_exits_with_2(options: tuple[str, ...], sentence: str) -> None:
    ran = run("proxy", str(MISNAMED / "config_dump.json"), *options)
    assert ran.code == 2
    assert sentence in ran.err.replace("\n", " ")
