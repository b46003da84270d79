"""Layers of a trained model, as its run stored them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict

from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.kinds._measures import Arrays

MERGING = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")


class Row(TypedDict):
    """A layer in `summary.json`."""

    name: str
    type: str
    output_shape: Sequence[int | None] | None
    parameters: int
    trainable: NotRequired[int]
    inputs: NotRequired[Sequence[str]]


@frozen
class Layer:
    """A layer of a model.

    Attributes:
        part: inner model that it belongs to: `encoder`, `generator` ...
        name: unique within its part.
        type: name of its Keras class.
        shape: shape of its output without the batch, None for a side that varies; empty if unknown.
        parameters: number of its parameters.
        trainable: number of its trainable parameters.
        inputs: names of the layers of its part whose outputs it reads.
    """

    part: str
    name: str
    type: str
    shape: tuple[int | None, ...]
    parameters: int
    trainable: int
    inputs: tuple[str, ...]


def layers_of(summary: Mapping[str, Sequence[Row]]) -> tuple[Layer, ...]:
    """Layers that the `summary.json` of a run lists by part, in order."""
    return tuple(layer for part, rows in summary.items() for layer in _of_part(part, rows))


def _of_part(part: str, rows: Sequence[Row]) -> Iterator[Layer]:
    """Yield the layers of a part. A row without inputs reads the row above; a merging one, all rows that nothing has read."""
    unread: list[str] = []
    for row in rows:
        likely = unread if row["type"] in MERGING else unread[-1:] if row["type"] != "InputLayer" else []
        inputs = tuple(row.get("inputs", likely))
        unread = [*(name for name in unread if name not in inputs), row["name"]]
        shape, parameters = tuple(row["output_shape"] or ()), int(row["parameters"])
        moving = parameters // 2 if row["type"] == "BatchNormalization" else 0  # its moving mean and variance are not trained
        yield Layer(part, row["name"], row["type"], shape, parameters, row.get("trainable", parameters - moving), inputs)


def layer_arrays(layers: Sequence[Layer]) -> Arrays:
    """The layers as arrays, which figures read.

    Arrays: `part`, `name` and `type` (n,), unicode; `shape` (n, d), int64, sides of the output, padded with 0 at the end, -1
    for one that varies; `parameters` and `trainable` (n,), int64; `edges` (m, 2), int64, indices of a layer and of one that
    reads it.
    """
    import numpy as np

    place = {(layer.part, layer.name): i for i, layer in enumerate(layers)}
    sides = max((len(layer.shape) for layer in layers), default=0)
    shape = np.zeros((len(layers), sides), np.int64)
    for row, layer in zip(shape, layers, strict=True):
        row[: len(layer.shape)] = [-1 if side is None else side for side in layer.shape]
    edges = [(place[layer.part, name], i) for i, layer in enumerate(layers) for name in layer.inputs]
    return {
        "part": np.array([layer.part for layer in layers]),
        "name": np.array([layer.name for layer in layers]),
        "type": np.array([layer.type for layer in layers]),
        "parameters": np.array([layer.parameters for layer in layers], np.int64),
        "trainable": np.array([layer.trainable for layer in layers], np.int64),
        "shape": shape,
        "edges": np.array(edges, np.int64).reshape(-1, 2),
    }
