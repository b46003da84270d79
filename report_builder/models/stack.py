"""Sequential networks from user-defined lists of layers; `Layers` is the type of such a list in `Parameters`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras

from report_builder.kinds import own_module
from report_builder.models._complaints import Place, check_arguments, shape_text, size, unknown_layer
from report_builder.models._layers import Layer, Layers
from report_builder.plain import Plain

__all__ = ["Layers", "stack"]

NO_LAYERS = {"Layer", "Wrapper", "InputLayer", "Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"}


def stack(layers: Sequence[Layer], x: keras.KerasTensor, what: str, ends: Sequence[int] | None = None) -> keras.KerasTensor:
    """Apply a list of layers to a tensor, one after the other, and return the result.

    Args:
        layers: list of layers, as passed to a model's `build`.
        x: input of the first layer, shape `(n, ...)`.
        what: name of the list, for messages, e.g. `encoder`.
        ends: required shape of the result without the batch axis; None: any.

    Raises:
        ReportError: if a layer does not exist, rejects its arguments or its input, or the result has another shape.
    """
    for index, entry in enumerate(layers):
        place, arguments = Place(what, index, entry.kind), {k: _plain(v) for k, v in entry.arguments.items()}
        kind = _class(place)
        check_arguments(place, kind, list(arguments))
        with place.complaints("it cannot be made with these arguments", x):
            layer = kind(**arguments)
        with place.complaints("it cannot be applied to its input", x):
            x = layer(x)
        if isinstance(x, list | tuple):
            raise place.problem("the layer must return a single tensor", shape_text(x))
    if ends is not None and tuple(x.shape)[1:] != tuple(ends):
        rule = "the last layer must give the shape of the images"
        raise place.problem(rule, shape_text(x), f"The images are {size(ends)}.")
    return x


def _plain(value: Plain) -> Plain:
    """Turn lists from YAML into tuples, as in Keras code."""
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _class(place: Place) -> type[keras.Layer]:
    """Return the class of a layer, from Keras or from a user's file."""
    file, own, name = place.kind.rpartition(".py:")
    found = vars(own_module(Path(f"{file}.py"), "layer") if own else keras.layers)
    known = {n: k for n, k in found.items() if isinstance(k, type) and issubclass(k, keras.Layer) and n not in NO_LAYERS}
    if name not in known:
        raise unknown_layer(place, list(known))
    return known[name]
