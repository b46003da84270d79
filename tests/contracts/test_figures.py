"""The contract of every registered kind of figure, checked on a few drawings of each."""

from __future__ import annotations

import importlib.util
import itertools
import json
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from report_builder import languages
from report_builder.drawing import draw
from report_builder.drawing._imports import settings
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Drawing, Subject, opened
from report_builder.kinds.contract import lacks, needs_of
from report_builder.plan.steps import BEGINNING, PACKAGE
from report_builder.plan.words import spelt
from report_builder.plots._style import STYLE
from report_builder.store import Memo, sources

ALL_FIGURES = pytest.mark.parametrize("kind", [kind for _, kind in FIGURES], ids=FIGURES.names())
PEOPLE = {
    name: Subject(name.upper(), f"model of {name}", "MNIST", seed, swept={"model.latent_dim": size})
    for seed, (name, size) in enumerate((("ae", 2), ("vae", 20), ("cnn", 2)), start=1)
}
ROOT = Path(__file__).parents[2]
FONTS = importlib.util.find_spec("justmytype_intl_cjk") is not None
SPEC = importlib.util.spec_from_file_location("boxes", ROOT / "benchmarks" / "boxes.py")
boxes = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(boxes)
FOREIGN = languages.load("zh-Hant" if FONTS else "ru")  # the language with the highest demands on the installed fonts
IN_FOREIGN = ("confusion", "samples", "training_curves")  # a font is subset for each drawing, which takes a second


def test_the_registry_is_not_empty():
    """The kinds of figures are found by the names of their folders."""
    assert {"latent_scatter", "decode_grid", "training_curves", "reconstructions", "samples"} <= set(FIGURES.names())


@pytest.mark.parametrize("name", FIGURES.names())
def test_a_kind_lacks_nothing(name):
    """Each option has a description, requests exist and are named by their runs, and needed capabilities are declared."""
    assert lacks(FIGURES, name) == ()


CHOOSE = ("condition_panel", "confusion", "sweep_panel")  # whose options decide what else is needed


@pytest.mark.parametrize("kind", [kind for name, kind in FIGURES if name not in CHOOSE], ids=lambda kind: kind.name)
def test_a_kind_says_all_that_it_needs(kind, small):
    """A model that provides what a kind serves is accepted by all of its probes."""
    requests = kind.reads(small(kind)).values()
    needed = {need for request in requests if request.run in ("ae", "vae") for need in needs_of(request)}
    assert all(any({*ability.split("|")} <= {*need.split("|")} for ability in kind.serves) for need in needed)


POOR = '''
from report_builder.kinds import Figure, Parameters as Base, ProbeRequest
class Parameters(Base):
    """Mine."""
    runs: tuple[str, ...]
    width_cm: float = 12
def reads(parameters):
    return {f"{run}!": ProbeRequest("codes", run=run) for run in parameters.runs} | {"x": ProbeRequest("code", run="x")}
KIND = Figure(parameters=Parameters, serves=frozenset({"sample", "dance"}), reads=reads, draw=lambda *given: None)
'''


def test_a_poor_kind_is_told_what_it_lacks(tmp_path):
    """An incomplete kind gets one message per omission, as `list figures --check` prints them."""
    (tmp_path / "poor.py").write_text(POOR)
    assert [(problem.rule, problem.received) for problem in lacks(FIGURES, "poor.py", tmp_path)] == [
        ("the parameter 'runs' has no description", ""),
        ("the parameter 'width_cm' has no description", ""),
        ("the parameter 'width_cm' does not say what it means to the plan", ""),
        ("it serves what no model provides", "'dance'"),
        ("'reads' must name each request by its run or data set", "'runs!'"),
        ("'reads' asks for a probe that does not exist", "'code'"),
        ("it serves an ability that none of its requests needs", "dance, sample"),
    ]
    (tmp_path / "mute.py").write_text(POOR.replace('{"sample", "dance"}', "()"))
    assert "serves=frozenset({'encode'})" in " ".join(problem.next_step for problem in lacks(FIGURES, "mute.py", tmp_path))


def test_a_figure_is_planned_without_matplotlib(loaded_by_planning, small):
    """Planning a figure (reads, facts, check) loads no Matplotlib, TensorFlow or scikit-learn: a cached build is quick."""
    given = {name: small(kind).model_dump(mode="json") for name, kind in FIGURES}
    assert [*filter(None, loaded_by_planning({"FIGURES": given}))] == []


SHARED = ("attribute_vector", "error_by_class", "four_corners")  # images or classes of the first run stand for all runs


@pytest.mark.parametrize("name", SHARED)
def test_runs_of_several_data_sets_are_refused_by_the_plan(name, small):
    """If images or classes are shown once for all runs, runs of different data sets are refused before any training."""
    kind = FIGURES.get(name)
    kind.check(small(kind), PEOPLE)
    others = PEOPLE | {"vae": replace(PEOPLE["vae"], data="Fashion-MNIST")}
    with pytest.raises(ReportError, match=r"runs: .*same data(?s:.*)ae: MNIST; vae: Fashion-MNIST"):
        kind.check(small(kind), others)


