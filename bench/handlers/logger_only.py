"""What a handler pays that imports Powertools' Logger and nothing else."""

from aws_lambda_powertools import Logger

logger = Logger(service="bench")


def handler(event: object, context: object) -> None: ...
