"""Selecting files: by name, in folders, by globs, from stdin; and the defaults in appmesh-inject.toml."""

import json
from pathlib import Path

import pytest

from tests.cli.command import TEMPLATE, run

BAD = TEMPLATE.replace("awsvpc", "bridge")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three templates, one of them invalid, among other files of a repository."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "templates/a.yaml": TEMPLATE,
        "templates/deep/b.yml": TEMPLATE,
        "templates/old/bad.yaml": BAD,
        "templates/package.json": '{"name": "x"}',
        "templates/chart.yaml": "apiVersion: {{ .Values.api }}\n",
        "templates/note.txt": TEMPLATE,
        ".github/workflows/ci.yaml": TEMPLATE,
        "node_modules/c.yaml": TEMPLATE,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def linted(*arguments: str) -> list[str]:
    ran = run("lint", "--format", "json", *arguments)
    return [each["file"] for each in json.loads(ran.out)["files"]]


def test_a_folder_is_searched_and_what_is_skipped_is_counted() -> None:
    assert linted(".") == ["templates/a.yaml", "templates/deep/b.yml", "templates/old/bad.yaml"]
    assert "3 files read, 2 others skipped" in run("lint", ".").err


def test_a_quoted_glob_and_several_arguments_each_file_once() -> None:
    assert linted("templates/**/*.y*ml", "templates/a.yaml") == [
        "templates/a.yaml",
        "templates/deep/b.yml",
        "templates/old/bad.yaml",
    ]
    ran = run("lint", "nothing/*.yaml")
    assert (ran.code, ran.err) == (1, "nothing/*.yaml: error: no file matches\n")


def test_a_template_that_cannot_be_read_is_an_error_in_a_search_too(project: Path) -> None:
    (project / "templates/broken.yaml").write_text("Type: AWS::ECS::TaskDefinition\nResources: [\n")
    ran = run("lint", "templates")
    assert ran.code == 1
    assert "templates/broken.yaml:3:1: error: this is not valid YAML" in ran.err
    assert "templates/a.yaml: 0 findings" in ran.out or "templates/a.yaml: " in ran.out, "the others are checked"


def test_named_files_without_a_document_are_errors_except_with_skip_others() -> None:
    assert run("lint", "templates/package.json").code == 1
    assert run("lint", "--skip-others", "templates/package.json").code == 0


def test_files_rendered_into_a_folder_keep_their_relative_paths(project: Path) -> None:
    ran = run("render", "templates/a.yaml", "templates/deep/b.yml", "-o", "out/")
    assert ran.code == 0, ran.err
    assert "Name: envoy" in (project / "out/a.yaml").read_text()
    assert "Name: envoy" in (project / "out/deep/b.yml").read_text()


def test_several_files_do_not_go_to_stdout_or_into_one_file() -> None:
    for options in ((), ("-o", "one.yaml")):
        ran = run("render", "templates/a.yaml", "templates/deep/b.yml", *options)
        assert ran.code == 2
        assert "-o DIR/" in ran.err


def test_if_one_file_is_refused_none_is_written(project: Path) -> None:
    ran = run("render", "templates", "-o", "out/")
    assert ran.code == 1
    assert "templates/old/bad.yaml:11:7: error AM201" in ran.err
    assert not list(project.glob("out/**/*.y*ml"))


CONFIGURATION = """\
files = ["templates"]
exclude = ["old"]
format = "json"

[settings]
LogLevel = "debug"

[parameters]
NotDeclared = "x"

[deployment-parameters]
IgnoredUID = "1500"
"""


def test_the_configuration_file_is_found_in_parent_folders(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "appmesh-inject.toml").write_text(CONFIGURATION)
    monkeypatch.chdir(project / "templates" / "deep")
    files = json.loads(run("lint").out)["files"]
    assert [each["file"] for each in files] == ["../a.yaml", "b.yml"] or [each["file"] for each in files] == [
        "../../templates/a.yaml",
        "../../templates/deep/b.yml",
    ]
    rendered = run("render", "b.yml").out
    assert "Value: debug" in rendered
    assert "User: '1500'" in rendered


def test_an_option_wins_over_the_file_and_no_config_leaves_it_unread(project: Path) -> None:
    (project / "appmesh-inject.toml").write_text(CONFIGURATION)
    assert "Value: trace" in run("render", "templates/a.yaml", "--log-level", "trace").out
    assert "Value: info" in run("render", "--no-config", "templates/a.yaml").out
    assert run("lint", "--format", "text", "templates/a.yaml").out.startswith("templates/a.yaml:")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\nfile = []", "appmesh-inject.toml:2:1: error: unknown key 'file': did you mean 'files'?"),
        (
            "[settings]\nMeshNam = 'a'",
            "appmesh-inject.toml:2:1: error: unknown setting 'MeshNam': did you mean 'MeshName'?",
        ),
        (
            "[deployment-parameters]\n\nprofil = 'ga'",
            "appmesh-inject.toml:3:1: error: unknown deployment parameter 'profil': did you mean 'Profile'?",
        ),
        (
            "settings.Evnoy.Image = 'a'",
            "appmesh-inject.toml:1:1: error: unknown setting 'Evnoy': did you mean 'Envoy'?",
        ),
        ("format = 'yaml'", "appmesh-inject.toml:1:1: error: format must be one of text, json, sarif, github"),
        ("files = 'a'", "appmesh-inject.toml:1:1: error: files must be a list of strings"),
        ("a = ", "appmesh-inject.toml: error: this is not TOML: "),
    ],
)
def test_an_error_in_the_configuration_file_is_reported_with_its_line(project: Path, text: str, sentence: str) -> None:
    (project / "appmesh-inject.toml").write_text(text)
    ran = run("lint", "templates")
    assert ran.code == 2
    assert ran.err.startswith(sentence), ran.err


def test_a_wrong_value_in_the_configuration_file_has_its_place(project: Path) -> None:
    (project / "appmesh-inject.toml").write_text("[settings]\nProfile = 'gaa'\n")
    ran = run("render", "templates/a.yaml")
    assert "appmesh-inject.toml:2:1: error AM102" in ran.err


def test_settings_of_the_file_do_not_mark_a_task_definition(project: Path) -> None:
    (project / "appmesh-inject.toml").write_text("[settings]\nLogLevel = 'debug'\n")
    (project / "task.json").write_text(json.dumps({"family": "web", "containerDefinitions": []}))
    ran = run("render", "task.json")
    assert (ran.code, ran.err) == (0, "web: skipped: not marked\n")


def test_an_unknown_parameter_of_the_command_line_is_wrong_usage_for_many_files_too() -> None:
    ran = run("lint", "templates", "--parameter", "Size=1")
    assert ran.code == 2
    assert "none of the files has a parameter 'Size'" in ran.err
