"""clusterkit: map the industrial clusters of European regions and publish what was found.

Importing this package touches no network, and no disk but the package itself. The parts, each a folder:
``data`` (raw files to checked tables), ``mapping`` (tables to statistics), ``show``
(statistics to sentences, figures and tables) and ``batch`` (notebooks to a website).
"""

__version__ = "0.1.0"
