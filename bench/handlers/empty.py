"""The least that Lambda can start."""


def handler(event: object, context: object) -> None: ...
