"""Small arrays as probes give them, and a fixture that draws them in the report's style."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from report_builder import languages
from report_builder.kinds import FIGURES, Subject
from report_builder.plots._style import STYLE


@pytest.fixture(autouse=True)
def style():
    """The style of all figures, in which texts are measured."""
    with mpl.rc_context(fname=STYLE):
        yield


@pytest.fixture
def drawn():
    """`drawn(kind, arrays, runs=..., ...)` draws in the style; every run is named by its id in capitals."""

    def draw(name, arrays, *, language="en", subjects=None, **parameters):
        kind = FIGURES.get(name)
        runs = list(dict.fromkeys(panel.split("@")[0] for panel in arrays))
        people = subjects or {panel: Subject(panel.split("@")[0].upper(), "a model", "MNIST", 1) for panel in arrays}
        return kind.draw(arrays, kind.parameters(**{"runs": runs} | parameters), people, languages.load(language))

    return draw


@pytest.fixture
def codes():
    """A hundred codes of three classes around (0, 0), (10, 0) and (0, 10)."""
    random = np.random.default_rng(0)
    y = np.arange(100) % 3
    z = np.array([(0, 0), (10, 0), (0, 10)])[y] + random.normal(size=(100, 2))
    names = np.array(["shirt", "bag", "boot"])
    return {"z_mean": z, "z_log_var": np.full((100, 2), np.log([0.25, 4.0])), "y": y, "class_names": names}
