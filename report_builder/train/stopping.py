"""Early stopping as a function of the history, so that a resumed run needs no other state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from report_builder.errors import Problem, RunError, near_miss

History = Mapping[str, Sequence[float]]


class EarlyStopping(TypedDict):
    """When a training ends before its last epoch, as in `spec/training.py`."""

    monitor: str
    mode: NotRequired[str]
    min_delta: NotRequired[float]
    patience: NotRequired[int]
    start_from_epoch: NotRequired[int]
    restore_best_weights: NotRequired[bool]


def over(settings: EarlyStopping | None, history: History) -> bool:
    """Whether the training ends here.

    Args:
        settings: the resolved `early_stopping`; None never ends it.
        history: the terms of all epochs done.

    Raises:
        RunError: the history has no term of the name `monitor`.
    """
    if settings is None or not history:
        return False
    done, start = len(_series_of(settings["monitor"], history)), int(settings["start_from_epoch"])
    waited = done - (_best(settings, history) or start)
    return done > start and waited >= max(1, int(settings["patience"]))


def best_epoch(settings: EarlyStopping | None, history: History) -> int | None:
    """Epoch, counted from 1, after which the watched term was best; without settings, `val_loss`, if it is logged."""
    if settings is None:
        return _best({"monitor": "val_loss"}, history) if "val_loss" in history else None
    return _best(settings, history) if history else None


def _best(settings: EarlyStopping, history: History) -> int | None:
    """Last epoch that improved on the best before it by more than `min_delta`."""
    sign = -1 if settings.get("mode") == "max" else 1
    best, epoch = float("inf"), None
    for number, value in enumerate(_series_of(settings["monitor"], history), 1):
        if number > settings.get("start_from_epoch", 0) and sign * value < best - settings.get("min_delta", 0.0):
            best, epoch = sign * value, number
    return epoch


def _series_of(monitor: str, history: History) -> Sequence[float]:
    if monitor not in history:
        allowed = near_miss(monitor, set(history) - {"epoch_time"})
        raise RunError(Problem("training.early_stopping.monitor", "the history has no such term", repr(monitor), allowed))
    return history[monitor]
