"""Parts of the names of images, by which containers are known whatever they are called."""

APP_MESH_ENVOY_IMAGE, APP_MESH_PROXY_INIT_IMAGE = "appmesh-envoy", "proxy-route-manager"
"""In the name of every image that App Mesh had, whatever the registry."""

STOCK_ENVOY_IMAGE = "envoyproxy/envoy"
"""In the name of every image of Envoy's own, and of most copies of them."""

X_RAY_IMAGE = "aws-xray-daemon"

AGENT_IMAGES = (X_RAY_IMAGE, "cloudwatch-agent", "fluent-bit", "fluentd", "datadog/agent", "aws-otel-collector")
"""Images that send telemetry out: through the proxy it would loop or be lost."""

TELLING_IMAGES = ("envoy", "proxy", *AGENT_IMAGES)
"""Images that decide what becomes of a task; the first two in any case of letters."""
