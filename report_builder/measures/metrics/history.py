"""Training history: epochs, time per epoch, and final values of the logged terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import HELD_OUT, Measured, Metric, ProbeRequest, Quantity, Role, Term, part_of
from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

TIME = "epoch_time"
OUTLIER = 3.5  # modified z-score, Iglewicz and Hoaglin 1993


class Parameters(Base):
    """The terms to read from the history."""

    terms: Annotated[tuple[str, ...], Role.TERMS] = Field(
        default=(),
        description="Logged terms whose last value becomes a fact, e.g. loss, kl_loss, val_loss; models log different ones.",
    )
    split: Annotated[str, Role.SPLIT] = Field(default="train", description="Second part of the facts' names.")


def reads(_: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the history of the run and its costs."""
    return {"history": ProbeRequest("history"), "costs": ProbeRequest("costs")}


def values(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the epochs, that of the weights, the time per epoch, its outliers, and the final value of each term."""
    known = requests["history"].terms
    logged = [(term, known.get(part_of(term)[1], Term(term))) for term in parameters.terms]
    return [
        Quantity("epochs", noise="fixed", reduction="count"),
        Quantity("weights_epoch", noise="fixed", reduction="epoch of the weights measured"),
        Quantity(TIME, "s", "lower", "fixed", "median over epochs"),
        Quantity(f"{TIME}_outliers", noise="fixed", reduction="modified z-score over 3.5"),
        *(Quantity(f"final_{name}", term.unit, term.better, "fixed", "last epoch", noun=_noun(name)) for name, term in logged),
    ]


def _noun(term: str) -> str:
    part, name = part_of(term)
    return f"last_epoch_{HELD_OUT[part]} {name}" if part in HELD_OUT else f"last_epoch {name}"


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure how long the training took and where it ended.

    `epochs`: their number; `weights_epoch`: the epoch of the measured weights, not the last one if early stopping restored the
    best; `epoch_time`: median in seconds; `epoch_time_outliers`: number of epochs with an unusual time (modified z-score,
    0.6745 |t - median| / MAD, over 3.5; the first epoch compiles); `final_<term>`: value in the last epoch.

    Raises:
        ReportError: if a term was not logged.
    """
    import numpy as np

    history = arrays["history"]
    if missing := [term for term in parameters.terms if term not in history]:
        raise ReportError(
            *(Problem("", "the run did not log this term", repr(term), near_miss(term, history)) for term in missing)
        )
    times = np.asarray(history[TIME], dtype=np.float64)
    n = len(times)
    found = {
        "epochs": Measured(n, n),
        "weights_epoch": Measured(int(arrays["costs"]["weights_epoch"]), n),
        TIME: Measured(float(np.median(times)), n),
        f"{TIME}_outliers": Measured(int(outliers(times).sum()), n),
    }
    return found | {f"final_{term}": Measured(float(history[term][-1]), len(history[term])) for term in parameters.terms}


def outliers(times: np.ndarray) -> np.ndarray:
    """Return which times are outliers, shape `(n,)` bool; the deviation scale is at least 1 % of the median."""
    import numpy as np

    distance = np.abs(times - np.median(times))
    spread = max(float(np.median(distance)), 0.01 * float(np.median(times)))
    return np.asarray(0.6745 * distance > OUTLIER * spread)


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
