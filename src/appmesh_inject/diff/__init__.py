"""What a change does, as a reviewer wants to see it: `appmesh-inject diff`."""
