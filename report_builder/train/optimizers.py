"""The optimiser of resolved training settings, with its learning rate or its schedule in steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NotRequired, TypeAlias, TypedDict

import keras

from report_builder.errors import Problem, ReportError, near_miss

Rate: TypeAlias = float | Mapping[str, Any]  # a number, or a schedule: its kind and the arguments of its Keras class
NOT_CHOSEN = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}  # not optimisers on their own


class Optimizer(TypedDict):
    """An optimiser: its kind, and the arguments of its Keras class."""

    kind: str
    gradient_accumulation_steps: NotRequired[int | None]


class Learning(TypedDict):
    """How the weights learn."""

    optimizer: Optimizer
    learning_rate: Rate


def classes() -> dict[str, type[keras.Optimizer]]:
    """Keras' optimisers by their names in YAML."""
    found = vars(keras.optimizers).items()
    return {name.lower(): kind for name, kind in found if isinstance(kind, type) and name not in NOT_CHOSEN}


def make(settings: Learning, steps: int) -> keras.Optimizer:
    """Create the optimiser.

    Args:
        settings: the resolved `training` settings.
        steps: number of batches in an epoch.

    Raises:
        ReportError: this version of Keras has no such optimiser, or refuses its arguments.
    """
    name, known = settings["optimizer"]["kind"], classes()
    if name.lower() not in known:
        raise ReportError(Problem("training.optimizer", "unknown optimiser", repr(name), near_miss(name, known)))
    try:
        arguments = {key: value for key, value in settings["optimizer"].items() if key != "kind"}
        return known[name.lower()](learning_rate=learning_rate(settings["learning_rate"], steps), **arguments)
    except (TypeError, ValueError) as error:
        raise ReportError(Problem("training.optimizer", f"Keras' {name} does not take these arguments", str(error))) from error


def learning_rate(entry: Rate, steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Return a number as it is, and a schedule in epochs as Keras' schedule in steps."""
    if not isinstance(entry, Mapping):
        return float(entry)
    schedule = "".join(word.capitalize() for word in entry["kind"].split("_"))
    arguments = {
        name.replace("epochs", "steps"): value * steps if name.endswith("epochs") else value
        for name, value in entry.items()
        if name != "kind"
    }
    if "boundaries" in arguments:  # Keras keeps the old value in the step of the boundary itself
        arguments["boundaries"] = [round(epoch * steps) - 1 for epoch in arguments["boundaries"]]
    return vars(keras.optimizers.schedules)[schedule](**arguments)


def finish(every: Iterable[keras.Optimizer]) -> None:
    """Replace weights by their moving average, if an optimiser keeps one; a second call changes nothing more."""
    for optimizer in every:
        if optimizer.use_ema:
            optimizer.finalize_variable_values(optimizer._trainable_variables)  # noqa: SLF001  Keras' fit has one optimiser only
