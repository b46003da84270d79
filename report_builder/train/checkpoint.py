"""Files of a run: the checkpoint between two epochs, and the final weights. Each is complete or absent, without pickles."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from report_builder.errors import Problem, RunError
from report_builder.store import write_atomically
from report_builder.train.loop import Training, weights

STATE = "state"  # epoch and history, as JSON


def save(training: Training, path: Path) -> None:
    """Save what the next epoch starts from: weights, optimiser, history, epoch.

    The random state is not saved, because it is set from (seed, epoch).
    """
    state = json.dumps({"epoch": training.epoch, "history": training.history})
    save_arrays({STATE: np.array(state)} | _values(training.variables()), path)


def restore(training: Training, path: Path) -> bool:
    """Continue from a checkpoint; return False, with nothing changed, if there is none that fits."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            values = dict(stored)
        state = json.loads(str(values.pop(STATE)))
    except (FileNotFoundError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return False
    variables = training.variables()
    if not _fits(values, variables):
        return False
    _assign(values, variables)
    training.epoch, training.history = int(state["epoch"]), state["history"]
    return True


def save_weights(model: keras.Model, path: Path) -> None:
    """Save the model's weights as an uncompressed `.npz`; equal weights give equal bytes."""
    save_arrays(_values(weights(model)), path)


def load_weights(model: keras.Model, path: Path) -> None:
    """Load stored weights into a model of the same architecture.

    Raises:
        RunError: the architecture differs.
    """
    with np.load(path, allow_pickle=False) as stored:
        values = dict(stored)
    there = weights(model)
    if not _fits(values, there):
        stored, built = ({name: tuple(each.shape) for name, each in found.items()} for found in (values, there))
        name = next(name for name in sorted({*stored, *built}) if stored.get(name) != built.get(name))
        received = f"{name}: stored {stored.get(name, 'none')}, built {built.get(name, 'none')}"
        rule, step = "these weights belong to another architecture", "Remove the run and train it again."
        raise RunError(Problem(str(path), rule, received, next_step=step))
    _assign(values, there)


def save_arrays(arrays: Mapping[str, np.ndarray], path: Path) -> None:
    """Save named arrays as an uncompressed `.npz` without pickles."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{name: np.asarray(array) for name, array in arrays.items()})
    write_atomically(path, buffer.getvalue())


def _values(variables: Mapping[str, keras.Variable]) -> dict[str, np.ndarray]:
    return {name: np.asarray(variable) for name, variable in variables.items()}


def _fits(values: Mapping[str, np.ndarray], variables: Mapping[str, keras.Variable]) -> bool:
    return {n: v.shape for n, v in values.items()} == {n: tuple(v.shape) for n, v in variables.items()}


def _assign(values: Mapping[str, np.ndarray], variables: Mapping[str, keras.Variable]) -> None:
    for name, variable in variables.items():
        variable.assign(values[name])
