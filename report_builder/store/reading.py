"""Reads the inputs of figures and metrics from finished steps; this code is part of their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import layer_arrays, layers_of
from report_builder.store.folder import Store, Stored
from report_builder.store.step import Step

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

# entries of a run's note that are costs, in addition to its `costs`
NOTED = ("epochs", "weights_epoch", "parameters", "non_trainable_parameters", "seconds")


def inputs(step: Step, store: Store) -> dict[str, Arrays]:
    """Read the inputs of a figure or metric, by name; facts of several seeds, `<name>@<seed>`, are combined.

    `spec["reads"]` has a name and a part for each input: the probe that a training answers, or the value of a facts step.

    Raises:
        ReportError: an input is damaged or missing.
    """
    read: dict[str, Arrays] = {}
    facts: dict[str, list[tuple[Stored, str, str]]] = {}
    for (name, part), key in zip(step.spec["reads"], step.inputs, strict=True):
        stored = store.find(key)
        if stored is None:
            raise ReportError(Problem("", "a stored step was damaged while it was needed", next_step="Run the command again."))
        if stored.meta["kind"] == "facts":
            fact, _, seed = name.partition("@")
            facts.setdefault(fact, []).append((stored, part, seed))
        else:
            read[name] = of_step(stored, part)
    for fact, found in facts.items():
        read[fact] = of_facts([stored for stored, _, _ in found], found[0][1], [int(seed) for _, _, seed in found if seed])
    return read


def of_step(step: Stored, part: str) -> Arrays:
    """Read the arrays of a finished step; for a training, a part of its own records."""
    return of_run(step, part) if step.meta["kind"] == "run" else arrays(step)


def of_run(run: Stored, part: str) -> Arrays:
    """Read a part of a training's own records.

    `history`: an array `(epochs,)` for each logged term; `costs`: numbers of shape `()`; `layers`: see `layer_arrays`; any
    other part is an `.npz` file of arrays, such as `progress`.
    """
    import numpy as np

    if part == "history":
        return {name: np.asarray(values) for name, values in run.json("history.json").items()}
    if part == "costs":
        note = {key: value for key, value in run.meta["note"].items() if key in NOTED} | run.meta["note"].get("costs", {})
        return {name: np.asarray(value) for name, value in note.items() if value is not None}
    if part == "layers":
        return layer_arrays(layers_of(run.json("summary.json")))
    return arrays(run, f"{part}.npz")


def of_facts(found: Sequence[Stored], metric: str, seeds: Sequence[int]) -> Arrays:
    """Read a value from one or more facts steps, one per seed, as figures use it; unit and title are those of the first."""
    import numpy as np

    values = [next(value for value in step.json("facts.json") if value["name"] == metric) for step in found]
    measured = {"value": np.array([each["value"] for each in values]), "seeds": np.array(seeds, dtype=np.int64)}
    return measured | {key: np.array(values[0][key]) for key in ("unit", "better", "reduction", "n", "title")}


def arrays(step: Stored, file: str = "arrays.npz") -> Arrays:
    """Read the arrays that a step stored."""
    import numpy as np

    with np.load(step.path(file)) as opened:
        return dict(opened)
