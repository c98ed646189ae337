"""What the platform team set: settings, images and registries, or what is wrong with them."""

from appmesh_inject.findings import Finding
from appmesh_inject.settings.platform_defaults import deployed


def test_each_parameter_goes_to_its_place() -> None:
    deployment = deployed(
        {"LogLevel": "debug", "XRayImage": "x-ray", "GaEnvoyImage": "", "AllowedRegistries": "a,public.ecr.aws/b/"}
    )
    assert deployment.settings == {"LogLevel": "debug"}
    assert deployment.images == {"XRayImage": "x-ray"}
    assert deployment.registries == ("docker.io/a", "public.ecr.aws/b")
    assert deployment.level.path == ("DeploymentParameters",)
    assert deployment.findings == ()


def test_what_is_wrong_is_about_no_workload() -> None:
    names = (
        "Write one of Profile, LogLevel, IgnoredUID, PreviewEnvoyImage, PreviewProxyInitImage, GaEnvoyImage, "
        "StandaloneEnvoyImage, XRayImage, AllowedRegistries, LiveWeightsRole"
    )
    assert deployed({"Nonsense": "1", "LogLvl": "info", "AllowedRegistries": "a,b:v1"}).findings == (
        Finding("AM101", "", ("DeploymentParameters", "Nonsense"), "unknown deployment parameter 'Nonsense'", names),
        Finding(
            "AM101",
            "",
            ("DeploymentParameters", "LogLvl"),
            "unknown deployment parameter 'LogLvl': did you mean 'LogLevel'?",
            names,
        ),
        Finding(
            "AM102",
            "",
            ("DeploymentParameters", "AllowedRegistries"),
            "'b:v1' is neither a registry nor the beginning of a repository's name",
            "Write names without tag or digest, separated by commas: public.ecr.aws/appmesh,docker.io/envoyproxy",
        ),
    )
