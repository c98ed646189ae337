"""Features of routes: which requests match."""

from appmesh_inject.exits.feature_conditions import HAS_NO_MATCH, is_not, is_one_of
from appmesh_inject.exits.features.feature import KEPT, Feature, kept_everywhere
from appmesh_inject.exits.sources import (
    CONDITIONS,
    CONNECT_CONCEPTS,
    LATTICE_LIMITS_OF_ROUTES,
    LATTICE_LISTENERS,
    LATTICE_RULE,
    LISTENERS,
    MOVING,
    RULES,
)
from appmesh_inject.exits.verdicts import cannot, changes, keeps

BOTH = "Route|GatewayRoute "
MATCHES_END = ("AM408", "AM409")
HEADERS = ("Headers", "Metadata")

NO_ROUTES = cannot(
    "Service Connect has no routes: a name leads to one ECS service, whatever the request says", CONNECT_CONCEPTS
)
NO_HEADERS_LIKE_IT = cannot("A rule compares headers exactly, by prefix or by part, and in no other way", LATTICE_RULE)
WITHOUT_CASE = changes("A rule compares the value without regard to case", CONDITIONS)


def _headers(*rest: str) -> tuple[str, ...]:
    return tuple(f"{BOTH}Spec.*.Match.{list_}.{each}" for list_ in HEADERS for each in rest)


MATCHES = (
    kept_everywhere(
        "every path",
        (f"{BOTH}Spec.*.Match.Prefix",),
        "The prefix / matches every request",
        MOVING,
        where=is_one_of("/"),
    ),
    Feature(
        "path prefix",
        (f"{BOTH}Spec.*.Match.Prefix",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the path with a wildcard at its end, of up to 128 characters", CONDITIONS),
        lattice=changes(
            "A rule matches prefixes; whether /a takes /ab too, as it did, is not documented", LATTICE_RULE
        ),
    ),
    Feature(
        "exact path",
        (f"{BOTH}Spec.*.Match.Path.Exact",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the path, of up to 128 characters", CONDITIONS),
        lattice=keeps("A rule matches an exact path, of up to 128 characters", LATTICE_RULE),
    ),
    Feature(
        "path by regular expression",
        (f"{BOTH}Spec.*.Match.Path.Regex",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the path takes regular expressions without lookarounds", RULES),
        lattice=cannot("A rule matches a path exactly or by prefix, not by regular expression", LATTICE_RULE),
    ),
    Feature(
        "method PATCH",
        (f"{BOTH}Spec.*.Match.Method",),
        where=is_one_of("PATCH"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the method takes every method", CONDITIONS),
        lattice=cannot("PATCH is not among the methods that a rule takes", LATTICE_RULE),
    ),
    Feature(
        "method",
        (f"{BOTH}Spec.*.Match.Method",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the method", CONDITIONS),
        lattice=keeps("A rule matches the method", LATTICE_RULE),
    ),
    Feature(
        "scheme",
        (f"{BOTH}Spec.*.Match.Scheme",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=changes("A rule belongs to a listener, HTTP or HTTPS: write it at the one of this scheme", LISTENERS),
        lattice=cannot("A rule does not match the scheme", LATTICE_RULE),
    ),
    Feature(
        "inverted match",
        _headers("Invert"),
        where=is_not("false"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=cannot("A condition cannot be inverted", CONDITIONS),
        lattice=cannot("A match cannot be inverted", LATTICE_RULE),
    ),
    kept_everywhere(
        "match that is not inverted",
        _headers("Invert"),
        "Invert: false is the default",
        MOVING,
    ),
    Feature(
        "header, exact or by prefix",
        _headers("Match.Exact", "Match.Prefix"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=WITHOUT_CASE,
        lattice=keeps("A rule matches up to five headers, exactly or by prefix", LATTICE_RULE),
    ),
    Feature(
        "header by suffix",
        _headers("Match.Suffix"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=changes("A wildcard at the start of the value, without regard to case", CONDITIONS),
        lattice=NO_HEADERS_LIKE_IT,
    ),
    Feature(
        "header by regular expression",
        _headers("Match.Regex"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on a header takes regular expressions without lookarounds", RULES),
        lattice=NO_HEADERS_LIKE_IT,
    ),
    Feature(
        "header in a range of numbers",
        _headers("Match.Range.*"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=cannot("A condition compares text, not numbers", CONDITIONS),
        lattice=NO_HEADERS_LIKE_IT,
    ),
    Feature(
        "presence of a header",
        _headers("Name"),
        where=HAS_NO_MATCH,
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=changes("A header condition with the value *, which also takes an empty value", CONDITIONS),
        lattice=NO_HEADERS_LIKE_IT,
    ),
    kept_everywhere(
        "name of a header",
        _headers("Name"),
        "The match beside it decides",
        MOVING,
    ),
    Feature(
        "query parameter",
        (f"{BOTH}Spec.*.Match.QueryParameters.**",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=changes("A condition on the query string, without regard to case", CONDITIONS),
        lattice=cannot("A rule does not match query parameters", LATTICE_LIMITS_OF_ROUTES),
    ),
    Feature(
        "gRPC service or method",
        (f"{BOTH}Spec.*.Match.ServiceName", f"{BOTH}Spec.*.Match.MethodName"),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the path /package.service/method", CONDITIONS),
        lattice=keeps("A rule on the path /package.service/method", LATTICE_RULE),
    ),
    Feature(
        "port of a request",
        (f"{BOTH}Spec.*.Match.Port",),
        standalone=KEPT,
        service_connect=keeps("A name has an endpoint for each port", CONNECT_CONCEPTS),
        alb=keeps("Each port has a listener, with rules of its own", LISTENERS),
        lattice=keeps("Each port has a listener, with rules of its own", LATTICE_LISTENERS),
    ),
    Feature(
        "order of routes",
        (f"{BOTH}Spec.Priority",),
        standalone=KEPT,
        service_connect=keeps("There are no routes to put in order", CONNECT_CONCEPTS),
        alb=keeps("Rules have priorities", RULES),
        lattice=keeps("Rules have priorities", LATTICE_RULE),
    ),
    Feature(
        "host name of a request",
        ("GatewayRoute Spec.*.Match.Hostname.*",),
        standalone=KEPT,
        service_connect=NO_ROUTES,
        codes=MATCHES_END,
        alb=keeps("A condition on the host, with a wildcard for a suffix", CONDITIONS),
        lattice=cannot("A Lattice service has one domain name of its own, and no way in from outside", LATTICE_RULE),
    ),
)
