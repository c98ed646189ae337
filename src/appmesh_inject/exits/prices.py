"""The prices of AWS by which the exits are compared: US dollars, us-east-1, on demand."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.exits.sources import Source

DAY = "2026-11-26"
"""When the prices were last read. They are an estimate for a comparison, not a bill."""

_PRICING = "https://aws.amazon.com"
FARGATE = Source("AWS Fargate pricing", f"{_PRICING}/fargate/pricing/", DAY)
ELB = Source("Elastic Load Balancing pricing", f"{_PRICING}/elasticloadbalancing/pricing/", DAY)
LATTICE = Source("Amazon VPC Lattice pricing", f"{_PRICING}/vpc/lattice/pricing/", DAY)
ROUTE_53 = Source("Amazon Route 53 pricing", f"{_PRICING}/route53/pricing/", DAY)
RESERVED = Source(
    "Service Connect configuration overview",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html",
    DAY,
)
OURS = Source("Which way out", "guides/exits.md", DAY)


class Price(NamedTuple):
    """A price, or another number that the sums need. unit: what it is for."""

    value: float
    unit: str
    source: Source


PRICES: Mapping[str, Price] = {
    "hours": Price(730, "hours a month", OURS),
    "sidecar_vcpu": Price(0.25, "vCPU that a sidecar takes", RESERVED),
    "sidecar_gb": Price(0.0625, "GB of memory that a sidecar takes", RESERVED),
    "fargate_vcpu_hour": Price(0.04048, "$ for a vCPU and hour", FARGATE),
    "fargate_gb_hour": Price(0.004445, "$ for a GB of memory and hour", FARGATE),
    "alb_hour": Price(0.0225, "$ for a load balancer and hour", ELB),
    "alb_lcu_hour": Price(0.008, "$ for a capacity unit (LCU) and hour", ELB),
    "alb_lcu_gb": Price(1, "GB an hour in an LCU", ELB),
    "alb_lcu_connections": Price(25, "new connections a second in an LCU", ELB),
    "alb_lcu_rules": Price(1000, "rule evaluations a second in an LCU", ELB),
    "alb_free_rules": Price(10, "rules that are evaluated free", ELB),
    "requests_per_connection": Price(100, "requests that share a connection", OURS),
    "lattice_service_hour": Price(0.025, "$ for a Lattice service and hour", LATTICE),
    "lattice_gb": Price(0.025, "$ for a GB", LATTICE),
    "lattice_million_requests": Price(0.10, "$ for a million requests above the free ones", LATTICE),
    "lattice_free_requests": Price(300000, "requests an hour and service that are free", LATTICE),
    "zone_month": Price(0.50, "$ for a private zone and month", ROUTE_53),
}
