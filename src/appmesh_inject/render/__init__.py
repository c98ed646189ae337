"""Processes templates offline as CloudFormation would: parameters, snippets, transforms."""
