"""Finds the workloads in each kind of document, and reads their containers. Decides nothing."""
