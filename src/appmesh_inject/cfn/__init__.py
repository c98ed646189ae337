"""Reads and edits CloudFormation documents: paths, functions, text, merging. Nothing here is about ECS or App Mesh."""
