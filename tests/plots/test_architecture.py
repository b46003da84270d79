"""Diagrams of models."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from report_builder import languages
from report_builder.errors import ReportError
from report_builder.kinds import Subject, layer_arrays, layers_of
from report_builder.plots._boxes import laid
from report_builder.plots._diagram import parts_of
from report_builder.plots._style import STYLE

ENGLISH = languages.load("en")


def row(name, type_, shape, *inputs, parameters=0):
    """Return a layer as a run stores it."""
    told = {"name": name, "type": type_, "output_shape": list(shape), "parameters": parameters, "trainable": parameters}
    return told | {"inputs": list(inputs)}


def encoder():
    """Return an encoder of an image and a condition, with separate layers for the mean and variance of the code."""
    return [
        row("image", "InputLayer", (8, 8, 1)),
        row("conv", "Conv2D", (4, 4, 8), "image", parameters=80),
        row("norm", "BatchNormalization", (4, 4, 8), "conv", parameters=32),
        row("relu", "LeakyReLU", (4, 4, 8), "norm"),
        row("flat", "Flatten", (128,), "relu"),
        row("condition", "InputLayer", (10,)),
        row("both", "Concatenate", (138,), "flat", "condition"),
        row("z_mean", "Dense", (2,), "both", parameters=278),
        row("z_log_var", "Dense", (2,), "both", parameters=278),
    ]


def decoder(blocks=1):
    """Return a decoder of a code, with this number of blocks of three layers."""
    rows = [row("z", "InputLayer", (2,)), row("dense", "Dense", (64,), "z", parameters=192)]
    for i in range(blocks):
        rows.append(row(f"conv{i}", "Conv2DTranspose", (8, 8, 1), rows[-1]["name"], parameters=10))
        rows.append(row(f"norm{i}", "BatchNormalization", (8, 8, 1), f"conv{i}", parameters=4))
        rows.append(row(f"relu{i}", "ReLU", (8, 8, 1), f"norm{i}"))
    return rows


def model(**parts):
    """Return the arrays of a model."""
    return layer_arrays(layers_of(parts or {"encoder": encoder(), "decoder": decoder()}))


def residual():
    """Return layers of which one output is read by the next layer and by a later one."""
    names = [("a", "InputLayer"), ("b", "Dense"), ("c", "Dense"), ("d", "Dense"), ("sum", "Add"), ("e", "Dense")]
    reads = {"b": ("a",), "c": ("b",), "d": ("c",), "sum": ("d", "b"), "e": ("sum",)}
    return [row(name, type_, (4,), *reads.get(name, ())) for name, type_ in names]


def test_layers_that_only_follow_are_told_in_one_box():
    """Normalisation and activation share the box of the preceding convolution, and an input is drawn where it is used."""
    part = parts_of(model(), 2)[0]
    levels = [[part.boxes[i] for i in row] for row in part.rows]
    told = [[box.end or "/".join(box.types) for box in level] for level in levels]
    expected = [["image"], ["Conv2D/BatchNormalization/LeakyReLU"], ["Flatten", "condition"], ["Concatenate"]]
    assert told == [*expected, ["Dense", "Dense"], ["moments"]]
    assert part.parameters == 80 + 32 + 2 * 278


def test_what_goes_in_and_out_has_a_name():
    """The code is distinguished from a condition by its length, and the output of a decoder is an image."""
    arrays = model(decoder=[*decoder(), row("told", "InputLayer", (10,)), row("last", "Concatenate", (11,), "relu0", "told")])
    assert [box.end for box in parts_of(arrays, 2)[0].boxes if box.end] == ["code", "condition", "image"]


def test_a_box_read_by_two_is_not_hidden():
    """A minor layer has a box of its own if another layer also reads the layer before it."""
    rows = [
        row("a", "InputLayer", (4,)),
        row("b", "Dense", (4,), "a"),
        row("r", "ReLU", (4,), "b"),
        row("s", "Add", (4,), "r", "b"),
    ]
    assert [box.types for box in parts_of(model(network=rows), None)[0].boxes] == [(), ("Dense",), ("ReLU",), ("Add",), ()]


def overlapping(boxes):
    """Return the pairs of overlapping boxes."""

    def apart(a, b):
        beside = abs(a.x - b.x) >= (a.width + b.width) / 2 - 1e-9
        return beside or a.bottom <= b.top + 1e-9 or b.bottom <= a.top + 1e-9

    return [(a, b) for a, b in itertools.combinations(boxes, 2) if not apart(a, b)]


@pytest.mark.parametrize("blocks", [1, 8, 20])
def test_large_models_are_folded(blocks):
    """S3-F13: a model of sixty layers is drawn in several columns, inside the page and without overlapping boxes."""
    parts = parts_of(model(encoder=encoder(), decoder=decoder(blocks)), 2)
    drawn = laid(parts, width=16, tallest=16, language=ENGLISH)
    boxes = [box for placed in drawn.parts for box in placed]
    assert not overlapping(boxes)
    assert max(box.bottom for box in boxes) <= 16
    assert max(box.x + box.width / 2 for box in boxes) <= 16 + 1e-9
    assert max(box.column for box in boxes) == {1: 1, 8: 2, 20: 3}[blocks]


def test_a_model_that_does_not_fit_is_refused():
    """A model that no number of columns makes legible is refused."""
    with pytest.raises(ReportError, match="does not fit on a page"):
        laid(parts_of(model(network=decoder(80)), 2), width=8, tallest=8, language=ENGLISH)


def test_a_box_that_is_too_narrow_is_refused(drawn):
    """In a column of a third of the page, two parts side by side do not fit, but one does."""
    with pytest.raises(ReportError, match=r"wider than its box(.|\n)*BatchNormalization"):
        drawn("architecture", {"vae": model()}, width_cm=5.2)
    assert drawn("architecture", {"vae": model()}, width_cm=5.2, parts=["decoder"])


def test_text_stays_in_its_box(drawn):
    """Every text of a box is inside the figure, and no text is wider than its box."""
    figure = drawn("architecture", {"vae": model(), "gan": model(generator=decoder(4))}, language="ru").figure
    with mpl.rc_context(fname=STYLE):
        figure.draw_without_rendering()
    (axes,) = figure.axes
    extents = [text.get_window_extent() for text in axes.texts]
    boxes = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    inside = [e for e in extents if any(b.x0 <= e.x0 and e.x1 <= b.x1 and b.y0 <= e.y0 and e.y1 <= b.y1 for b in boxes)]
    assert len(inside) == len(boxes)
    assert all(figure.bbox.x0 <= e.x0 and e.x1 <= figure.bbox.x1 for e in extents)


def test_a_way_around_other_boxes():
    """An arrow to a box further down passes next to the boxes in between."""
    from report_builder.plots._boxes import _inside

    drawn = laid(parts_of(model(network=residual()), None), width=16, tallest=16, language=ENGLISH)
    (around,) = [way for way in _inside(drawn) if len(way) == 4]
    assert around[1][0] > max(box.x + box.width / 2 for box in drawn.parts[0])


def test_parts_can_be_chosen(drawn):
    """A single part can be drawn, and for an unknown part the message lists the existing ones."""
    arrays = {"vae": model()}
    texts = [text.get_text() for text in drawn("architecture", arrays, parts=["decoder"]).figure.axes[0].texts]
    assert texts[:2] == ["decoder", "parameters: 206"]
    with pytest.raises(ReportError, match=r"no such part(.|\n)*Did you mean 'decoder'"):
        drawn("architecture", arrays, parts=["decodr"])


def test_a_summary_without_inputs():
    """If a training did not store inputs, each layer reads the previous one, and a merging layer all unread ones."""
    rows = [{key: value for key, value in each.items() if key not in ("inputs", "trainable")} for each in encoder()[:7]]
    layers = layers_of({"encoder": rows})
    assert [layer.inputs for layer in layers] == [tuple(each["inputs"]) for each in encoder()[:7]]
    assert layers[2].trainable == 16


def test_layers_as_arrays():
    """Variable dimensions are -1, missing ones 0, and edges lead from a layer to its reader."""
    arrays = model(network=[row("a", "InputLayer", (None, 4)), row("b", "Dense", (3,), "a")])
    np.testing.assert_array_equal(arrays["shape"], [[-1, 4], [3, 0]])
    np.testing.assert_array_equal(arrays["edges"], [[0, 1]])


def test_the_code_length_comes_from_the_run(drawn):
    """The run's latent dimension tells code and condition apart."""
    people = {"vae": Subject("VAE", "a model", "MNIST", 1, 10)}
    texts = [t.get_text() for t in drawn("architecture", {"vae": model()}, subjects=people).figure.axes[0].texts]
    assert "condition\n2" in texts
