"""Features of routes and services: where requests go, and what happens on the way."""

from appmesh_inject.exits.feature_conditions import (
    HAS_NO_PROVIDER,
    IS_ZERO_BESIDE_OTHERS,
    RETRIES_ARE_OFF,
    REWRITES_HOST,
    REWRITES_PREFIX,
    SPLITS,
    has_route,
    is_one_of,
    lacks,
)
from appmesh_inject.exits.features.feature import KEPT, Feature, kept_everywhere
from appmesh_inject.exits.sources import (
    ACTIONS,
    BALANCER,
    COMPILED,
    CONNECT_CANARY,
    CONNECT_CONCEPTS,
    CONNECT_TIMEOUT,
    LATTICE_LIMITS_OF_ROUTES,
    LATTICE_LISTENERS,
    LATTICE_QUOTAS,
    LATTICE_RULE,
    LATTICE_SERVICE,
    LATTICE_TARGETS,
    LISTENERS,
    MOVING,
    PRACTICES,
    PRACTICES_OF_A_MESH,
    TARGETS,
    TRANSFORMS,
)
from appmesh_inject.exits.verdicts import cannot, changes, keeps, loses

PROTOCOL = "VirtualNode|VirtualRouter|VirtualGateway Spec.Listeners.PortMapping.Protocol"
NO_RETRIES = "retries by default"
NO_TIMEOUT = "15 s a request by default"

ONLY_TLS_AT_AN_ALB = cannot("Only an HTTPS listener takes it, so callers would have to speak TLS", LISTENERS)
ONLY_TLS_AT_LATTICE = cannot("Only an HTTPS listener takes it, so callers would have to speak TLS", LATTICE_TARGETS)

PROTOCOLS = (
    Feature(
        "plain TCP",
        (PROTOCOL, "Route ."),
        where=is_one_of("tcp").or_else(has_route("TcpRoute")),
        standalone=KEPT,
        service_connect=keeps("A port mapping without AppProtocol is TCP", CONNECT_CONCEPTS),
        alb=cannot(
            "It carries no TCP: a Network Load Balancer does, or callers go straight to the tasks by DNS", BALANCER
        ),
        lattice=cannot(
            "It carries TCP only inside TLS: else callers go straight to the tasks by DNS", LATTICE_LISTENERS
        ),
    ),
    Feature(
        "plain HTTP/2",
        (PROTOCOL, "Route|GatewayRoute ."),
        where=is_one_of("http2").or_else(has_route("Http2Route")),
        standalone=KEPT,
        service_connect=keeps("AppProtocol http2", CONNECT_CONCEPTS),
        alb=ONLY_TLS_AT_AN_ALB,
        lattice=ONLY_TLS_AT_LATTICE,
    ),
    Feature(
        "plain gRPC",
        (PROTOCOL, "Route|GatewayRoute ."),
        where=is_one_of("grpc").or_else(has_route("GrpcRoute")),
        standalone=KEPT,
        service_connect=keeps("AppProtocol grpc", CONNECT_CONCEPTS),
        alb=ONLY_TLS_AT_AN_ALB,
        lattice=ONLY_TLS_AT_LATTICE,
    ),
    kept_everywhere(
        "HTTP",
        (PROTOCOL,),
        "Every exit carries HTTP/1.1",
        PRACTICES,
    ),
)

