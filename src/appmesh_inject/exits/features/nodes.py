"""Features of nodes, gateways and the mesh, but for TLS; and those that every resource has."""

from appmesh_inject.exits.feature_conditions import HAS_NO_EGRESS_FILTER, is_one_of
from appmesh_inject.exits.features.feature import KEPT, Feature, kept_everywhere
from appmesh_inject.exits.sources import (
    ACTIONS,
    BALANCER,
    BALANCER_LOGS,
    CONNECT,
    CONNECT_CONCEPTS,
    CONNECT_LOGS,
    CONNECT_SHARED,
    CONNECT_TRACING,
    ECS_WITH_LATTICE,
    LATTICE_AUTH,
    LATTICE_HEALTH,
    LATTICE_LOGS,
    LATTICE_METRICS,
    LATTICE_SHARING,
    LATTICE_TARGETS,
    MOVING,
    PRACTICES_OF_A_MESH,
    TARGET_HEALTH,
    TARGETS,
)
from appmesh_inject.exits.verdicts import cannot, changes, keeps, loses

TRACING = "tracing and statistics of Envoy"
EGRESS = ("Mesh Spec.EgressFilter.Type", "Mesh .")

NODES = (
    kept_everywhere(
        "port of a listener",
        ("VirtualNode|VirtualRouter Spec.Listeners.PortMapping.Port",),
        "The port stays",
        MOVING,
    ),
    Feature(
        "health check by HTTP",
        ("VirtualNode Spec.Listeners.HealthCheck.Protocol",),
        where=is_one_of("http"),
        standalone=KEPT,
        service_connect=loses("It makes no health checks: give the container a HealthCheck", CONNECT_CONCEPTS),
        alb=keeps("The health check of the target group, times in whole seconds", TARGET_HEALTH),
        lattice=keeps("The health check of the target group, times in whole seconds", LATTICE_HEALTH),
    ),
    Feature(
        "health check by another protocol",
        ("VirtualNode Spec.Listeners.HealthCheck.Protocol",),
        standalone=KEPT,
        service_connect=loses("It makes no health checks: give the container a HealthCheck", CONNECT_CONCEPTS),
        alb=changes(
            "The health check of the target group speaks HTTP or gRPC: ECS replaces what fails it", TARGET_HEALTH
        ),
        lattice=changes("The health check of the target group speaks HTTP: ECS replaces what fails it", LATTICE_HEALTH),
    ),
    Feature(
        "health check",
        ("VirtualNode Spec.Listeners.HealthCheck.*",),
        standalone=KEPT,
        service_connect=loses("It makes no health checks: give the container a HealthCheck", CONNECT_CONCEPTS),
        alb=keeps("The health check of the target group, times in whole seconds", TARGET_HEALTH),
        lattice=keeps("The health check of the target group, times in whole seconds", LATTICE_HEALTH),
    ),
    Feature(
        "outlier detection",
        ("VirtualNode Spec.Listeners.OutlierDetection.**",),
        standalone=KEPT,
        service_connect=changes("Fixed: 5 failures within 30 s, avoided for 30 to 300 s", CONNECT_CONCEPTS),
        alb=changes("Anomaly mitigation, if the target group balances by weighted random", TARGETS),
        lattice=loses("Only its health check takes a task out", PRACTICES_OF_A_MESH),
    ),
    Feature(
        "connection pool",
        ("VirtualNode|VirtualGateway Spec.Listeners.ConnectionPool.**",),
        standalone=KEPT,
        service_connect=loses(
            "It has no limits of connections and requests: the application needs them", CONNECT_CONCEPTS
        ),
        alb=loses("It has no limits of connections and requests: the application needs them", PRACTICES_OF_A_MESH),
        lattice=loses("It has no limits of connections and requests: the application needs them", PRACTICES_OF_A_MESH),
    ),
    Feature(
        "discovery by DNS",
        ("VirtualNode Spec.ServiceDiscovery.DNS.Hostname", "VirtualNode Spec.ServiceDiscovery.DNS.ResponseType"),
        standalone=KEPT,
        service_connect=keeps("Not needed: it knows the tasks of the ECS service", CONNECT_CONCEPTS),
        alb=keeps("Not needed: ECS registers the tasks", TARGETS),
        lattice=keeps("Not needed: ECS registers the tasks", ECS_WITH_LATTICE),
    ),
    Feature(
        "discovery by attributes of Cloud Map",
        ("VirtualNode Spec.ServiceDiscovery.AWSCloudMap.Attributes.*",),
        standalone=cannot("DNS has no attributes: give each set of tasks a Cloud Map service of its own", MOVING),
        service_connect=keeps("Not needed: each ECS service is an endpoint of its own", CONNECT_CONCEPTS),
        alb=keeps("Not needed: each ECS service has a target group of its own", TARGETS),
        lattice=keeps("Not needed: each ECS service has a target group of its own", ECS_WITH_LATTICE),
    ),
    Feature(
        "IP preference",
        ("VirtualNode Spec.ServiceDiscovery.*.IpPreference", "Mesh Spec.ServiceDiscovery.IpPreference"),
        standalone=KEPT,
        service_connect=loses(
            "The subnets of the tasks decide; with IPv6 alone the application listens on ::1", CONNECT
        ),
        alb=changes("Each target group has an address type", TARGETS),
        lattice=changes("Each target group has an address type", LATTICE_TARGETS),
    ),
    Feature(
        "discovery by Cloud Map",
        ("VirtualNode Spec.ServiceDiscovery.AWSCloudMap.*",),
        standalone=changes("By DNS instead of Cloud Map's API: it returns at most eight addresses", MOVING),
        service_connect=keeps("Not needed: it knows the tasks of the ECS service", CONNECT_CONCEPTS),
        alb=keeps("Not needed: ECS registers the tasks", TARGETS),
        lattice=keeps("Not needed: ECS registers the tasks", ECS_WITH_LATTICE),
    ),
    Feature(
        "backends",
        ("VirtualNode Spec.Backends.VirtualService.VirtualServiceName",),
        standalone=KEPT,
        service_connect=changes("Every service of the namespace can be called, not only those named", CONNECT_CONCEPTS),
        alb=changes("Whoever reaches the load balancer can call: security groups decide", BALANCER),
        lattice=changes("Whoever is in the VPC can call: auth policies and security groups decide", LATTICE_AUTH),
    ),
    Feature(
        "format of the access log",
        ("VirtualNode|VirtualGateway Spec.Logging.AccessLog.File.Format.**",),
        standalone=KEPT,
        service_connect=loses("Two fixed formats, text and JSON", CONNECT_LOGS),
        alb=loses("A fixed format", BALANCER_LOGS),
        lattice=loses("A fixed format", LATTICE_LOGS),
    ),
    Feature(
        "access log",
        ("VirtualNode|VirtualGateway Spec.Logging.AccessLog.File.Path",),
        standalone=KEPT,
        service_connect=changes("AccessLogConfiguration, into the log of the proxy", CONNECT_LOGS),
        alb=changes("Into a bucket of S3", BALANCER_LOGS),
        lattice=changes("An access log subscription, charged as vended logs", LATTICE_LOGS),
    ),
    Feature(
        TRACING,
        (),
        codes=("AM457",),
        standalone=KEPT,
        service_connect=loses("Only its own CloudWatch metrics: tracing has to be in the application", CONNECT_TRACING),
        alb=loses("Only its own CloudWatch metrics: tracing has to be in the application", PRACTICES_OF_A_MESH),
        lattice=loses("Only its own CloudWatch metrics: tracing has to be in the application", LATTICE_METRICS),
    ),
)

