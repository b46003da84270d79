"""Size of figures in the document: many points and many images still give small files."""

from __future__ import annotations

import json

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from report_builder import languages
from report_builder.drawing import draw
from report_builder.drawing._files import _in_few_colours, painted
from report_builder.kinds import FIGURES, Subject
from report_builder.plots._style import STYLE, colour

LARGEST = 400_000  # bytes


def codes(n):
    """Return codes of `n` images of ten classes, each class around its own centre."""
    random = np.random.default_rng(0)
    y = np.arange(n) % 10
    z = 3 * random.normal(size=(10, 2))[y] + random.normal(size=(n, 2))
    return {"z_mean": z, "z_log_var": np.full((n, 2), -2.0), "y": y, "class_names": np.array([*"0123456789"])}


def lattice(n):
    """Return images of 28 x 28 pixels, each a spot that rotates and moves with its position on the lattice."""
    axis, pixel = np.linspace(-2, 2, n), np.linspace(-1, 1, 28)
    u, v = (grid.reshape(-1, 1, 1) for grid in np.meshgrid(axis, axis))
    x, y = pixel[None, None, :] - 0.3 * u, pixel[None, :, None] - 0.3 * v
    images = np.exp(-6 * (x**2 + y**2 + 0.5 * u * v * x * y)).clip(0, 1)[..., None]
    return {"images": images, "axis_0": axis, "axis_1": axis, "limits": np.array([[-2, 2], [-2, 2]])}


@pytest.mark.parametrize(
    ("kind", "arrays", "parameters"),
    [
        ("latent_scatter", lambda: codes(10_000), {}),
        ("latent_scatter", lambda: codes(500), {"spread": "ellipses"}),
        ("decode_grid", lambda: lattice(20), {"n": 20}),
        ("decode_grid", lambda: lattice(20), {"n": 20, "separators": True}),
    ],
    ids=["scatter of 10 000 points", "ellipses of 500 points", "grid of 400 images", "grid with gaps"],
)
def test_a_large_figure_is_a_small_file(kind, arrays, parameters, tmp_path):
    """The file that the document embeds (PNG for image sheets, SVG otherwise) has less than 400 kB."""
    module = FIGURES.get(kind)
    chosen = module.parameters.model_validate({"runs": ["vae"], **parameters})
    draw(
        module,
        chosen,
        {"vae": arrays()},
        {"vae": Subject("VAE", "a VAE", "MNIST", 1)},
        languages.load("en"),
        tmp_path,
    )
    raster = json.loads((tmp_path / "drawing.json").read_text())["raster"]
    assert (tmp_path / ("figure.png" if raster else "figure.svg")).stat().st_size < LARGEST


def test_few_colours_are_the_right_ones():
    """An image with thousands of shades keeps white and the colours of the style exactly, so that legend and SVG agree."""
    with mpl.rc_context(fname=STYLE):
        figure = Figure(figsize=(3, 2), dpi=200)
        x, y = np.random.default_rng(0).normal(size=(2, 3000))
        figure.add_subplot().scatter(x, y, c=[colour(number) for number in range(3000)], alpha=0.5, linewidths=0)
        figure.legend(handles=[Patch(color=colour(number), label=f"{number}") for number in range(10)])
        kept = {tuple(np.round(np.array(to_rgb(each)) * 255)) for each in ("white", *map(colour, range(10)))}
        picture = painted(figure, 200)
        both = picture, _in_few_colours(picture).convert("RGB")
        drawn, few = ({*map(tuple, np.asarray(each).reshape(-1, 3).tolist())} for each in both)
    assert len(drawn) > 1000
    assert len(few) <= 256
    assert kept <= few
