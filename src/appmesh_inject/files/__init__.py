"""Reads and writes YAML and JSON, with the position of each value."""
