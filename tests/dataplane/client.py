"""Asks from within a network, and counts: at the applications, and in Envoy's statistics."""

import json
from collections.abc import Callable
from math import exp, lgamma, log
from typing import Any

from tests.dataplane.network import Network


class Client:
    """Sends requests from a task, or from the hub: from outside."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def many(self, name: str, host: str, port: int, path: str = "/", **more: Any) -> list[dict[str, Any]]:
        request = {"host": host, "port": port, "path": path, "method": "GET", "headers": {}, "count": 1, **more}
        told: list[dict[str, Any]] = self._network.ask(name, "ask", json.dumps(request))
        return told

    def one(self, name: str, host: str, port: int, path: str = "/", **more: Any) -> dict[str, Any]:
        (told,) = self.many(name, host, port, path, **more)
        return {**told, **(json.loads(told["body"]) if told["body"].startswith("{") else {})}

    def served(self, name: str, port: int) -> int:
        """How many requests a task's application has answered; asked past its Envoy."""
        return int(self.one(name, "127.0.0.1", port, "/served")["served"])

    def counted(self, name: str, stat: str, admin_port: int = 9901) -> int:
        """A counter of a task's Envoy."""
        told = self.one(name, "127.0.0.1", admin_port, f"/stats?filter=^{stat}$")["body"]
        return int(told.rpartition(": ")[2])


def growth(count: Callable[[], dict[str, int]], of: Callable[[], object]) -> dict[str, int]:
    """By how much what `count` counts grows while `of` is done."""
    before = count()
    of()
    return {name: number - before[name] for name, number in count().items()}


def likely(of: int, chance: float, confidence: float = 0.999) -> range:
    """How often a choice is made in `of` throws, with this confidence: the binomial distribution without its tails."""
    tail = (1 - confidence) / 2

    def probability(hits: int) -> float:
        ways = lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)
        return exp(ways + hits * log(chance) + (of - hits) * log(1 - chance))

    low, below = 0, probability(0)
    while below <= tail:
        low += 1
        below += probability(low)
    high, above = of, probability(of)
    while above <= tail:
        high -= 1
        above += probability(high)
    return range(low, high + 1)
