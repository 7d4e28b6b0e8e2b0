"""Data that an analyst brings: each kind with a template, a check and a guide.

- ``kind`` – what a kind is; ``kinds`` – those that there are;
- ``taxonomy`` – categories of industries.
"""

from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.own.kinds import KINDS

__all__ = ["KINDS", "Kind", "Owner"]
