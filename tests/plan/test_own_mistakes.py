"""A mistake in a user's figure, metric, data set or data step is reported with its line, before training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from report_builder import drawing, languages, measures
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, METRICS

FIGURE = '''"""Mine."""
from report_builder.kinds import Drawing, Figure, Parameters as Base, ProbeRequest
class Parameters(Base):
    runs: tuple[str, ...]
def reads(parameters):
    return {run: ProbeRequest("codes", {"split": "test"}, run=run) for run in parameters.runs}
def draw(arrays, parameters, subjects, language):
    from matplotlib.figure import Figure as Page
    return Drawing(Page(), "", "A figure.")
KIND = Figure(parameters=Parameters, reads=reads, draw=draw)
'''
METRIC = '''"""Mine."""
from report_builder.kinds import Measured, Metric, Parameters as Base, ProbeRequest, Quantity
class Parameters(Base):
    split: str = "test"
def reads(parameters):
    return {"codes": ProbeRequest("codes", {"split": parameters.split})}
def values(parameters, requests):
    return [Quantity("length", better="lower")]
def measure(arrays, parameters):
    return {"length": Measured(1.0, n=3)}
KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
'''
SPLIT_PROBE = 'ProbeRequest("codes", {"split": parameters.split})'
DATA = '''"""Mine."""
from report_builder.kinds import DataSet, Layout, Parameters
def layout(parameters):
    return Layout((8, 8, 1), (0, 1), ("a", "b"))
def files(parameters, folders):
    return []
def load(parameters, files):
    return None
KIND = DataSet(parameters=Parameters, files=files, load=load, layout=layout)
'''
STEP = '''"""Mine."""
from report_builder.kinds import DataStep, Parameters
def layout(before, parameters):
    return before
def apply(data, parameters):
    return data
KIND = DataStep(parameters=Parameters, apply=apply, layout=layout)
'''
SLOTS = {  # file -> its entry in the experiment file, and the key
    "figure.py": (FIGURE, "kind: latent_scatter, runs", "kind: ./figure.py, runs", "figures.codes"),
    "metric.py": (METRIC, "kind: elbo, runs", "kind: ./metric.py, runs", "metrics.elbo"),
    "data.py": (DATA, "{kind: digits, copies: 0}", "./data.py", "data.digits"),
    "step.py": (STEP, "{kind: binarise, threshold: 0.5}", "./step.py", "data.digits.steps.0"),
}
MISTAKES = [  # file, replaced text, replacement, message
    ("figure.py", "def draw", "def daw", "figure.py:10 cannot be run"),
    ("figure.py", ", draw=draw", "", "missing 1 required keyword-only argument: 'draw'"),
    ("figure.py", "KIND = Figure(", "kind = Figure(", "KIND = Figure(parameters=Parameters, reads=reads, draw=draw)"),
    ("figure.py", "KIND = Figure(parameters=Parameters", "KIND = dict(parameters=Parameters", "Received: KIND = dict"),
    ("figure.py", "=Parameters", "=dict", "parameters is a class of report_builder.kinds.Parameters"),
    ("figure.py", "class Parameters(Base):", "class Parameters(Base)", "figure.py:3 is not valid Python"),
    ("figure.py", "ProbeRequest\nclass", "ProbeRequest, Nothing\nclass", "figure.py:2 cannot be run"),
    ("figure.py", "import Drawing", "import sys; sys.exit(0)\nfrom report_builder.kinds import Drawing", "figure.py:2"),
    ("figure.py", "parameters.runs}", "parameters.rus}", "figure.py:6, in reads: AttributeError"),
    (
        "figure.py",
        "    return {run:",
        "    return [run for run in parameters.runs]\n    return {run:",
        "'reads' returns a value of the wrong type",
    ),
    ("figure.py", "def reads(parameters)", "def reads(parameters, more)", "figure.py:5: 'reads' is given 1 arguments"),
    ("figure.py", "runs: tuple[str, ...]", "runs: tuple[str, ...]\n    x: int = object()", "figure.py:1, in Parameters"),
    ("figure.py", "draw=draw", "draw=draw, facts=lambda parameters: [1]", "returns a value of the wrong type"),
    (
        "figure.py",
        "KIND = Figure(",
        "def check(parameters, subjects):\n    1 / 0\nKIND = Figure(check=check, ",
        "figure.py:11, in check: ZeroDivisionError",
    ),
    ("figure.py", "return Drawing(Page()", "return Drawing(page()", "figure.py:9, in draw: this name is not defined"),
    ("metric.py", "Measured(1.0", "Measrued(1.0", "Did you mean 'Measured'"),
    ("metric.py", 'better="lower"', 'better="greater"', "better is 'greater', and must be one of: higher, lower, none"),
    ("metric.py", 'better="lower"', "unit=5", "unit and reduction must be short texts"),
    ("metric.py", 'better="lower"', 'noun={"en": "length"}', "a noun begins with its gender, or s or p"),
    ("metric.py", 'better="lower"', 'noun={"pl": "f|długość"}', "the noun of 'length' in pl lacks 'gen'"),
    ("metric.py", 'better="lower"', 'noun={"ru": "f|длина"}', "the noun of 'length' in ru lacks 'dat'"),
    ("metric.py", 'better="lower"', 'noun={"de": "f|die Länge"}', "the noun of 'length' in de lacks 'an'"),
    (
        "metric.py",
        'better="lower"',
        'noun={"de": "s|Länge|Länge"}',
        "in de lacks a gender of m, f",
    ),
    ("metric.py", '"length"', '"elbo"', "has the name of one that comes along, and would be called 'ELBO'"),
    ("metric.py", '"length", better', '"a length", better', "metric.py:8, in values: ValueError"),
    ("metric.py", "def values", "def value", "metric.py:11 cannot be run"),
    ("metric.py", "values=values, ", "", "metric.py:11 cannot be run"),
    ("metric.py", "parameters=Parameters", "parameters=3", "parameters is a class of report_builder.kinds.Parameters"),
    ("metric.py", "KIND = ", "METRIC = ", "KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)"),
    (
        "metric.py",
        "KIND = Metric",
        "from report_builder.kinds import Probe as Metric\nKIND = Metric",
        "metric.py:12 cannot be run",
    ),
    ("metric.py", "return [Quantity", "return 3\n    return [Quantity", "'values' returns a value of the wrong type"),
    ("metric.py", 'Quantity("length", better="lower")', "3", "A Sequence of Quantity"),
    ("metric.py", '[Quantity("length", better="lower")]', "[parameters.nothing]", "metric.py:8, in values: AttributeError"),
    ("metric.py", "def measure(arrays, ", "def measure(", "metric.py:9: 'measure' is given 2 arguments"),
    ("data.py", "(8, 8, 1), (0, 1)", "[8, 8", "data.py:4 is not valid Python"),
    ("data.py", "return Layout(", "return tuple(", "data.py:4, in layout: TypeError"),
    ("data.py", "return []", "return [str(folders)]", "'files' returns a value of the wrong type"),
    ("data.py", "return []", "return open('nowhere')", "data.py:6, in files: FileNotFoundError"),
    ("step.py", "return before", "return None", "'layout' returns a value of the wrong type"),
]


def planned(lab, file: str) -> str:
    """Return the message of a plan with this file."""
    _, old, new, _ = SLOTS[file]
    lab.edit(old, new)
    with pytest.raises(ReportError) as caught:
        lab.to_do()
    return str(caught.value)


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES)
def test_a_mistake_is_the_users(lab, file: str, old: str, new: str, said: str) -> None:
    """The mistake is reported at the key that names the file, with the line in the file."""
    text, _, _, key = SLOTS[file]
    assert old in text
    (lab.experiment.parent / file).write_text(text.replace(old, new))
    message = planned(lab, file)
    assert said in message, message
    assert key in message


@pytest.mark.parametrize(
    ("probes", "scope"),
    [
        ('ProbeRequest("codes", {"split": parameters.split})', "test"),
        ('ProbeRequest("codes", {"split": "test"}), "more": ProbeRequest("codes", {"split": "train"})', "elbo"),
        ('ProbeRequest("samples")', "elbo"),
        ('ProbeRequest("costs")', "train"),
    ],
)
def test_facts_are_named_after_what_is_read(lab, probes: str, scope: str) -> None:
    """A metric with no parameter marked as its split names its facts after the only split read, or itself."""
    _, old, new, _ = SLOTS["metric.py"]
    (lab.experiment.parent / "metric.py").write_text(METRIC.replace(SPLIT_PROBE, probes))
    lab.edit(old, new)
    names = {name for name in lab.plan().resolved.measured if name.endswith(".length")}
    assert names == {f"vae.{scope}.length", f"longer.{scope}.length"}


def carried_out(folder: Path, file: str, text: str) -> str:
    """Return the message of drawing or measuring with this file."""
    (folder / file).write_text(text)
    arrays = {"vae": {"z_mean": np.zeros((3, 2))}}
    with pytest.raises(ReportError) as caught:
        (draw if file == "figure.py" else measure)(folder, arrays)
    return str(caught.value)


def draw(folder: Path, arrays: dict) -> None:
    """Draw the figure."""
    kind = FIGURES.get("figure.py", beside=folder)
    drawing.draw(
        kind,
        kind.parameters(runs=("vae",)),
        arrays,
        {},
        languages.load("en"),
        folder,
    )


def measure(folder: Path, arrays: dict) -> None:
    """Measure the metric."""
    kind = METRICS.get("metric.py", beside=folder)
    parameters = kind.parameters()
    measures.measure(kind, parameters, kind.values(parameters, {}), arrays, folder)


RAISED = [
    ("figure.py", "    return Drawing", "    return arrays['ae']\n    return Drawing", "figure.py:9, in draw: KeyError"),
    ("figure.py", "    return Drawing", "    raise OSError('no')\n    return Drawing", "figure.py:9, in draw: OSError"),
    ("figure.py", "    return Drawing", "    return Page()\n    return Drawing", "'draw' returns a value of the wrong type"),
    ("figure.py", "    return Drawing", "    return\n    return Drawing", "'draw' returns a value of the wrong type"),
    ("metric.py", "Measured(1.0", "Measured(arrays", "no number and no word but dict"),
    ("metric.py", "n=3", "n='3'", "n must be a number of images"),
    ("metric.py", "n=3", "3, samples=[[1, 2], [3]]", "samples"),
    ("metric.py", "n=3", "3, units=[1]", "units are ids of the images"),
    ("metric.py", '"length": Measured', '"width": Measured', "returns other values than it declares"),
    ("metric.py", 'return {"length"', 'return 3\n    return {"length"', "'measure' returns a value of the wrong type"),
    ("metric.py", 'return {"length"', 'return 1 / 0\n    return {"length"', "metric.py:10, in measure: ZeroDivisionError"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), RAISED)
def test_a_mistake_while_it_works(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    """An exception or a wrong result of `draw` or `measure` is reported with file and line."""
    text = SLOTS[file][0]
    assert old in text
    message = carried_out(tmp_path, file, text.replace(old, new))
    assert said in message, message
