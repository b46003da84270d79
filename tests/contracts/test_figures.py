"""What every registered figure kind must keep."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace

import matplotlib as mpl
import pytest
from matplotlib.text import Text

from report_builder import languages
from report_builder.drawing import draw
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, FROM_RUN, PROBES, Subject
from report_builder.plots._style import STYLE

ALL_FIGURES = pytest.mark.parametrize("kind", [module for _, module in FIGURES], ids=FIGURES.names())
ALL_LANGUAGES = pytest.mark.parametrize("language", [languages.load(code) for code in languages.codes()], ids=languages.codes())
PEOPLE = {
    name: Subject(name.upper(), f"model of {name}", "MNIST", seed, swept={"model.latent_dim": size})
    for seed, (name, size) in enumerate((("ae", 2), ("vae", 20), ("cnn", 2)), start=1)
}
FONTS = importlib.util.find_spec("justmytype_intl_cjk") is not None
DRAWABLE = languages.load("zh-Hant" if FONTS else "ru")  # the language that asks most of the fonts that are here


def has_chinese(kind, parameters, arrays):
    """Whether a figure shows words in Chinese: a sheet may have numbers only."""
    with mpl.rc_context(fname=STYLE):
        figure = kind.draw(arrays, parameters, PEOPLE, languages.load("zh-Hant")).figure
    return any("\u4e00" <= character <= "\u9fff" for text in figure.findobj(Text) for character in text.get_text())


def drawn(kind, parameters, arrays, language, folder):
    """Draws and returns what `drawing.json` says."""
    draw(kind, parameters, arrays, PEOPLE, language, folder, figure="some-figure")
    return json.loads((folder / "drawing.json").read_text(encoding="utf-8"))


def test_the_registry_is_not_empty():
    """The figure kinds are found by their file names."""
    assert {"latent_scatter", "decode_grid", "training_curves", "reconstructions", "samples"} <= set(FIGURES.names())


@ALL_FIGURES
def test_a_figure_kind_documents_itself(kind):
    """It has a one-line summary, and every parameter has a description."""
    assert kind.SUMMARY
    assert "\n" not in kind.SUMMARY
    assert all(field.description for field in kind.Parameters.model_fields.values())


@ALL_FIGURES
def test_what_a_figure_asks_for_exists(kind, small):
    """Its requests are named by their run (or data set) and pass the parameter check of their probe."""
    for name, request in kind.probes(small(kind)).items():
        assert name == (request.run or request.data)
        if request.kind not in FROM_RUN:
            assert PROBES.get(request.kind).parameters.model_validate(request.parameters)


def test_a_figure_is_planned_without_matplotlib(loaded_by_planning, small):
    """What every plan calls (probes, facts, check) loads no Matplotlib, TensorFlow or scikit-learn: a cached build is quick."""
    given = {name: small(kind).model_dump(mode="json") for name, kind in FIGURES}
    assert [*filter(None, loaded_by_planning({"FIGURES": given}))] == []


SHARED = ("attribute_vector", "error_by_class", "four_corners")  # what the first run says there stands for all


@pytest.mark.parametrize("name", SHARED)
def test_runs_of_several_data_sets_are_refused_by_the_plan(name, small):
    """Where images or classes stand once for all runs, another data set is refused before anything is trained."""
    kind = FIGURES.get(name)
    kind.check(small(kind), PEOPLE)
    others = PEOPLE | {"vae": replace(PEOPLE["vae"], data="Fashion-MNIST")}
    with pytest.raises(ReportError, match=r"runs: .*same data(?s:.*)ae: MNIST; vae: Fashion-MNIST"):
        kind.check(small(kind), others)


@ALL_LANGUAGES
@ALL_FIGURES
def test_a_figure_is_drawn_in_every_language(kind, language, arrays_of, tmp_path, small):
    """PNG, SVG, details and alt text are written without a warning; without fonts for a script its words are refused."""
    if language.code == "zh-Hant" and not FONTS and has_chinese(kind, small(kind), arrays_of(kind)):
        with pytest.raises(ReportError, match="no font here has a character"):
            drawn(kind, small(kind), arrays_of(kind), language, tmp_path)
        return
    said = drawn(kind, small(kind), arrays_of(kind), language, tmp_path)
    assert said["alt"]
    assert "MNIST" in said["details"]
    assert PEOPLE["ae"].name in said["details"] or PEOPLE["ae"].model in said["details"]
    assert (tmp_path / "figure.png").stat().st_size > 1000
    assert (tmp_path / "figure.svg").stat().st_size > 1000


@ALL_FIGURES
def test_a_table_is_announced(kind, arrays_of, tmp_path, small):
    """A drawing has a table if and only if its kind says so; its columns have headings and are equally long."""
    columns = drawn(kind, small(kind), arrays_of(kind), languages.load("en"), tmp_path).get("table")
    assert (columns is not None) == getattr(kind, "TABLE", False)
    assert all(column["heading"] for column in columns or ())
    assert len({len(column["values"]) for column in columns or ()}) <= 1


@ALL_FIGURES
def test_the_same_arrays_give_the_same_bytes(kind, arrays_of, tmp_path, small):
    """Two drawings of the same arrays are equal byte for byte."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        drawn(kind, small(kind), arrays_of(kind), DRAWABLE, folder)
    names = [{path.name for path in folder.iterdir()} for folder in folders]
    assert names[0] == names[1] >= {"figure.png", "figure.svg", "drawing.json"}
    for name in names[0]:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


@ALL_FIGURES
def test_axes_that_mean_something_are_labelled(kind, arrays_of, small):
    """Every axes with ticks has a label on both of its axes; only sheets and diagrams may have none with ticks."""
    with mpl.rc_context(fname=STYLE):
        drawing = kind.draw(arrays_of(kind), small(kind), PEOPLE, languages.load("en"))
    ticked = [axes for axes in drawing.figure.axes if axes.axison and len(axes.get_xticks())]
    for axes in ticked:  # its own labels, or those of the block of panels in which it stands
        assert axes.get_xlabel() or axes.figure.get_supxlabel()
        assert axes.get_ylabel() or axes.figure.get_supylabel()
    diagram = not any(axes.axison for axes in drawing.figure.axes)
    assert ticked or drawing.raster or diagram


@ALL_FIGURES
def test_text_is_readable_on_paper(kind, arrays_of, small):
    """No text is smaller than eight points at the printed width, and the figure fits the page."""
    with mpl.rc_context(fname=STYLE):
        figure = kind.draw(arrays_of(kind), small(kind), PEOPLE, languages.load("pl")).figure
        figure.draw_without_rendering()
    assert min(text.get_fontsize() for text in figure.findobj(Text) if text.get_text()) >= 8
    width, height = figure.get_size_inches() * 2.54
    assert width == pytest.approx(16, abs=0.02)
    assert height < 24


@ALL_FIGURES
def test_drawing_leaves_no_trace(kind, arrays_of, tmp_path, small):
    """Matplotlib's settings and fonts are the same before and after a drawing."""
    from matplotlib import font_manager

    before = dict(mpl.rcParams), list(font_manager.fontManager.ttflist)
    drawn(kind, small(kind), arrays_of(kind), DRAWABLE, tmp_path)
    assert before == (dict(mpl.rcParams), font_manager.fontManager.ttflist)
