"""The profiles: what each makes of a marked workload."""
