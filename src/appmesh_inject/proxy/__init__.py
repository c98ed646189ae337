"""`appmesh-inject proxy`: what a running Envoy says of itself, in the mesh's words."""
