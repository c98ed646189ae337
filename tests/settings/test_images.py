"""Names of images: where one comes from, and whether that is allowed. Digests work wherever an image does."""

import pytest

from appmesh_inject.cfn.document import Json, map_at
from appmesh_inject.injection import inject
from appmesh_inject.settings import images
from appmesh_inject.settings.images import BUILT_IN_IMAGES
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import deployed
from appmesh_inject.workloads.cloudformation import CloudFormation

DIGEST = f"@sha256:{'0123456789abcdef' * 4}"
ECR = "111345817488.dkr.ecr.us-west-2.amazonaws.com"


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx"),
        ("nginx:5000", "docker.io/library/nginx"),
        ("nginx:V1_RC.2", "docker.io/library/nginx"),
        (f"nginx{DIGEST}", "docker.io/library/nginx"),
        (f"nginx:1.27{DIGEST}", "docker.io/library/nginx"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("index.docker.io/envoyproxy/envoy", "docker.io/envoyproxy/envoy"),
        ("envoyproxy/envoy:v1", "docker.io/envoyproxy/envoy"),
        (f"envoyproxy/envoy{DIGEST}", "docker.io/envoyproxy/envoy"),
        ("localhost/envoy", "localhost/envoy"),
        ("localhost:5000/envoy", "localhost:5000/envoy"),
        (f"localhost:5000/mesh/envoy:v1{DIGEST}", "localhost:5000/mesh/envoy"),
        ("registry:5000/envoy:v1", "registry:5000/envoy"),
        ("Registry.Example.com/envoy", "registry.example.com/envoy"),
        (f"{ECR}/aws-appmesh-envoy:v1.8.0.2-beta", f"{ECR}/aws-appmesh-envoy"),
        (f"public.ecr.aws/appmesh/aws-appmesh-envoy{DIGEST}", "public.ecr.aws/appmesh/aws-appmesh-envoy"),
        ("localhost", "docker.io/library/localhost"),
        ("registry.example.com", "docker.io/library/registry.example.com"),
        ("Nginx", None),
        ("", None),
        (" nginx", None),
        ("public.ecr.aws/", None),
        ("public.ecr.aws/appmesh/", None),
        ("public.ecr.aws/appmesh/../evil", None),
        ("public.ecr.aws//appmesh", None),
        ("public.ecr.aws/appmesh@evil.example/envoy", None),
        ("public.ecr.aws/appmesh/envoy@sha256:0", None),
        ("public.ecr.aws/appmesh/${Name}", None),
        ("public.ecr.aws/appmesh/envoy:a b", None),
        ("https://public.ecr.aws/appmesh/envoy", None),
    ],
)
def test_repository(image: str, repository: str | None) -> None:
    assert images.repository(image) == repository


@pytest.mark.parametrize(
    ("written", "registry"),
    [
        ("public.ecr.aws", "public.ecr.aws"),
        (" public.ecr.aws/appmesh/ ", "public.ecr.aws/appmesh"),
        ("localhost:5000", "localhost:5000"),
        ("envoyproxy", "docker.io/envoyproxy"),
        ("envoyproxy/envoy", "docker.io/envoyproxy/envoy"),
        ("index.docker.io/library", "docker.io/library"),
        ("", None),
        ("/", None),
        ("public.ecr.aws/appmesh:v1", None),
        (f"public.ecr.aws/appmesh{DIGEST}", None),
        ("https://public.ecr.aws", None),
        ("*.ecr.aws", None),
    ],
)
def test_registry(written: str, registry: str | None) -> None:
    assert images.registry(written) == registry


@pytest.mark.parametrize(
    ("image", "is_within"),
    [
        ("public.ecr.aws/appmesh/aws-appmesh-envoy:v1", True),
        (f"public.ecr.aws/appmesh/aws-appmesh-envoy{DIGEST}", True),
        ("public.ecr.aws/appmesh", True),
        ("public.ecr.aws/appmesh-evil/envoy", False),
        ("public.ecr.aws/xray/daemon", False),
        ("public.ecr.aws.evil.example/appmesh/envoy", False),
        ("envoyproxy/envoy", True),
        ("envoyproxy2/envoy", False),
    ],
)
def test_a_registry_ends_where_a_part_of_a_name_ends(image: str, is_within: bool) -> None:
    assert images.is_within(image, ("public.ecr.aws/appmesh", "docker.io/envoyproxy")) is is_within


@pytest.mark.parametrize("image", BUILT_IN_IMAGES.values())
def test_the_images_that_are_built_in_have_names(image: str) -> None:
    assert images.repository(image)


def _image(deployment: dict[str, str], metadata: dict[str, Json], sidecar: int) -> Json:
    template: Json = {
        "Resources": {
            "Web": {
                "Type": "AWS::ECS::TaskDefinition",
                "Metadata": {"AppMesh": {"MeshName": "apps", "VirtualNodeName": "web", **metadata}},
                "Properties": {
                    "NetworkMode": "awsvpc",
                    "Memory": "512",
                    "ContainerDefinitions": [{"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 80}]}],
                },
            }
        }
    }
    target = CloudFormation(Level(("Transform", "Parameters"), {}), {})
    outcome = inject(template, target, deployed(deployment))
    assert outcome.findings == ()
    return map_at(outcome.document, ("Resources", "Web", "Properties", "ContainerDefinitions", sidecar))["Image"]


@pytest.mark.parametrize(
    ("parameter", "fragment", "metadata", "sidecar"),
    [
        ("PreviewEnvoyImage", "Envoy", {"Profile": "preview"}, 1),
        ("PreviewProxyInitImage", "ProxyInit", {"Profile": "preview"}, 2),
        ("GaEnvoyImage", "Envoy", {"Profile": "ga"}, 1),
        ("XRayImage", "XRayDaemon", {"Profile": "ga", "XRay": True}, 2),
    ],
)
def test_digests_work_in_deployment_parameters_and_in_overrides(
    parameter: str, fragment: str, metadata: dict[str, Json], sidecar: int
) -> None:
    image = f"quay.io/mesh/it{DIGEST}"
    rest = dict.fromkeys(BUILT_IN_IMAGES, f"quay.io/mesh/other{DIGEST}")
    allowed = {"AllowedRegistries": "quay.io/mesh"}
    assert _image({**rest, **allowed, parameter: image}, metadata, sidecar) == image
    assert _image({**rest, **allowed}, {**metadata, fragment: {"Image": image}}, sidecar) == image
