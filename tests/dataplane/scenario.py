"""Who there is in template.yaml, under which addresses and names, and what runs beside each Envoy."""

from tests.dataplane.network import HUB

NOWHERE = "10.10.10.10"
"""The names of virtual services lead to an address where nothing listens: Envoy takes the traffic before."""

ADDRESSES = {
    "client": "10.99.0.10",
    "white": "10.99.0.11",
    "black": "10.99.0.12",
    "pair": "10.99.0.13",
    "pair2": "10.99.0.14",
    "db": "10.99.0.15",
    "rpc": "10.99.0.16",
    "secure": "10.99.0.17",
    "half": "10.99.0.18",
    "anonymous": "10.99.0.19",
    "door": "10.99.0.20",
    "free": "10.99.0.21",
    "binary": "10.99.0.22",
}
SERVICES = (
    "teller",
    "routed",
    "pair",
    "hasty",
    "db",
    "rpc",
    "secure",
    "misnamed",
    "half",
    "open",
    "binary",
    "retried",
    "once",
)
ZONE = {
    **{f"{name}.internal": [address] for name, address in ADDRESSES.items()},
    "pair.internal": [ADDRESSES["pair"], ADDRESSES["pair2"]],
    **{f"{name}.local": [NOWHERE] for name in SERVICES},
    "outside.example": [HUB],
}
APPLICATIONS = {
    "white": ("http", "white", "9080"),
    "black": ("http", "black", "9080"),
    "pair": ("http", "pair", "9081"),
    "pair2": ("http", "pair2", "9081"),
    "db": ("banner", "db", "3306"),
    "rpc": ("grpc_server", "rpc", "50051"),
    "binary": ("grpc_server", "binary", "50052"),
    "secure": ("http", "secure", "9443"),
    "half": ("http", "half", "9444"),
}
