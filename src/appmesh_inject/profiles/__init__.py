"""The profiles, which decide what is done to a marked workload."""
