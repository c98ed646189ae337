"""Where each statement about an exit was read, and when."""

from typing import NamedTuple

READ = "2026-11-26"
"""The day on which the sources were last read."""


class Source(NamedTuple):
    """A page. A relative address is one of our own pages, from the folder docs/. date: when it was read; empty for what
    this version says itself."""

    title: str
    address: str
    date: str = READ


_ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
_ECS_API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
_LATTICE = "https://docs.aws.amazon.com/vpc-lattice/latest/ug/"
_CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
_PRACTICES = "https://github.com/aws/aws-networking-best-practices/blob/main/content/application-networking/"
_GATEWAY_API = "https://github.com/aws/aws-application-networking-k8s/blob/main/docs/"

COMPILED = Source("What standalone keeps and loses", "explanation/standalone.md")
MOVING = Source("Move off App Mesh", "guides/moving-off-app-mesh.md")

CONNECT = Source("Amazon ECS Service Connect", f"{_ECS}service-connect.html")
CONNECT_CONCEPTS = Source("Service Connect configuration overview", f"{_ECS}service-connect-concepts-deploy.html")
CONNECT_SERVICE = Source("ServiceConnectService", f"{_ECS_API}API_ServiceConnectService.html")
CONNECT_ALIAS = Source("ServiceConnectClientAlias", f"{_ECS_API}API_ServiceConnectClientAlias.html")
CONNECT_TIMEOUT = Source("TimeoutConfiguration", f"{_ECS_API}API_TimeoutConfiguration.html")
CONNECT_TLS = Source("Encrypt Service Connect traffic", f"{_ECS}service-connect-tls.html")
CONNECT_SHARED = Source("Service Connect with shared namespaces", f"{_ECS}service-connect-shared-namespaces.html")
CONNECT_LOGS = Source("Service Connect access logs", f"{_ECS}service-connect-envoy-access-logs.html")
CONNECT_CANARY = Source("Canary deployments", f"{_ECS}canary-deployment-implementation.html")
CONNECT_TRACING = Source("containers-roadmap 2263", "https://github.com/aws/containers-roadmap/issues/2263")

RULES = Source("Listener rules", f"{_ELB}listener-rules.html")
CONDITIONS = Source("Condition types for listener rules", f"{_ELB}rule-condition-types.html")
ACTIONS = Source("Action types for listener rules", f"{_ELB}rule-action-types.html")
TRANSFORMS = Source("Transforms for listener rules", f"{_ELB}rule-transforms.html")
LISTENERS = Source("Listeners for your Application Load Balancers", f"{_ELB}load-balancer-listeners.html")
BALANCER = Source("Application Load Balancers", f"{_ELB}application-load-balancers.html")
TARGETS = Source("Target groups for your Application Load Balancers", f"{_ELB}load-balancer-target-groups.html")
TARGET_HEALTH = Source("Health checks for target groups", f"{_ELB}target-group-health-checks.html")
MUTUAL = Source("Mutual authentication with TLS", f"{_ELB}mutual-authentication.html")
BALANCER_LOGS = Source("Access logs", f"{_ELB}load-balancer-access-logs.html")
BALANCER_QUOTAS = Source("Quotas for your Application Load Balancers", f"{_ELB}load-balancer-limits.html")

LATTICE_RULE = Source("AWS::VpcLattice::Rule", f"{_CFN}aws-resource-vpclattice-rule.html")
LATTICE_SERVICE = Source("AWS::VpcLattice::Service", f"{_CFN}aws-resource-vpclattice-service.html")
LATTICE_LISTENERS = Source("Listeners for your VPC Lattice service", f"{_LATTICE}listeners.html")
LATTICE_TLS = Source("TLS listeners", f"{_LATTICE}tls-listeners.html")
LATTICE_TARGETS = Source("Target groups in VPC Lattice", f"{_LATTICE}target-groups.html")
LATTICE_HEALTH = Source("Health checks for target groups", f"{_LATTICE}target-group-health-checks.html")
LATTICE_DOMAIN = Source("Custom domain name", f"{_LATTICE}service-custom-domain-name.html")
LATTICE_AUTH = Source("Auth policies", f"{_LATTICE}auth-policies.html")
LATTICE_LOGS = Source("Access logs for VPC Lattice", f"{_LATTICE}monitoring-access-logs.html")
LATTICE_METRICS = Source("CloudWatch metrics for VPC Lattice", f"{_LATTICE}monitoring-cloudwatch.html")
LATTICE_QUOTAS = Source("Quotas for VPC Lattice", f"{_LATTICE}quotas.html")
LATTICE_SHARING = Source("Share VPC Lattice entities", f"{_LATTICE}sharing.html")
LATTICE_LIMITS_OF_ROUTES = Source("Gateway API conformance", f"{_GATEWAY_API}conformance-test.md")
ECS_WITH_LATTICE = Source("Amazon ECS with VPC Lattice", f"{_ECS}ecs-vpc-lattice.html")

PRACTICES = Source("AWS networking best practices: service to service", f"{_PRACTICES}service-to-service.md")
PRACTICES_OF_A_MESH = Source("AWS networking best practices: container mesh", f"{_PRACTICES}container-mesh.md")
