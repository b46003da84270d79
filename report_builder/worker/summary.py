"""The layers of a model, as a table can print them."""

from __future__ import annotations

from typing import Any

import keras


def summary(model: Any) -> dict[str, list[dict[str, Any]]]:
    """Layers by part of the model: name, type, output shape without the batch, parameters.

    A model that consists of models has one part for each; any other is one part.
    """
    parts = [layer for layer in model.layers if isinstance(layer, keras.Model)] or [model]
    return {part.name: [_row(layer) for layer in part.layers] for part in parts}


def _row(layer: Any) -> dict[str, Any]:
    shape = getattr(getattr(layer, "output", None), "shape", None)  # None: called more than once, or not by Keras' graph
    return {
        "name": layer.name,
        "type": type(layer).__name__,
        "output_shape": list(shape[1:]) if shape is not None else None,
        "parameters": layer.count_params(),
    }
