"""Figures as files."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from report_builder import languages
from report_builder.drawing import _fonts, check_style, draw
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Control, Drawing, Live, Subject

ENGLISH = languages.load("en")


def kind(paint, live=None):
    """Return a figure kind that paints on a small figure, with this HTML content."""

    def drawn(arrays, parameters, subjects, language):
        figure = Figure(figsize=(2, 1))
        paint(figure)
        return Drawing(figure, "details", "alt", live=live)

    return SimpleNamespace(draw=drawn)


def test_a_figure_of_ones_own_is_drawn(tmp_path):
    """Any object with `draw` gives PNG, SVG and the information that the document needs."""
    draw(kind(lambda figure: figure.text(0.5, 0.5, "a")), None, {}, {}, ENGLISH, tmp_path)
    said = json.loads((tmp_path / "drawing.json").read_text())
    assert said == {
        "details": "details",
        "sentences": ["details"],
        "alt": "alt",
        "raster": False,
        "width_cm": 5.08,
        "height_cm": 2.54,
    }


def test_a_failure_of_matplotlib_is_a_problem(tmp_path):
    """An exception while drawing becomes a problem, and no file is written."""
    with pytest.raises(ReportError, match=r"the figure cannot be drawn"):
        draw(kind(lambda figure: figure.add_subplot().plot([1, 2], [1, 2, 3])), None, {}, {}, ENGLISH, tmp_path)
    assert not list(tmp_path.iterdir())


def test_missing_and_empty_arrays_are_named(tmp_path):
    """For a run without arrays, or with empty ones, the message names the array."""
    scatter = FIGURES.get("latent_scatter")
    for arrays in ({}, {"ae": {"z_mean": np.zeros((0, 2))}}):
        with pytest.raises(ReportError, match=r"'z_mean' of 'ae'"):
            draw(
                scatter,
                scatter.parameters(runs=("ae",)),
                arrays,
                {"ae": Subject("AE")},
                ENGLISH,
                tmp_path,
            )


def test_a_character_without_a_font_is_an_error(tmp_path, monkeypatch):
    """Without the optional fonts, a Chinese label is refused with the character, its code point and the package to install."""
    monkeypatch.setattr(_fonts, "PACKAGE", "no_such_package")
    with pytest.raises(ReportError, match=r"'測' \(U\+6E2C\)(.|\n)*report-builder\[cjk\]"):
        draw(kind(lambda figure: figure.text(0.5, 0.5, "測")), None, {}, {}, ENGLISH, tmp_path)


def embedded(svg):
    """Return the images inside an SVG."""
    from PIL import Image

    found = re.findall(r"data:image/png;base64,([^\"]+)", svg)
    return [Image.open(io.BytesIO(base64.b64decode(code))) for code in found]


def test_a_big_scatter_is_small_on_disk(tmp_path):
    """Ten thousand points take less than 400 kB in the document, as one image at 300 dpi inside the SVG."""
    random = np.random.default_rng(0)
    y = random.integers(0, 10, 10_000)
    z = 3 * random.normal(size=(10, 2))[y] + random.normal(size=(10_000, 2))
    scatter = FIGURES.get("latent_scatter")
    codes = {"z_mean": z, "y": y, "class_names": np.array(list("0123456789"))}
    draw(scatter, scatter.parameters(runs=("ae",)), {"ae": codes}, {"ae": Subject("AE")}, ENGLISH, tmp_path)
    svg = (tmp_path / "figure.svg").read_text()
    assert len(svg) < 400_000
    (picture,) = embedded(svg)
    assert picture.width > 800


def test_a_big_grid_is_small_on_disk(tmp_path):
    """A grid of 20 x 20 images takes less than 400 kB."""
    from scipy.ndimage import gaussian_filter

    images = gaussian_filter(np.random.default_rng(0).random((400, 28, 28, 1)) > 0.8, (0, 1, 1, 0), output=np.float32)
    axis = np.linspace(-3, 3, 20)
    grid = FIGURES.get("decode_grid")
    arrays = {"images": images.clip(0, 1), "axis_0": axis, "axis_1": axis, "limits": np.array([[-3, 3], [-3, 3]])}
    draw(grid, grid.parameters(runs=("ae",)), {"ae": arrays}, {"ae": Subject("AE")}, ENGLISH, tmp_path)
    assert (tmp_path / "figure.png").stat().st_size < 400_000


def test_colours_of_images_stay_exact(tmp_path):
    """A sheet of colour images keeps every one of its colours."""
    from PIL import Image

    x = np.random.default_rng(0).random((10, 16, 16, 3)).astype(np.float32)
    arrays = {"x": x, "reconstruction": x, "y": np.arange(10), "class_names": np.array(list("0123456789"))}
    sheet = FIGURES.get("reconstructions")
    draw(sheet, sheet.parameters(runs=("ae",)), {"ae": arrays}, {"ae": Subject("AE")}, ENGLISH, tmp_path)
    with Image.open(tmp_path / "figure.png") as image:
        shown = {tuple(colour) for colour in np.asarray(image).reshape(-1, 3).tolist()}
    wanted = {tuple(colour) for colour in np.round(x * 255).astype(int).reshape(-1, 3).tolist()}
    assert wanted <= shown


def living(tiles):
    """Return a figure kind with these images in HTML, uint8 `(n, height, width, channels)`."""
    live = Live(tiles, [Control("slider", "epoch", [str(place) for place in range(len(tiles))])])
    return SimpleNamespace(
        draw=lambda arrays, parameters, subjects, language: Drawing(Figure(figsize=(2, 1)), "x", "alt", live=live)
    )


@pytest.mark.parametrize("shape", [(7, 8, 4, 1), (7, 4, 8, 3), (1, 2, 2, 1)])
def test_images_of_a_living_figure_stand_on_one_sprite(tmp_path, shape):
    """The sprite holds every image in row-major order, with pixel values within one of the original."""
    levels = np.random.default_rng(0).choice(4, shape) * 85
    draw(living(levels.astype(np.uint8)), None, {}, {}, ENGLISH, tmp_path)
    said = json.loads((tmp_path / "drawing.json").read_text())["live"]
    n, height, width, _ = shape
    assert said["size"] == [width, height]
    assert said["controls"][0] == {"kind": "slider", "title": "epoch", "values": [*map(str, range(n))], "columns": 0}
    with Image.open(tmp_path / "sprite.png") as picture:
        sprite = np.asarray(picture.convert("RGB"), dtype=int)
    for place, tile in enumerate(levels):
        y, x = place // said["across"] * height, place % said["across"] * width
        np.testing.assert_allclose(sprite[y : y + height, x : x + width], np.broadcast_to(tile, (height, width, 3)), atol=1.01)


def test_a_sprite_that_is_too_large_has_fewer_shades(tmp_path):
    """Noise, which needs many bytes, is stored with fewer shades; if that is not enough, the message says what to do."""
    noise = np.random.default_rng(0).integers(256, size=(1200, 28, 28, 1), dtype=np.uint8)
    draw(living(noise[:850]), None, {}, {}, ENGLISH, tmp_path)
    file = tmp_path / "sprite.png"
    assert file.stat().st_size <= 450_000
    with Image.open(file) as picture:
        assert len(picture.getcolors()) == 32
    with pytest.raises(ReportError, match="lower 'n'"):
        draw(living(np.concatenate([noise] * 4)), None, {}, {}, ENGLISH, tmp_path)


def test_a_figure_that_does_not_live_has_no_sprite(tmp_path):
    """A figure without interactive images writes no sprite."""
    kind = SimpleNamespace(
        draw=lambda arrays, parameters, subjects, language: Drawing(Figure(figsize=(2, 1)), "details", "alt")
    )
    draw(kind, None, {}, {}, ENGLISH, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drawing.json", "figure.png", "figure.svg"]


LINE = """
import sys
from types import SimpleNamespace
from pathlib import Path
from report_builder import languages
from report_builder.drawing import draw
from report_builder.kinds import Drawing

