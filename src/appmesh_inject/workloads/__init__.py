"""The kinds of document that hold workloads: where those are, and how each kind spells its containers."""
