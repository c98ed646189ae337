"""Rules for cfn-lint that show our findings in editors: `cfn-lint -a appmesh_inject.cfn_lint`."""

from appmesh_inject.cfn_lint.rules import E9701, E9702, W9703

__all__ = ["E9701", "E9702", "W9703"]
