"""Data that an analyst brings: each kind with a template, a check and a guide.

- ``kind`` – what a kind is; ``kinds`` – those that there are;
- ``taxonomy`` – categories of industries;
- ``indicators`` – figures with what they are; ``framework`` – the parts of a scoreboard that they stand in;
- ``geometry`` – a boundary to draw; ``organisations`` – cluster organisations with their places;
- ``numbers`` – numbers as people write them.
"""

from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.own.kinds import KINDS

__all__ = ["KINDS", "Kind", "Owner"]