TARGETS_OF_ROUTES = (
    Feature(
        "weights",
        ("Route .",),
        where=SPLITS,
        codes=("AM356", "AM407"),
        standalone=changes(
            "The weights stand in the callers' task definitions: a new weight deploys the callers", COMPILED
        ),
        service_connect=cannot(
            "A name leads to one ECS service; traffic is split only while a canary deployment runs", CONNECT_CANARY
        ),
        alb=keeps("A rule forwards to up to five target groups, weights 0 to 999, and a change is live", ACTIONS),
        lattice=keeps(
            "A rule forwards to up to ten target groups, weights 0 to 999, and a change is live", LATTICE_RULE
        ),
    ),
    Feature(
        "target with weight 0",
        ("Route Spec.*.Action.WeightedTargets.Weight",),
        where=IS_ZERO_BESIDE_OTHERS,
        codes=("AM464",),
        standalone=KEPT,
        service_connect=changes("A target with weight 0 is left out", CONNECT_CONCEPTS),
        alb=keeps("A target group may have weight 0", ACTIONS),
        lattice=keeps("A target group may have weight 0", LATTICE_RULE),
    ),
    Feature(
        "target of a route",
        ("Route Spec.*.Action.WeightedTargets.*",),
        standalone=KEPT,
        service_connect=keeps("The ECS service behind the name", CONNECT_CONCEPTS),
        alb=keeps("A target group for each node and port", TARGETS),
        lattice=keeps("A target group for each node and port", LATTICE_TARGETS),
    ),
    Feature(
        "target of a gateway route",
        ("GatewayRoute Spec.*.Action.Target.**",),
        standalone=KEPT,
        service_connect=keeps("The name of the service", CONNECT_CONCEPTS),
        alb=keeps("The target groups of the service", TARGETS),
        lattice=keeps("The name of the service", LATTICE_SERVICE),
    ),
    kept_everywhere(
        "rewritten host",
        ("GatewayRoute Spec.*.Action.Rewrite.Hostname.DefaultTargetHostname",),
        "The host stays as it is",
        MOVING,
        where=is_one_of("DISABLED"),
    ),
    Feature(
        "rewritten host",
        ("GatewayRoute Spec.*.Action.Rewrite.Hostname.DefaultTargetHostname", "GatewayRoute ."),
        where=is_one_of("ENABLED").or_else(REWRITES_HOST),
        standalone=KEPT,
        service_connect=cannot("It rewrites nothing", CONNECT_CONCEPTS),
        alb=changes("App Mesh wrote the service's name as Host: a transform of the rule has to", TRANSFORMS),
        lattice=cannot("It rewrites nothing", LATTICE_LIMITS_OF_ROUTES),
    ),
    Feature(
        "rewritten host",
        ("GatewayRoute Spec.*.Action.Rewrite.Hostname.DefaultTargetHostname",),
        standalone=KEPT,
        service_connect=cannot("It rewrites nothing", CONNECT_CONCEPTS),
        alb=changes("A transform of the rule rewrites the host", TRANSFORMS),
        lattice=cannot("It rewrites nothing", LATTICE_LIMITS_OF_ROUTES),
    ),
    kept_everywhere(
        "rewritten path",
        ("GatewayRoute Spec.*.Action.Rewrite.Prefix.DefaultPrefix",),
        "The path stays as it is",
        MOVING,
        where=is_one_of("DISABLED"),
    ),
    Feature(
        "rewritten path",
        ("GatewayRoute Spec.*.Action.Rewrite.Prefix.DefaultPrefix", "GatewayRoute ."),
        where=is_one_of("ENABLED").or_else(REWRITES_PREFIX),
        standalone=KEPT,
        service_connect=cannot("It rewrites nothing", CONNECT_CONCEPTS),
        alb=changes("App Mesh replaced the prefix by /: a transform of the rule has to", TRANSFORMS),
        lattice=cannot("It rewrites nothing", LATTICE_LIMITS_OF_ROUTES),
    ),
    Feature(
        "rewritten path",
        ("GatewayRoute Spec.*.Action.Rewrite.Prefix.*", "GatewayRoute Spec.*.Action.Rewrite.Path.*"),
        standalone=KEPT,
        service_connect=cannot("It rewrites nothing", CONNECT_CONCEPTS),
        alb=changes("A transform of the rule rewrites the path", TRANSFORMS),
        lattice=cannot("It rewrites nothing", LATTICE_LIMITS_OF_ROUTES),
    ),
    Feature(
        "service without provider",
        ("VirtualService .",),
        where=HAS_NO_PROVIDER,
        codes=("AM359", "AM463"),
        standalone=KEPT,
        service_connect=changes("App Mesh answered 404; the name goes to DNS now", CONNECT_CONCEPTS),
        alb=keeps("A fixed response with status 404", ACTIONS),
        lattice=keeps("A fixed response with status 404", LATTICE_RULE),
    ),
)

RESILIENCE = (
    Feature(
        "retries switched off",
        ("Route Spec.*.RetryPolicy.**",),
        where=RETRIES_ARE_OFF,
        codes=("AM412",),
        standalone=KEPT,
        service_connect=cannot("It always tries twice more, also what must not be repeated", CONNECT_CONCEPTS),
        alb=keeps("It never repeats a request", PRACTICES_OF_A_MESH),
        lattice=keeps("It never repeats a request", PRACTICES_OF_A_MESH),
    ),
    Feature(
        "retries",
        ("Route Spec.*.RetryPolicy.**",),
        codes=("AM451",),
        standalone=KEPT,
        service_connect=changes("Always 2, on a failed connection or 503, and not as written", CONNECT_CONCEPTS),
        alb=loses("It never repeats a request: callers have to", PRACTICES_OF_A_MESH),
        lattice=loses("It never repeats a request: callers have to", PRACTICES_OF_A_MESH),
    ),
    Feature(
        NO_RETRIES,
        ("Route .",),
        where=lacks("retry policy", "RetryPolicy"),
        codes=("AM412",),
        standalone=keeps(
            "App Mesh's default of 2 retries is compiled in; DefaultRetryPolicy: off leaves it out", MOVING
        ),
        service_connect=keeps("2 retries, on a failed connection or 503", CONNECT_CONCEPTS),
        alb=loses("App Mesh tried twice more by default; a load balancer never does", PRACTICES_OF_A_MESH),
        lattice=loses("App Mesh tried twice more by default; Lattice never does", PRACTICES_OF_A_MESH),
    ),
    Feature(
        "time limit of a request",
        ("Route Spec.*.Timeout.PerRequest.*", "VirtualNode Spec.Listeners.Timeout.*.PerRequest.*"),
        codes=("AM455",),
        standalone=KEPT,
        service_connect=changes(
            "One limit at the server's endpoint, in seconds, for all routes to it", CONNECT_TIMEOUT
        ),
        alb=loses("It limits only silence, not the whole request: callers need a limit of their own", BALANCER),
        lattice=loses("It has no such limit below ten minutes: callers need one of their own", LATTICE_QUOTAS),
    ),
    Feature(
        NO_TIMEOUT,
        ("Route .",),
        where=lacks("time limit of a request", "Timeout.PerRequest"),
        standalone=KEPT,
        service_connect=keeps("Its default is 15 s too", CONNECT_TIMEOUT),
        alb=loses("App Mesh ended a request after 15 s by default; callers need a limit of their own", BALANCER),
        lattice=loses(
            "App Mesh ended a request after 15 s by default; callers need a limit of their own", LATTICE_QUOTAS
        ),
    ),
    Feature(
        "time limit of silence",
        ("Route Spec.*.Timeout.Idle.*", "VirtualNode Spec.Listeners.Timeout.*.Idle.*"),
        codes=("AM455",),
        standalone=KEPT,
        service_connect=changes("One limit at the server's endpoint, in seconds", CONNECT_TIMEOUT),
        alb=changes("One limit for the whole load balancer, 1 to 4,000 s", BALANCER),
        lattice=changes("One limit for each Lattice service, 60 to 600 s", LATTICE_SERVICE),
    ),
)
