"""Layers of one's own architecture, one behind the other; `Layers` is the type of such a list in `Parameters`."""

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
    """What layers make of a tensor.

    Args:
        layers: as a model's `build` is given them.
        x: the tensor that the first layer gets, shape `(n, ...)`.
        what: the list's name, for messages: `encoder`.
        ends: the shape, without the batch, that must come out; None: any.

    Raises:
        ReportError: a layer does not exist, refuses its arguments or its input, or another shape comes out.
    """
    for index, entry in enumerate(layers):
        place, arguments = Place(what, index, entry.kind), {k: _plain(v) for k, v in entry.arguments.items()}
        kind = _class(place)
        check_arguments(place, kind, list(arguments))
        with place.complaints("it cannot be made with these arguments", x):
            layer = kind(**arguments)
        with place.complaints("it cannot be applied to what comes in", x):
            x = layer(x)
        if isinstance(x, list | tuple):
            raise place.problem("one tensor must come out", shape_text(x))
    if ends is not None and tuple(x.shape)[1:] != tuple(ends):
        rule = "the last layer must give the shape of the images"
        raise place.problem(rule, shape_text(x), f"The images are {size(ends)}.")
    return x


def _plain(value: Plain) -> Plain:
    """Lists of YAML as the tuples that Keras' code writes."""
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _class(place: Place) -> type[keras.Layer]:
    """The class of a layer: Keras' own, or one of a file."""
    file, own, name = place.kind.rpartition(".py:")
    found = vars(own_module(Path(f"{file}.py"), "layer") if own else keras.layers)
    known = {n: k for n, k in found.items() if isinstance(k, type) and issubclass(k, keras.Layer) and n not in NO_LAYERS}
    if name not in known:
        raise unknown_layer(place, list(known))
    return known[name]
