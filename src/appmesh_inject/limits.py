"""Quotas of AWS, each once, with its source."""

CONTAINERS_OF_A_TASK = 10
"""Container definitions in a task definition. ECS developer guide, "Amazon ECS service quotas"; not adjustable."""