def drawn(arrays, parameters, subjects, language):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(2, 1))
    line, = figure.subplots().plot([1, 2], label="a")
    line.set(linewidth=2, color="C1")
    return Drawing(figure, "details", "alt")

draw(SimpleNamespace(draw=drawn), None, {}, {}, languages.load("en"), Path(sys.argv[1]))
"""


def test_a_new_process_draws_the_same_bytes(tmp_path):
    """A process that imports Matplotlib only for the drawing, and without docstrings, draws the same bytes."""
    folders = [tmp_path / "alone", tmp_path / "before"]
    for folder, first in zip(folders, ("", "import matplotlib.pyplot\n"), strict=True):
        folder.mkdir()
        manual = "from matplotlib.lines import Line2D\nprint(Line2D.set.__doc__ is None)"
        ran = subprocess.run(
            [sys.executable, "-c", first + LINE + manual, str(folder)], check=True, capture_output=True, text=True
        )
        assert ran.stdout.strip() == str(not first)
    for name in ("figure.png", "figure.svg"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


MACHINES = (
    {},
    {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "MPLCONFIGDIR": "/dev/null/nowhere"},
    {"MPLBACKEND": "nonsense", "MATPLOTLIBRC": "matplotlibrc", "HOME": None, "LANG": "C", "LC_ALL": "C"},
)


def test_what_a_machine_says_of_figures_does_not_count(tmp_path):
    """A notebook kernel, cron, a missing home and the user's own settings change neither the files nor the output."""
    (tmp_path / "matplotlibrc").write_text("image.origin: lower\nlines.markersize: 20\naxes.facecolor: red\n")
    started = "from report_builder.cli import main\nmain(['list', 'figures'])\n"
    for number, said in enumerate(MACHINES):
        (folder := tmp_path / str(number)).mkdir()
        environment = {name: value for name, value in (os.environ | said).items() if value is not None}
        command = [sys.executable, "-c", started + LINE, str(folder)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=tmp_path)
        assert not ran.stderr
        for name in ("figure.png", "figure.svg"):
            assert (folder / name).read_bytes() == (tmp_path / "0" / name).read_bytes()


