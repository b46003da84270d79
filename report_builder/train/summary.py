"""Layers of a model, as tables print them and figures draw them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NotRequired, TypedDict

import keras
import numpy as np


class Row(TypedDict):
    """A layer."""

    name: str
    type: str
    output_shape: list[int | None] | None
    parameters: int
    trainable: int
    inputs: NotRequired[list[str]]


def summary(model: keras.Model) -> dict[str, list[Row]]:
    """Layers by part of the model: name, type, output shape without the batch, parameters, trainable ones, inputs.

    A model that consists of models has one part for each of them, and another one for the layers and weights outside of them;
    any other model is one part. Each weight counts once, so that the parameters of all rows add up to those of the model.
    `inputs` names the layers of the part that a layer reads, and is absent if Keras keeps no graph of it.
    """
    inner = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    found: dict[str, list[Row]] = {}
    counted: set[int] = set()
    for part in (each for each in inner if not _joins(each, inner)):
        found[_free(part.name, found)] = _rows(part.layers, counted)
    own = _rows([layer for layer in model.layers if not isinstance(layer, keras.Model)], counted)
    if found:
        own = [{"inputs": [], **row} for row in own]  # it is unknown what they read
    if any(id(weight) not in counted for weight in model.weights):  # weights that no layer holds
        own.append({**_row(model, set(), counted), "inputs": []})
    return found | ({_free(model.name, found): own} if own else {})


def _joins(part: keras.Model, inner: Sequence[keras.Model]) -> bool:
    """Whether a part only chains other parts, as a model for training often does."""
    own, *others = ({id(weight) for weight in each.weights} for each in (part, *inner))
    return bool(own) and own == set().union(*(each for each in others if each < own))


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if another part has it."""
    number = 1
    while (found := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return found


def _rows(layers: Sequence[keras.Layer], counted: set[int]) -> list[Row]:
    names = {layer.name for layer in layers}
    return [_row(layer, names, counted) for layer in layers]


def _row(layer: keras.Layer, part: set[str], counted: set[int]) -> Row:
    shape = None
    with suppress(AttributeError):  # called more than once, outside Keras' graph, or with several outputs
        shape = layer.output.shape
    weights, trainable = ([w for w in each if id(w) not in counted] for each in (layer.weights, layer.trainable_weights))
    counted |= {id(weight) for weight in weights}
    row: Row = {
        "name": layer.name,
        "type": type(layer).__name__,
        "output_shape": list(shape[1:]) if shape is not None else None,
        "parameters": _count(weights),
        "trainable": _count(trainable),
    }
    if nodes := layer._inbound_nodes:  # noqa: SLF001 - no public attribute tells which layer reads which
        read = [parent.operation.name for parent in nodes[0].parent_nodes]
        row["inputs"] = [name for name in dict.fromkeys(read) if name in part]
    return row


def _count(weights: Iterable[keras.Variable]) -> int:
    return int(sum(np.prod(weight.shape) for weight in weights))
