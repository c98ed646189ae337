"""Parts of image names that identify containers whatever their names."""

APP_MESH_ENVOY_IMAGE, APP_MESH_PROXY_INIT_IMAGE = "appmesh-envoy", "proxy-route-manager"
"""Part of every name of App Mesh's images, in any registry."""

STOCK_ENVOY_IMAGE = "envoyproxy/envoy"
"""Part of the name of Envoy's official images, and of most copies of them."""

SHELLLESS_IMAGES = ("distroless",)
"""Parts of the names and tags of images without a shell: `envoyproxy/envoy:distroless-v1.40.0`."""

X_RAY_IMAGE = "aws-xray-daemon"

AGENT_IMAGES = (X_RAY_IMAGE, "cloudwatch-agent", "fluent-bit", "fluentd", "datadog/agent", "aws-otel-collector")
"""Images that send telemetry, which would loop or get lost if it went through the proxy."""

TELLING_IMAGES = ("envoy", "proxy", *AGENT_IMAGES)
"""Parts of image names that plans depend on. The first two match in upper and lower case."""
