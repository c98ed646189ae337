"""The commands of `appmesh-inject`, one module for each."""