GATEWAYS = (
    Feature(
        "virtual gateway",
        ("VirtualGateway .", "GatewayRoute ."),
        codes=("AM413",),
        standalone=KEPT,
        service_connect=cannot(
            "It has no way in from outside: keep the gateway standalone beside it, or use a load balancer", CONNECT
        ),
        alb=changes("The load balancer takes the gateway's place: its tasks go", ACTIONS),
        lattice=cannot("Lattice has no way in from outside of its VPCs: keep the gateway standalone", ECS_WITH_LATTICE),
    ),
    kept_everywhere(
        "port of a gateway",
        ("VirtualGateway Spec.Listeners.PortMapping.Port",),
        "The gateway's own verdict counts",
        MOVING,
    ),
    Feature(
        "health check of a gateway",
        ("VirtualGateway Spec.Listeners.HealthCheck.*",),
        standalone=changes("It has no effect: the load balancer in front checks the gateway", MOVING),
        service_connect=keeps("There is no gateway to check", CONNECT),
        alb=keeps("There is no gateway to check", BALANCER),
        lattice=keeps("There is no gateway to check", ECS_WITH_LATTICE),
    ),
)

MESHES = (
    kept_everywhere(
        "egress filter ALLOW_ALL",
        ("Mesh Spec.EgressFilter.Type",),
        "Tasks may call any address",
        MOVING,
        where=is_one_of("ALLOW_ALL"),
    ),
    Feature(
        "egress filter DROP_ALL",
        EGRESS,
        where=is_one_of("DROP_ALL").or_else(HAS_NO_EGRESS_FILTER),
        codes=("AM456",),
        standalone=KEPT,
        service_connect=loses("Tasks may call any address: security groups have to forbid it", CONNECT_CONCEPTS),
        alb=loses("Tasks may call any address: security groups have to forbid it", BALANCER),
        lattice=loses("Tasks may call any address: security groups have to forbid it", LATTICE_AUTH),
    ),
    Feature(
        "egress filter",
        ("Mesh Spec.EgressFilter.Type",),
        codes=("AM456",),
        standalone=KEPT,
        service_connect=loses("Tasks may call any address: security groups have to forbid it", CONNECT_CONCEPTS),
        alb=loses("Tasks may call any address: security groups have to forbid it", BALANCER),
        lattice=loses("Tasks may call any address: security groups have to forbid it", LATTICE_AUTH),
    ),
    Feature(
        "mesh of another account",
        ("VirtualNode|VirtualRouter|VirtualService|VirtualGateway|Route|GatewayRoute MeshOwner",),
        standalone=KEPT,
        service_connect=changes("The namespace is shared by RAM and named by its ARN", CONNECT_SHARED),
        alb=changes("The load balancer is reached where the network lets callers", BALANCER),
        lattice=changes("The service network is shared by RAM", LATTICE_SHARING),
    ),
)

_EVERY = "Mesh|VirtualNode|VirtualRouter|VirtualService|VirtualGateway|Route|GatewayRoute"

NAMES = (
    kept_everywhere(
        "name",
        (
            f"{_EVERY} *Name",
            "VirtualService Spec.Provider.**",
        ),
        "The names stay; the name of a service is what callers say",
        MOVING,
    ),
    kept_everywhere(
        "tags",
        (f"{_EVERY} Tags.*",),
        "No request sees them: they go with the mesh resources",
        MOVING,
    ),
)
