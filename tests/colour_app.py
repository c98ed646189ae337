"""The colour app of the examples on its way to Service Connect: the edits that a team makes in its template."""

from tests.conftest import REPOSITORY

STANDALONE = (REPOSITORY / "examples/standalone/template.yaml").read_text()
TAKING_PART = ("Gateway", "ColortellerWhite", "Tcpecho")
"""The tasks that keep a way in or out when all traffic goes to white."""


def edited(text: str, old: str, new: str, count: int = 1) -> str:
    assert text.count(old) == count
    return text.replace(old, new)


def with_one_colour(text: str) -> str:
    """Service Connect has no weights (AM407), so all of it goes to white."""
    return edited(text, "                Weight: 10\n", "                Weight: 0\n", 3)


def moved(text: str) -> str:
    """With the profile changed. A virtual gateway has nothing to go to in Service Connect (AM413), and stays."""
    text = edited(text, "    Profile: standalone\n", "    Profile: service-connect\n")
    gateway = "        VirtualGatewayName: !GetAtt IngressGateway.VirtualGatewayName\n        Envoy:\n"
    return edited(text, gateway, f"        Profile: standalone\n{gateway}")
