"""The layers of a model, as a table can print them and a figure can draw them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def summary(model: Any) -> dict[str, list[dict[str, Any]]]:
    """Layers by part of the model: name, type, output shape without the batch, parameters, trainable ones, inputs.

    A model that consists of models has one part for each; any other is one part. `inputs` names the layers of the part that a
    layer reads, and is absent where Keras keeps no graph of it.
    """
    parts = [layer for layer in model.layers if isinstance(layer, keras.Model)] or [model]
    return {part.name: [_row(layer, {other.name for other in part.layers}) for layer in part.layers] for part in parts}


def _row(layer: Any, part: set[str]) -> dict[str, Any]:
    shape = getattr(getattr(layer, "output", None), "shape", None)  # None: called more than once, or not by Keras' graph
    row = {
        "name": layer.name,
        "type": type(layer).__name__,
        "output_shape": list(shape[1:]) if shape is not None else None,
        "parameters": layer.count_params(),
        "trainable": int(sum(np.prod(weights.shape) for weights in layer.trainable_weights)),
    }
    nodes = getattr(layer, "_inbound_nodes", [])
    if nodes:
        read = [parent.operation.name for parent in nodes[0].parent_nodes]
        row["inputs"] = [name for name in dict.fromkeys(read) if name in part]
    return row
