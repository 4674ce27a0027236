"""Do our intervals and tests keep what they promise: each is tried on data of known truth."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.simulation.coverage_trials import TRIALS
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.simulation.coverage_trials import Trial

    Numbers = NDArray[np.float64]

__all__ = ["CoverageReport", "coverage_report"]

_ERRORS = 3.0
"""Monte Carlo standard errors by which chance may miss a bound."""

_METHOD = Method(
    name=Words("Coverage of our intervals, size of our tests", "区间覆盖率与检验水平的模拟检查"),
    formula="mean over replicates of 1(the interval holds the truth), or of the share of errors; "
    "Monte Carlo SE = sd / √replicates",
    citation=(
        "Morris, T. P., White, I. R. and Crowther, M. J. (2019). Using simulation studies to "
        "evaluate statistical methods. Statistics in Medicine 38(11), 2074-2102"
    ),
    assumptions=(
        Words(
            "What holds for these scenarios need not hold for others: fewer measures, stronger "
            "dependence, or a model that is wrong.",
            "结论仅适用于所列情形：措施更少、相依更强或模型设定错误时未必成立。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageReport(Result):
    """What was promised, and what came of it.

    Attributes
    ----------
    trials
        What was tried, one entry per row.
    replicates
        Per trial, those that gave an answer.
    refused
        Per trial, those in which the method refused to give one.
    empirical, error
        Per trial, share of intervals that hold the truth, or of errors; and the Monte Carlo
        standard error. NaN if no replicate gave an answer.
    kept
        Per trial, whether the promise is kept, within three standard errors.
    """

    trials: tuple[Trial, ...]
    replicates: NDArray[np.intp]
    refused: NDArray[np.intp]
    empirical: Numbers
    error: Numbers
    kept: NDArray[np.bool_]

    @property
    def table(self) -> Table:
        """One row per trial."""
        return Table(
            (
                Column("trial", Words("Trial", "试验"), [one.key for one in self.trials]),
                Column("method", Words("Method", "方法"), [one.method.en for one in self.trials]),
                Column("promise", Words("Promise", "承诺"), [_promise(one) for one in self.trials]),
                Column(
                    "nominal",
                    Words("Nominal", "名义水平"),
                    [one.nominal for one in self.trials],
                    ".3f",
                ),
                Column("empirical", Words("Empirical", "实际水平"), self.empirical.tolist(), ".3f"),
                Column("error", Words("Standard error", "标准误"), self.error.tolist(), ".3f"),
                Column("replicates", Words("Replicates", "重复次数"), self.replicates.tolist()),
                Column("refused", Words("Refused", "拒绝次数"), self.refused.tolist()),
                Column("kept", Words("Kept", "达标"), self.kept.tolist()),
                Column("truth", Words("Truth", "真实情形"), [one.truth.en for one in self.trials]),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many promises are kept."""
        return (
            ("trials", Words("promises tried", "检查的承诺数"), len(self.trials)),
            ("kept", Words("promises kept", "达标数"), int(self.kept.sum())),
        )


def coverage_report(
    *,
    replicates: int = 1000,
    only: Sequence[str] = (),
    trials: Sequence[Trial] = TRIALS,
    seed: int = 0,
    jobs: int | None = None,
) -> CoverageReport:
    """Simulate from known truths and count how often our intervals and tests are right.

    Parameters
    ----------
    replicates
        Data sets per trial, at least 2; costly trials, such as those with a bootstrap in each
        replicate, take their own share of these, but at least 2.
    only
        Keys of the trials to run; all by default.
    trials
        What there is to try.
    seed
        Of all random numbers; those of one trial do not depend on which others are run.
    jobs
        See :func:`qgraph.diffusion.replicates.replicate`.

    Returns
    -------
    CoverageReport
        One row per trial.

    Raises
    ------
    QGraphError
        If there is no trial of a name, or there are fewer than 2 replicates.

    References
    ----------
    Morris, T. P., White, I. R. and Crowther, M. J. (2019). Using simulation studies to evaluate
    statistical methods. Statistics in Medicine 38(11), 2074-2102.
    """
    known = {trial.key: trial for trial in trials}
    strangers = [key for key in only if key not in known]
    if strangers:
        raise QGraphError(
            f"there is no trial {', '.join(map(repr, strangers))}",
            hint=f"Trials are {', '.join(known)}.",
        )
    if replicates < 2:
        raise QGraphError(f"{replicates} replicates are too few", hint="Give at least 2.")
    chosen = tuple(trial for trial in trials if not only or trial.key in only)
    rows = [_tried(trial, replicates, seed, jobs) for trial in chosen]
    answers, refused = zip(*rows, strict=True)
    empirical = np.array([one.mean() if len(one) else np.nan for one in answers])
    error = np.array([_error(one) for one in answers])
    return CoverageReport(
        method=_METHOD,
        settings={"replicates": replicates, "only": list(only)},
        warnings=tuple(
            Words(
                f"{trial.method.en}: coverage is among the {len(one)} replicates that were not "
                f"refused ({lost} were).",
                f"{trial.method.zh}：覆盖率仅统计未被拒绝的{len(one)}次重复（拒绝{lost}次）。",
            )
            for trial, one, lost in zip(chosen, answers, refused, strict=True)
            if lost
        ),
        seed=seed,
        trials=chosen,
        replicates=np.array([len(one) for one in answers]),
        refused=np.array(refused),
        empirical=empirical,
        error=error,
        kept=np.array(
            [
                _is_kept(trial, share, spread)
                for trial, share, spread in zip(chosen, empirical, error, strict=True)
            ]
        ),
    )


def _tried(trial: Trial, replicates: int, seed: int, jobs: int | None) -> tuple[Numbers, int]:
    """Run one trial: outcomes, and how many replicates were refused."""
    count = max(2, round(replicates * trial.share))
    own = np.random.SeedSequence([seed, zlib.crc32(trial.key.encode())])
    entropy = int(own.generate_state(1, np.uint64)[0])
    outcomes = list(replicate(trial.once, count, entropy, jobs=jobs, label=trial.key))
    answers = np.array([one for one in outcomes if one is not None], dtype=np.float64)
    return answers, count - len(answers)


def _error(answers: Numbers) -> float:
    return float(answers.std(ddof=1) / np.sqrt(len(answers))) if len(answers) > 1 else np.nan


def _is_kept(trial: Trial, empirical: float, error: float) -> bool:
    """Tell whether a promise is kept, or missed by no more than chance would."""
    excess = empirical - trial.nominal
    chance = _ERRORS * error
    if trial.promise == "at least":
        return bool(excess >= -chance)
    if trial.promise == "at most":
        return bool(excess <= chance)
    return bool(abs(excess) <= trial.allowance + chance)


def _promise(trial: Trial) -> str:
    if trial.promise == "about":
        return f"within {trial.allowance:g} of nominal"
    return f"{trial.promise} nominal"
