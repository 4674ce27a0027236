"""How measures spread: published methods as pure functions, each with its formula and its source.

``rate`` takes numbers and gives numbers; ``reported`` is the one module that reads a graph.
"""

from __future__ import annotations

from qgraph.diffusion.rate import Interval, PromotionRate, promotion_rate
from qgraph.diffusion.reported import ReportedRate, reported_rates

__all__ = ["Interval", "PromotionRate", "ReportedRate", "promotion_rate", "reported_rates"]
