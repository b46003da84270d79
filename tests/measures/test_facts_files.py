"""The values of a metric as files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from report_builder.errors import RunError
from report_builder.kinds import Measured, Metric, Parameters, Quantity
from report_builder.measures import measure


def written(found, folder, **named):
    """Write the files of a metric with these values, declaring a quantity for each known name, and return the facts."""
    kind = Metric(parameters=Parameters, reads=lambda _: {}, values=lambda *_: (), measure=lambda *_: found, name="mine")
    quantities = [Quantity(name, **named) for name in ("broken", "x", "word") if name in found]
    measure(kind, Parameters(), quantities, {}, folder)
    return json.loads((folder / "facts.json").read_text())


def test_no_fact_is_nan(tmp_path):
    """A value that is not a finite number stops the build, and the message names it."""
    with pytest.raises(RunError, match=r"not a finite number\n.*broken = nan"):
        written({"broken": Measured(float("nan"), 1)}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_was_not_declared_is_refused(tmp_path):
    """A metric must return exactly the values that it declares."""
    with pytest.raises(RunError, match=r"'mine' returns other values than it declares\n.*more"):
        written({"x": Measured(1, 1), "more": Measured(1, 1)}, tmp_path)


def test_the_same_values_give_the_same_bytes(tmp_path):
    """The same values give byte-identical facts and samples."""
    bytes_ = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        written({"x": Measured(1.0, 3, np.arange(3)), "word": Measured("zero", 1)}, folder)
        bytes_.append([(folder / name).read_bytes() for name in ("facts.json", "samples.npz")])
    assert bytes_[0] == bytes_[1]


@pytest.mark.parametrize(
    ("units", "kept"),
    [(None, False), ([0, 1, 2], False), ([4, 5, 9], True), ([0, 1, 1], True), ([[0, 1], [1, 2], [2, 3]], True)],
)
def test_units_are_kept_where_they_say_something(tmp_path, units, kept):
    """Image ids are stored next to the samples, unless sample i belongs to image i."""
    (fact,) = written({"x": Measured(1.0, 3, np.arange(3.0), units if units is None else np.array(units))}, tmp_path)
    with np.load(tmp_path / "samples.npz") as samples:
        assert ("x.units" in samples) == fact["units"] == kept
        assert not kept or samples["x.units"].tolist() == units


def test_what_only_the_data_tells_stands_before_the_reduction(tmp_path):
    """The reduction states what only the data reveals, such as the pixel distribution, before what was declared."""
    (fact,) = written({"x": Measured(2.0, 3, given="normal pixels")}, tmp_path, better="lower", noise="draws", reduction="mean")
    assert (fact["better"], fact["noise"], fact["reduction"]) == ("lower", "draws", "normal pixels, mean")
