"""Shows reviewers what a change does: `appmesh-inject diff`."""
