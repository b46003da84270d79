"""No option of a figure is silently ignored: another value changes the figure, or is refused."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pydantic import ValidationError

from report_builder import languages
from report_builder.drawing._imports import settings
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Subject
from report_builder.plots._style import STYLE

ENGLISH = languages.load("en")
ARMS = ("ae", "vae", "wae")
PEOPLE = {
    name: Subject(name.upper(), f"model of {name}", "MNIST", seed, swept={"model.latent_dim": 2 * seed})
    for seed, name in enumerate((*ARMS, "cnn"), start=1)
}
COMMON: dict[str, Any] = {"width_cm": 9.0, "cell_cm": 0.5, "runs": ARMS[:1], "ink": "light", "threshold": 0.5}
OTHER: dict[str, dict[str, Any]] = {  # other values for options whose type suggests none, with the options that they need
    "architecture": {"parts": ("encoder",), "height_cm": ({"runs": ARMS[:2]}, 4.5)},
    "attribute_vector": {"attribute": 1, "multiples": (0.0, 2.0), "tolerance": None},
    "class_samples": {"classes": (1,), "epoch": 2, "judge": "cnn", "columns": 2},
    "code_map": {"methods": ("pca",), "labels": False, "n": 50},
    "condition_panel": {
        "rows": "class",
        "columns": "z",
        "classes": ({"rows": "class"}, (0, 2)),
        "asked_class": 1,
        "cell": ({"rows": "class"}, (1, 2)),
        "codes": ({"rows": "z", "columns": "class"}, 3),
        "attributes": {"bright": 1},
        "index": 3,
        "seed": ({"z": "fixed"}, 1),
    },
    "confidence": {"judge": "wae"},
    "confusion": {"classes": (0,), "n": 20, "judge": "cnn", "per_class": ({"judge": "cnn"}, 5), "seed": ({"judge": "cnn"}, 5)},
    "dataset_sheet": {"data": "vae", "classes": (0,), "n": 8, "attributes": ("bright",), "columns": ({"n": 8}, 3)},
    "decode_grid": {"limits": ((-1, 1), (-1, 1))},
    "error_by_class": {"n": 20},
    "extreme_reconstructions": {"n": 30},
    "four_corners": {"corners": (1, 0, 2, 0), "indices": (3, 1, 2, 0)},
    "interpolation": {"pairs": ((1, 2),), "indices": ((3, 1),)},
    "latent_cdf": {"axes": (2, 1), "labels": False, "n": 20, "seed": ({"codes": "drawn"}, 1)},
    "latent_explorer": {"n": 4, "points": 20, "seed": ({"space": "prior"}, 1)},
    "latent_histograms": {
        "n": 20,
        "rows": ({"columns": 1}, 1),
        "columns": ({"rows": 1}, 1),
        "dimensions": "smallest",
        "seed": ({"codes": "drawn"}, 1),
    },
    "latent_scatter": {
        "axes": (2, 1),
        "labels": False,
        "n": 20,
        "seed": ({"codes": "drawn"}, 1),
        "mark": ({"plain": True}, "cross"),
        "size": 30.0,
        "opacity": 0.1,
        "height_cm": 4.0,
    },
    "nearest_training": {"columns": 4},
    "pair_mean": {"pairs": ((1, 2),), "indices": ((3, 1),)},
    "prior_samples": {"axes": (2, 1), "n": 20, "width_cm": 14.0},
    "reconstructions": {"n": 7, "columns": 2},
    "samples": {"epoch": 2, "rows": 2, "columns": 2},
    "samples_by_epoch": {"epochs": (0, 3)},
    "sweep_curves": {
        "metrics": ("test.kl_loss",),
        "over": "model.beta",
        "lines": ("model.beta",),
        "log_over": ({"runs": ARMS}, True),
        "runs": ARMS[1:],
    },
    "sweep_panel": {
        "probe": {"kind": "decode_grid"},
        "metrics": ("test.kl_loss",),
        "digits": 1,
        "over": (),
        "columns": 1,
    },
    "training_curves": {"terms": ("kl_loss",)},
}


def other(field, value):
    """Return a value that differs from this one, chosen by the type of the field."""
    annotation = field.annotation
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is Literal:
        return next(each for each in get_args(annotation) if each != value)
    if annotation is bool:
        return not value
    if annotation is str:  # a split of the data
        return "test" if value == "train" else "train"
    return value + 1 if annotation is int else value * 0.7


def words(drawing):
    """Return the text printed below a figure, and the numbers behind it."""
    return (
        drawing.details,
        drawing.alt,
        drawing.live and drawing.live.tiles.tobytes(),
        str(drawing.table),
        drawing.figure.get_size_inches().tolist(),
    )


def pixels(drawing):
    """Return the painted pixels."""
    drawing.figure.set_dpi(60)
    canvas = FigureCanvasAgg(drawing.figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).tobytes()


def look_alike(kind, before, after, arrays_of):
    """Return whether both figures look the same to a reader."""
    with settings(STYLE, {}):
        drawings = [kind.draw(arrays_of(kind, each), each, PEOPLE, ENGLISH) for each in (before, after)]
        return all(look(drawings[0]) == look(drawings[1]) for look in (words, pixels))


def acts(kind, option, given, arrays_of):
    """Return whether another value of an option changes a figure's requests or appearance, or is refused by name."""
    special = OTHER[kind.name].get(option, COMMON.get(option, ...))
    beside, value = special if isinstance(special, tuple) and special and isinstance(special[0], dict) else ({}, special)
    before = kind.parameters.model_validate(given | beside)
    if special is ...:
        value = other(kind.parameters.model_fields[option], getattr(before, option))
    assert value != getattr(before, option)
    try:
        after = kind.parameters.model_validate(given | beside | {option: value})
        kind.check(after, PEOPLE)
        asked = [(kind.reads(each), kind.facts(each)) for each in (before, after)]
        return asked[0] != asked[1] or not look_alike(kind, before, after, arrays_of)
    except (ReportError, ValidationError) as error:
        return option in str(error)


@pytest.mark.parametrize("kind", [kind for _, kind in FIGURES], ids=FIGURES.names())
def test_every_option_acts_or_is_refused(kind, small, arrays_of):
    """Another value of any option changes the arrays that a figure requests or its appearance, or is refused by name."""
    given = small(kind).model_dump(exclude_unset=True)
    assert [option for option in kind.parameters.model_fields if not acts(kind, option, given, arrays_of)] == []
