"""Controls above a report notebook in JupyterLab: they change its parameters, show what follows, and write them.

A notebook that is run in batch has none of it: its cell is tagged ``by-hand`` and left out.
"""

from clusterkit.controls.panel import controls

__all__ = ["controls"]
