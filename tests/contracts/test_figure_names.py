"""Names of runs, classes, attributes, data and layers are data: every kind of figure prints them literally, without overlap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from report_builder import languages
from report_builder.drawing import DPI
from report_builder.drawing._imports import settings
from report_builder.kinds import FIGURES, Subject
from report_builder.plots._room import make_room
from report_builder.plots._style import STYLE

ALL_FIGURES = pytest.mark.parametrize("kind", [kind for _, kind in FIGURES], ids=FIGURES.names())
NAMES = (  # of three classes, then of two runs and a judge: formulas, symbols, long words, many words, other scripts
    r'0|$x_1$ 50% \frac{a} #1 "q" _b',
    "_1 *x* `y` <b> é, a very long name that somebody gave to this in a hurry, of more than eighty letters 1",
    f"2{'W' * 78}2",
    "_3 ☺ نموذج שלום *x* $y$",
    r"4 \frac{a}{b} very long name that somebody gave to this in a hurry, of more than eighty letters _4",
    f"5{'m' * 78}5",
)
MM = 2.54 * 10  # per inch


@pytest.fixture
def printed(monkeypatch):
    """`printed(figure)`: every text that the figure paints, with its box in mm."""
    found, paint = [], Text.draw

    def noted(self, renderer, *given, **more):
        if self.get_text().strip() and self.get_visible():
            found.append((self.get_text(), Text.get_window_extent(self, renderer)))  # excludes the leader line of an annotation
        return paint(self, renderer, *given, **more)

    def painted(figure):
        figure.set_dpi(max(figure.dpi, DPI))
        make_room(figure)
        found.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Text, "draw", noted)
            FigureCanvasAgg(figure).draw()
        return [(text, box.get_points() / figure.dpi * MM) for text, box in found]

    return painted


def renamed(arrays):
    """Return the arrays with classes of these names."""
    classes = np.array(NAMES[:3])
    new = {"class_names": classes, "judge_names": classes}
    return {panel: {k: new.get(k, v) for k, v in each.items()} for panel, each in arrays.items()}


def people():
    """Return two runs, a judge, and a data set of these names."""
    runs = zip(("ae", "vae", "cnn"), NAMES[3:], strict=True)
    return {
        id_: Subject(name, f"model {name}", NAMES[0], seed, swept={"model.latent_dim": size, "model.kl": name})
        for seed, ((id_, name), size) in enumerate(zip(runs, (2, 20, 2), strict=True), start=1)
    }


@ALL_FIGURES
def test_nothing_is_overprinted_or_cut(kind, small, arrays_of, printed):
    """No two texts overlap by more than a square millimetre, and all are inside the figure."""
    with settings(STYLE, {}):
        drawing = kind.draw(renamed(arrays_of(kind)), small(kind), people(), languages.load("en"))
        texts, size = printed(drawing.figure), drawing.figure.get_size_inches() * MM
        for text, box in texts:
            assert (box[0] > -0.3).all(), f"{text!r} leaves the figure: {box}"
            assert (box[1] < size + 0.3).all(), f"{text!r} leaves the figure: {box} of {size}"
        for (one, a), (other, b) in itertools.combinations(texts, 2):
            shared = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
            assert (shared <= 0).any() or shared.prod() <= 1, f"{one!r} lies over {other!r}: {a} {b}"