# --- drawings -----------------------------------------------------------------------------------------------------------------


@ALL_FIGURES
def test_files_of_a_figure(kind, arrays_of, tmp_path, small):
    """Resolved parameters give the same bytes, on white paper, with a table if the kind has one; no global state changes."""
    chosen, language = small(kind), FOREIGN if kind.name in IN_FOREIGN else languages.load("pl")
    before = dict(mpl.rcParams), list(font_manager.fontManager.ttflist)
    _, stored = opened(FIGURES, {"kind": kind.name} | chosen.model_dump(mode="json"))
    for folder, parameters in (("a", chosen), ("b", stored)):
        (tmp_path / folder).mkdir()
        draw(kind, parameters, arrays_of(kind), PEOPLE, language, tmp_path / folder)
    assert before == (dict(mpl.rcParams), font_manager.fontManager.ttflist)
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in "ab")
    assert one == other
    assert min(len(one["figure.png"]), len(one["figure.svg"])) > 1000
    assert Image.open(tmp_path / "a" / "figure.png").convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    said = json.loads(one["drawing.json"])
    assert said["alt"]
    columns = said.get("table")
    assert (columns is not None) == kind.table
    assert all(column["heading"] for column in columns or ())
    assert len({len(column["values"]) for column in columns or ()}) <= 1


def test_what_lies_on_what_is_seen():
    """Overlapping texts and a text beyond the edge are reported; invisible and merely adjacent ones are not."""
    with settings(STYLE, {}):
        figure = Figure(figsize=(2, 1))
        for x, y, word in ((0.5, 0.5, "one"), (0.5, 0.52, "two"), (0.98, 0.2, "beyond"), (0.5, 0.8, "three"), (0.5, 0.5, " ")):
            figure.text(x, y, word, ha="center")
        figure.text(0.5, 0.5, "unseen", visible=False)
        told = [line.partition(": ")[0] for line in boxes.collisions(Drawing(figure, "", ""), languages.load("en"))]
    assert told == ["'one' and 'two'", "'beyond' and the edge"]


def test_names_of_classes_in_one_place_part():
    """If the codes of five classes lie in one place, their names are placed side by side without overlap."""
    names = np.array(["Ankle boot", "T-shirt/top", "Sneaker", "Pullover", "Trouser"])
    codes = {"z_mean": np.random.default_rng(0).normal(size=(200, 2)), "y": np.arange(200) % 5, "class_names": names}
    kind, language = FIGURES.get("latent_scatter"), languages.load("pl")
    with settings(STYLE, {}):
        drawing = kind.draw({"ae": codes}, kind.parameters(runs=("ae",), width_cm=9), PEOPLE, language)
        assert len(drawing.figure.axes[0].texts) == 5
        assert list(boxes.collisions(drawing, language)) == []
        assert len(drawing.figure.axes[0].texts) == 5


class Said(dict):
    """Words of a language that record which keys are requested."""

    def __init__(self):
        super().__init__()
        self.keys_asked = set()

    def __getitem__(self, key):
        self.keys_asked.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        """Return a word or the default, and record the key if the language has it."""
        self.keys_asked |= {key} & {*self}
        return super().get(key, default)


@ALL_FIGURES
def test_a_figure_in_the_languages(kind, arrays_of, small, tmp_path):
    """The caption names what is shown, axes have labels, texts are legible, the figure fits, and its key holds its words."""
    arrays, parameters, ticked = arrays_of(kind), small(kind), []  # in two languages, the next kind in the next two
    first, memo = FIGURES.names().index(kind.name), Memo(tmp_path / "memo.json")
    executed = sources([*(PACKAGE / file for file in BEGINNING["figure"]), kind.file], memo)
    for code in itertools.islice(itertools.cycle(languages.codes()), 2 * first, 2 * first + 2):
        language, said = languages.load(code), Said()
        said.update(language.words)
        with settings(STYLE, {}):
            drawing = kind.draw(arrays, parameters, PEOPLE, replace(language, words=said))
            if FONTS or code != "zh-Hant":
                assert list(boxes.collisions(drawing, language)) == []
        assert said.keys_asked <= set().union(*(spelt(file, code, memo) for file in executed))
        assert drawing.alt
        assert "MNIST" in drawing.details
        assert PEOPLE["ae"].name in drawing.details or PEOPLE["ae"].model in drawing.details
        ticked = [axes for axes in drawing.figure.axes if axes.axison and len(axes.get_xticks())]
        for axes in ticked:  # its own labels, or those of the block of panels it belongs to
            assert axes.get_xlabel() or axes.figure.get_supxlabel()
            assert axes.get_ylabel() or axes.figure.get_supylabel()
        assert min(text.get_fontsize() for text in drawing.figure.findobj(Text) if text.get_text()) >= 9
    diagram = not any(axes.axison for axes in drawing.figure.axes)
    assert ticked or drawing.raster or diagram
    width, height = drawing.figure.get_size_inches() * 2.54
    assert width == pytest.approx(16, abs=0.02)
    assert height < 24
