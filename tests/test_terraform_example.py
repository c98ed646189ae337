"""The Terraform example, by Terraform itself: JSON out, injected, and in again. Without the provider of AWS, which
comes from no package registry: what the resource would get is printed instead."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "terraform"
INJECT = Path(sys.executable).parent / "appmesh-inject"

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here")


def run(folder: Path, *command: str | Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the examples, where the pipeline's script has run."""
    examples = tmp_path_factory.mktemp("repository") / "examples"
    ignored = shutil.ignore_patterns("*.json", ".terraform*", "*.tfstate*")
    shutil.copytree(EXAMPLE, examples / "terraform", ignore=ignored)
    shutil.copytree(REPOSITORY / "examples" / "standalone", examples / "standalone")
    run(examples, examples / "terraform" / "render.sh", INJECT)
    return examples / "terraform"


def evaluated(folder: Path, block: str, tmp_path: Path) -> Any:
    """The arguments of the example's resource, as Terraform evaluates them in an output."""
    for name in ("injected.tf", "cart.injected.json"):
        shutil.copy(folder / name, tmp_path)
    (tmp_path / "output.tf").write_text(f'output "it" {{\n  value = jsonencode({{\n{block}\n  }})\n}}\n')
    run(tmp_path, "terraform", "init", "-input=false")
    run(tmp_path, "terraform", "apply", "-input=false", "-auto-approve")
    return json.loads(run(tmp_path, "terraform", "output", "-raw", "it"))


def test_the_files_are_formatted() -> None:
    run(EXAMPLE, "terraform", "fmt", "-check", "-recursive")


def test_the_resource_gets_what_was_injected(folder: Path, tmp_path: Path) -> None:
    body = (folder / "main.tf").read_text().partition("{\n")[2].rpartition("}")[0]
    arguments, _, proxy = body.partition("  proxy_configuration {\n")
    made = evaluated(folder, f"{arguments}\n proxy = {{\n{proxy}", tmp_path)
    containers = json.loads(made["container_definitions"])
    assert [container["name"] for container in containers] == ["app", "envoy"]
    assert "mesh/shop/virtualNode/cart" in containers[1]["command"][1]
    assert (made["family"], made["network_mode"], made["cpu"]) == ("cart", "awsvpc", "256")
    assert made["proxy"]["container_name"] == "envoy"
    assert made["proxy"]["properties"]["AppPorts"] == "8080"


def test_the_containers_alone_come_out_the_same(folder: Path) -> None:
    (folder / "containers.json").write_text(run(folder / "task", "terraform", "output", "-raw", "containers"))
    flags = ("--profile", "standalone", "--mesh-name", "shop", "--virtual-node-name", "cart")
    mesh = folder.parent / "standalone" / "mesh.yaml"
    made = json.loads(run(folder, INJECT, "render", "containers.json", "--containers", *flags, "--mesh", mesh))
    whole = json.loads((folder / "cart.injected.json").read_text())
    assert made == {name: whole[name] for name in ("containerDefinitions", "proxyConfiguration")}
