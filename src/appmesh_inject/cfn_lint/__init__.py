"""The edge towards cfn-lint: `cfn-lint -a appmesh_inject.cfn_lint`, for editors to underline what we refuse."""

from appmesh_inject.cfn_lint.rules import E9701, E9702, W9703

__all__ = ["E9701", "E9702", "W9703"]
