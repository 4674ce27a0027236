"""How measures spread: published methods as pure functions, each with its formula and its source.

::

    records      events of a graph or of a file, and the cascades they form
    promotion    shares, delays and reported counts of promotion
    survival     Kaplan-Meier, Nelson-Aalen, Aalen-Johansen, Turnbull, log-rank
    growth       Bass, logistic and two-regime curves, forecasts and their backtest
    regression   panels, event history analysis, Cox
    networks     NetInf, edges against chance, bootstrap, censored rates, structure
    scores       innovativeness, lead and lag, exposure, autocorrelation
    simulation   cascades on a network, seed sets, coverage of our own intervals
    figures, report    drawing any result, and telling what a graph can say

Every analysis gives a :class:`Result`: its numbers as a table, and all that one needs to judge,
cite and repeat them. Where the data do not carry a number, it raises :class:`Refused`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgraph.diffusion.false_discovery import adjust
    from qgraph.diffusion.figures import draw
    from qgraph.diffusion.growth.adoption_series import AdoptionSeries, adoption_series
    from qgraph.diffusion.growth.backtest import Backtest, backtest
    from qgraph.diffusion.growth.comparison import CurveComparison, compare_growth
    from qgraph.diffusion.growth.curve import GrowthCurve, growth_curve
    from qgraph.diffusion.growth.forecast import Forecast, forecast
    from qgraph.diffusion.networks.blocks import Model
    from qgraph.diffusion.networks.calibrated import CalibratedNetwork
    from qgraph.diffusion.networks.kernel import Exponential, LogNormal, PowerLaw, Rayleigh
    from qgraph.diffusion.networks.netinf import infer
    from qgraph.diffusion.networks.netrate import RateNetwork, censored_rates
    from qgraph.diffusion.networks.network import Network
    from qgraph.diffusion.networks.significance import calibrate
    from qgraph.diffusion.networks.stability import StableNetwork, stability
    from qgraph.diffusion.networks.structure import Structure, structure
    from qgraph.diffusion.promotion.delays import adoption_delays, promotion_delays
    from qgraph.diffusion.promotion.rate import Interval, PromotionRate, promotion_rate
    from qgraph.diffusion.promotion.reported import ReportedRate, reported_rates
    from qgraph.diffusion.promotion.series import ReportedSeries, reported_series
    from qgraph.diffusion.records.cascades import Cascades, as_events, cascades, moments
    from qgraph.diffusion.records.events import Event, Events
    from qgraph.diffusion.records.layouts import events_text, read_events, write_events
    from qgraph.diffusion.records.recorded import measure_spells, recorded_events
    from qgraph.diffusion.records.ties import as_network, read_ties, recorded_ties
    from qgraph.diffusion.regression.coefficients import Regression
    from qgraph.diffusion.regression.cox import Cox, cox
    from qgraph.diffusion.regression.event_history import event_history
    from qgraph.diffusion.regression.panel import Panel, dyad_periods, unit_periods
    from qgraph.diffusion.regression.placebo import Placebo, placebo_test
    from qgraph.diffusion.replicates import replicate
    from qgraph.diffusion.result import Data, Method, Refused, Result
    from qgraph.diffusion.scores.dynamic_scores import DynamicScores, dynamic_rate_scores
    from qgraph.diffusion.scores.exposure import Exposure, exposure
    from qgraph.diffusion.scores.lead_lag import LeadLag, lead_lag
    from qgraph.diffusion.scores.moran import Moran, moran
    from qgraph.diffusion.scores.rate_scores import RateScores, rate_scores
    from qgraph.diffusion.simulation.coverage import CoverageReport, coverage_report
    from qgraph.diffusion.simulation.seeding import SeedChoice, choose_seeds
    from qgraph.diffusion.simulation.simulate import (
        SeedComparison,
        Simulation,
        compare_seed_sets,
        simulate_cascades,
    )
    from qgraph.diffusion.survival.curves import (
        CumulativeHazard,
        CumulativeIncidence,
        SurvivalCurve,
    )
    from qgraph.diffusion.survival.estimators import aalen_johansen, kaplan_meier, nelson_aalen
    from qgraph.diffusion.survival.life_table import LifeTable, life_table
    from qgraph.diffusion.survival.log_rank import LogRank, log_rank
    from qgraph.diffusion.survival.risk_table import RiskTable, risk_table
    from qgraph.diffusion.survival.spells import Spell, Spells
    from qgraph.diffusion.survival.turnbull import IntervalSurvival, turnbull
    from qgraph.diffusion.table import Column, Table, Words

__all__ = [
    "AdoptionSeries",
    "Backtest",
    "CalibratedNetwork",
    "Cascades",
    "Column",
    "CoverageReport",
    "Cox",
    "CumulativeHazard",
    "CumulativeIncidence",
    "CurveComparison",
    "Data",
    "DynamicScores",
    "Event",
    "Events",
    "Exponential",
    "Exposure",
    "Forecast",
    "GrowthCurve",
    "Interval",
    "IntervalSurvival",
    "LeadLag",
    "LifeTable",
    "LogNormal",
    "LogRank",
    "Method",
    "Model",
    "Moran",
    "Network",
    "Panel",
    "Placebo",
    "PowerLaw",
    "PromotionRate",
    "RateNetwork",
    "RateScores",
    "Rayleigh",
    "Refused",
    "Regression",
    "ReportedRate",
    "ReportedSeries",
    "Result",
    "RiskTable",
    "SeedChoice",
    "SeedComparison",
    "Simulation",
    "Spell",
    "Spells",
    "StableNetwork",
    "Structure",
    "SurvivalCurve",
    "Table",
    "Words",
    "aalen_johansen",
    "adjust",
    "adoption_delays",
    "adoption_series",
    "as_events",
    "as_network",
    "backtest",
    "calibrate",
    "cascades",
    "censored_rates",
    "choose_seeds",
    "compare_growth",
    "compare_seed_sets",
    "coverage_report",
    "cox",
    "draw",
    "dyad_periods",
    "dynamic_rate_scores",
    "event_history",
    "events_text",
    "exposure",
    "forecast",
    "growth_curve",
    "infer",
    "kaplan_meier",
    "lead_lag",
    "life_table",
    "log_rank",
    "measure_spells",
    "moments",
    "moran",
    "nelson_aalen",
    "placebo_test",
    "promotion_delays",
    "promotion_rate",
    "rate_scores",
    "read_events",
    "read_ties",
    "recorded_events",
    "recorded_ties",
    "replicate",
    "reported_rates",
    "reported_series",
    "risk_table",
    "simulate_cascades",
    "stability",
    "structure",
    "turnbull",
    "unit_periods",
    "write_events",
]

_HOMES = {
    "table": ("Column", "Table", "Words"),
    "result": ("Data", "Method", "Refused", "Result"),
    "replicates": ("replicate",),
    "false_discovery": ("adjust",),
    "figures": ("draw",),
    "records.events": ("Event", "Events"),
    "records.cascades": ("Cascades", "as_events", "cascades", "moments"),
    "records.layouts": ("events_text", "read_events", "write_events"),
    "records.recorded": ("measure_spells", "recorded_events"),
    "records.ties": ("as_network", "read_ties", "recorded_ties"),
    "promotion.rate": ("Interval", "PromotionRate", "promotion_rate"),
    "promotion.reported": ("ReportedRate", "reported_rates"),
    "promotion.series": ("ReportedSeries", "reported_series"),
    "promotion.delays": ("adoption_delays", "promotion_delays"),
    "survival.spells": ("Spell", "Spells"),
    "survival.risk_table": ("RiskTable", "risk_table"),
    "survival.estimators": ("aalen_johansen", "kaplan_meier", "nelson_aalen"),
    "survival.curves": ("CumulativeHazard", "CumulativeIncidence", "SurvivalCurve"),
    "survival.life_table": ("LifeTable", "life_table"),
    "survival.log_rank": ("LogRank", "log_rank"),
    "survival.turnbull": ("IntervalSurvival", "turnbull"),
    "growth.adoption_series": ("AdoptionSeries", "adoption_series"),
    "growth.curve": ("GrowthCurve", "growth_curve"),
    "growth.comparison": ("CurveComparison", "compare_growth"),
    "growth.backtest": ("Backtest", "backtest"),
    "growth.forecast": ("Forecast", "forecast"),
    "regression.panel": ("Panel", "dyad_periods", "unit_periods"),
    "regression.coefficients": ("Regression",),
    "regression.event_history": ("event_history",),
    "regression.cox": ("Cox", "cox"),
    "regression.placebo": ("Placebo", "placebo_test"),
    "networks.kernel": ("Exponential", "LogNormal", "PowerLaw", "Rayleigh"),
    "networks.blocks": ("Model",),
    "networks.network": ("Network",),
    "networks.netinf": ("infer",),
    "networks.calibrated": ("CalibratedNetwork",),
    "networks.significance": ("calibrate",),
    "networks.stability": ("StableNetwork", "stability"),
    "networks.netrate": ("RateNetwork", "censored_rates"),
    "networks.structure": ("Structure", "structure"),
    "scores.rate_scores": ("RateScores", "rate_scores"),
    "scores.dynamic_scores": ("DynamicScores", "dynamic_rate_scores"),
    "scores.lead_lag": ("LeadLag", "lead_lag"),
    "scores.exposure": ("Exposure", "exposure"),
    "scores.moran": ("Moran", "moran"),
    "simulation.simulate": (
        "SeedComparison",
        "Simulation",
        "compare_seed_sets",
        "simulate_cascades",
    ),
    "simulation.seeding": ("SeedChoice", "choose_seeds"),
    "simulation.coverage": ("CoverageReport", "coverage_report"),
}
"""Module -> what it is asked for: a module is loaded when one of its names is."""

_MODULES = {name: module for module, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:
    # Hidden from type checkers, to whom every misspelt name would otherwise be an attribute.
    def __getattr__(name: str) -> object:
        """Import a public name from the module where it lives, on first use (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"{__name__}.{_MODULES[name]}")
        globals()[name] = getattr(module, name)
        return globals()[name]


def __dir__() -> list[str]:
    """List the public names, those still to be loaded included."""
    return list(__all__)