def test_names_are_no_formulas(tmp_path):
    """Dollar signs, underscores, backslashes and braces are printed literally in every text of a figure."""
    seen, name = [], r"$x_1$ 50 % \\alpha {b} a_b #1"

    def paint(figure):
        axes = figure.subplots()
        axes.plot([1], label="_" + name)
        axes.set(title=name, xlabel=name, ylabel=name)
        axes.set_xticks([0], [name])
        figure.legend(handles=axes.get_lines())
        figure.canvas.draw()
        seen.extend(text._parse_math for text in figure.findobj(Text))

    draw(kind(paint), None, {}, {}, ENGLISH, tmp_path)
    assert seen
    assert not any(seen)


@pytest.mark.parametrize(("character", "told"), [("\t", r"U\+0009"), ("\U0001f469", r"U\+1F469"), ("\u3000", r"U\+3000")])
def test_a_character_that_no_font_has_is_named(tmp_path, monkeypatch, character, told):
    """A character that no font has, including blanks and emoji, is an error that names it; no box is printed."""
    monkeypatch.setattr(_fonts, "PACKAGE", "no_such_package")
    with pytest.raises(ReportError, match=rf"no font here(.|\n)*{told}"):
        draw(kind(lambda figure: figure.text(0.5, 0.5, f"a{character}b")), None, {}, {}, ENGLISH, tmp_path)


def test_colours_that_matplotlib_lacks_are_refused_before_anything_is_drawn():
    """A colour map is looked up when a style is checked, and the nearest name is suggested."""
    with pytest.raises(ReportError, match=r"s:1: (.|\n)*gray"):
        check_style({"image.cmap": "grai"}, {"image.cmap": "s:1: image.cmap"})
