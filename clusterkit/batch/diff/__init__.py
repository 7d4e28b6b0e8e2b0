"""Two executed runs side by side: what their pages say differently, and what that comes from.

- ``values`` – when two numbers, texts or tables are the same;
- ``pieces`` – what a cell shows, taken apart: texts, tables and pictures;
- ``runs`` – the folders of reports, or single notebooks, that are compared;
- ``pages`` – the comparison of one page: its cells and the data beside it;
- ``causes`` – parameters, data, code, notebooks and versions that differ.
"""

from clusterkit.batch.diff.pages import KINDS, Comparison, Page, compare
from clusterkit.batch.diff.runs import Run, load_run
from clusterkit.batch.diff.values import Difference, Tolerance

__all__ = ["KINDS", "Comparison", "Difference", "Page", "Run", "Tolerance", "compare", "load_run"]
