"""Colours, marks, fonts, and numbers on axes."""

from __future__ import annotations

from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from report_builder import languages
from report_builder.plots._style import STYLE, Numbers, colour, colours, legend_below, localise, mark
from report_builder.plots._text import text_width

# Machado, Oliveira, Fernandes 2009: vision with deuteranopia and protanopia, in linear RGB.
SEEN = {
    "deuteranope": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protanope": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def linear(colour):
    """Return the linear RGB values of an sRGB colour."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    """Return the relative luminance."""
    return float(linear(colour) @ (0.2126, 0.7152, 0.0722))


def test_colours_stand_out_from_paper():
    """Each of the ten colours has a contrast of at least 3 to white, as required for graphics."""
    assert len(colours()) == 10
    assert min(1.05 / (luminance(each) + 0.05) for each in colours()) >= 3


@pytest.mark.parametrize("eye", SEEN)
def test_colours_are_told_apart(eye):
    """No two colours look alike, even without red-green vision (distances in Oklab)."""
    seen = [np.array(OKLAB) @ np.cbrt(np.array(LMS) @ (np.array(SEEN[eye]) @ linear(each)).clip(0)) for each in colours()]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 0.11


def test_lines_are_told_apart_in_grey():
    """The first four colours differ by at least eight of a hundred steps of CIE lightness."""
    lightness = [116 * np.cbrt(luminance(each)) - 16 for each in colours()[:4]]
    assert min(abs(a - b) for a, b in combinations(lightness, 2)) > 8


def test_marks_tell_classes_apart_without_colour():
    """No two of ten classes share shape and filling, neighbours differ in both, and fifty classes differ with colour."""
    marks = [mark(number) for number in range(50)]
    assert len({*marks[:10]}) == 10
    assert all(a != c and b != d for (a, b), (c, d) in pairwise(marks[:10]))
    assert len({(colour(number), each) for number, each in enumerate(marks)}) == 50


def test_the_font_of_figures_is_that_of_the_page():
    """Libertinus Serif is bundled, with Polish, Russian and Greek; missing characters come from another font."""
    (family, *_) = mpl.rcParams["font.family"]
    assert family == "Libertinus Serif"
    file = mpl.font_manager.findfont(mpl.font_manager.FontProperties(family=[family]))
    assert STYLE.parent.name in file.split("/")
    has = mpl.ft2font.FT2Font(file).get_charmap()
    assert {*map(ord, "Zażółć gęślą jaźń Съешь же ещё Größe βσΦμ … − → × ± ² „”")} <= {*has}


def test_sizes_are_those_of_the_style():
    """Text is measured at the size that the style sets."""
    usual = text_width("Loss")
    with mpl.rc_context({"font.size": 18}):
        assert text_width("Loss") == pytest.approx(2 * usual)


def test_ticks_of_an_axis_have_equally_many_digits():
    """The finest tick determines the digits, and decimal marks and minus follow the language."""
    written = Numbers(languages.load("pl")).format_ticks([-2.5, 0.0, 2.5, 5.0])
    assert written == ["\u22122,5", "0,0", "2,5", "5,0"]
    assert Numbers(languages.load("en")).format_ticks([0.1 + 0.2, 1.0]) == ["0.3", "1.0"]


def test_epochs_are_whole_numbers():
    """An axis of epochs has only whole-number ticks, however few epochs there are."""
    axes = Figure().add_subplot()
    axes.plot([1, 2], [0.5, 0.25])
    localise(axes, languages.load("en"), integer_x=True)
    assert all(float(place).is_integer() for place in axes.get_xticks())


@pytest.mark.parametrize("ends", [(-5, 7.5), (0.1, 2.4), (-0.013, 0.009), (120, 240), (1e4, 7e4)])
def test_ticks_are_round(ends):
    """Tick spacing is one, two or five times a power of ten, never two and a half."""
    axes = Figure(figsize=(3, 2)).add_subplot()
    axes.plot(ends, ends)
    localise(axes, languages.load("en"))
    for axis in (axes.xaxis, axes.yaxis):
        step = float(np.diff(axis.get_majorticklocs())[0])
        assert round(step / 10 ** np.floor(np.log10(step) + 1e-9), 6) in (1, 2, 5)


def test_colours_of_classes_are_those_of_the_style(drawn, codes):
    """A style's colour cycle applies to classes and frames as well, and repeats after its last colour."""
    with mpl.rc_context({"axes.prop_cycle": mpl.cycler(color=["#123456", "#654321"])}):
        (legend,) = drawn("latent_scatter", {"ae": codes}).figure.legends
        assert [to_hex(handle.get_color()) for handle in legend.legend_handles] == ["#123456", "#654321", "#123456"]
        cells = {"asked_row": np.zeros(1, int), "asked_column": np.zeros(1, int), "cells": np.array([1, 1])}
        asked = {"images": np.ones((1, 4, 4, 1)), "asked_class": np.zeros(1, int), "class_names": np.array(["a"])} | cells
        (frame,) = drawn("condition_panel", {"cvae": asked}, z="prior").figure.axes[0].patches
        assert to_hex(frame.get_edgecolor()) == "#654321"


def test_a_legend_of_many_classes_stays_on_the_paper():
    """Whatever the width of the figure, each name of a legend below it is printed completely."""
    for width in np.arange(4.0, 17.0, 0.25):
        with mpl.style.context(STYLE):
            figure = Figure(figsize=(width / 2.54, 2), layout="constrained")
            axes = figure.subplots()
            handles = [line for number in range(10) for line in axes.plot([], [], label=f"{number}")]
            legend_below(figure, handles, width, most=10, title="class")
            figure.draw_without_rendering()
            boxes = [text.get_window_extent() for text in figure.legends[0].get_texts()]
        assert min(box.x0 for box in boxes) >= 0
        assert max(box.x1 for box in boxes) <= figure.bbox.x1, width
