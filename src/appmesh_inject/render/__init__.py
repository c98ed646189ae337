"""Plays CloudFormation offline: snippets, transforms, parameters."""
