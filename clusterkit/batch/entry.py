"""What papermill finds under the engine's name: the engine itself, imported when it is first asked for.

papermill loads its entry points while it is imported itself, which the engine's module cannot wait for.
"""

from __future__ import annotations

from typing import Any


class InProcess:
    """``papermill --engine clusterkit``: see :mod:`clusterkit.batch.inprocess`."""

    @staticmethod
    def execute_notebook(*args: Any, **kwargs: Any) -> Any:
        """Run a notebook in this process."""
        return _engine().execute_notebook(*args, **kwargs)

    @staticmethod
    def nb_kernel_name(*args: Any, **kwargs: Any) -> str:
        """Name of the kernel that the notebook was written for."""
        return _engine().nb_kernel_name(*args, **kwargs)

    @staticmethod
    def nb_language(*args: Any, **kwargs: Any) -> str:
        """Language of the notebook."""
        return _engine().nb_language(*args, **kwargs)


def _engine() -> Any:
    from clusterkit.batch.inprocess import InProcessEngine

    return InProcessEngine
