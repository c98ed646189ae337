"""The resource types of CloudFormation that several modules look for."""

APP_MESH = "AWS::AppMesh::"
"""The beginning of the types of App Mesh."""

CLOUD_MAP = "AWS::ServiceDiscovery::"
"""The beginning of the types of Cloud Map."""

ECS_SERVICE = "AWS::ECS::Service"
SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"
TASK_SET = "AWS::ECS::TaskSet"

DNS_NAMESPACES = (f"{CLOUD_MAP}PrivateDnsNamespace", f"{CLOUD_MAP}PublicDnsNamespace")
HTTP_NAMESPACE = f"{CLOUD_MAP}HttpNamespace"
