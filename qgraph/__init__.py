"""A knowledge graph of institutional innovation, in which every statement carries its evidence.

Examples
--------
>>> import qgraph
>>> graph = qgraph.load()  # the bundled graph; or a file, a folder of tables, a store
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from qgraph.errors import QGraphError

__all__ = ["Graph", "QGraphError", "__version__", "load"]

__version__ = "0.1.0"

_HOMES = {"Graph": "qgraph.graph", "load": "qgraph.graph"}

if TYPE_CHECKING:
    from qgraph.graph import Graph, load
else:
    # The engine is loaded when it is asked for (PEP 562): `qgraph --help` needs none of it. Hidden
    # from type checkers, to whom every misspelt name would otherwise be an attribute.
    def __getattr__(name: str) -> object:
        """Import a public name from the module where it lives, on first use."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(_HOMES[name]), name)
        return globals()[name]


def __dir__() -> list[str]:
    """List the public names, those still to be loaded included."""
    return list(__all__)
