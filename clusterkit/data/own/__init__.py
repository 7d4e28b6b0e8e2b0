"""Data that an analyst brings: each kind with a template, a check and a guide.

- ``kind`` – what a kind is; ``kinds`` – those that there are;
- ``taxonomy`` – categories of industries;
- ``industry`` – figures of industries at any depth of NACE;
- ``indicators`` – figures with what they are; ``framework`` – the parts of a scoreboard that they stand in;
- ``geometry`` – a boundary to draw; ``organisations`` – cluster organisations with their places;
- ``numbers`` – numbers as people write them.
"""

from clusterkit.data.own.industry import BENCHMARK, OwnIndustry, read_own_industry
from clusterkit.data.own.kind import Kind, Owner
from clusterkit.data.own.kinds import KINDS

__all__ = ["BENCHMARK", "KINDS", "Kind", "OwnIndustry", "Owner", "read_own_industry"]
