"""``python -m qgraph`` is the same as ``qgraph``."""

from __future__ import annotations

from qgraph.cli import main

if __name__ == "__main__":
    main(prog_name="qgraph")
