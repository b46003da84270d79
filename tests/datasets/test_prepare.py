"""Loading a data set and applying its steps."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder import datasets
from report_builder.errors import ReportError

STEPS = [{"kind": "scale"}, {"kind": "binarise", "threshold": 0.5}]


@pytest.fixture
def folder(arrays, tmp_path):
    """A data folder with a small MNIST."""
    np.savez(tmp_path / "mnist.npz", **arrays)
    return tmp_path


def test_steps_are_applied_in_order(folder):
    """Scaled and binarised images are 0 where the pixel was dark and 1 where it was bright."""
    plain = datasets.prepare({"dataset": {"kind": "mnist"}, "steps": []}, [folder])
    ready = datasets.prepare({"dataset": {"kind": "mnist"}, "steps": STEPS}, [folder])
    assert (ready.splits["train"].x == (plain.splits["train"].x > 127)).all()
    assert ready.value_range == (0.0, 1.0)


def test_prepared_data_is_kept_and_cannot_be_changed(folder):
    """Preparing data again gives the same read-only arrays from memory."""
    entry = {"dataset": {"kind": "mnist"}, "steps": STEPS}
    first, again = (datasets.prepare(dict(entry), [folder]) for _ in range(2))
    assert first is again
    with pytest.raises(ValueError, match="read-only"):
        first.splits["train"].x[0] = 0


def test_the_fingerprint_follows_the_bytes_of_the_files(folder, arrays):
    """The fingerprint depends on the bytes of the files, and not on steps or folder."""
    before = datasets.fingerprint({"dataset": {"kind": "mnist"}, "steps": STEPS}, [folder])
    assert before == datasets.fingerprint({"dataset": {"kind": "mnist", "path": str(folder / "mnist.npz")}, "steps": []}, [])
    np.savez(folder / "mnist.npz", **(arrays | {"x_test": arrays["x_test"] ^ 1}))
    assert before != datasets.fingerprint({"dataset": {"kind": "mnist"}, "steps": STEPS}, [folder])


def test_data_that_changed_since_the_plan_is_an_error(folder):
    """A run never trains on bytes other than those in its key."""
    entry = {"dataset": {"kind": "mnist"}, "steps": STEPS}
    good = datasets.fingerprint(entry, [folder])
    assert datasets.prepare(entry | {"fingerprint": good}, [folder])
    with pytest.raises(ReportError, match="changed while"):
        datasets.prepare(entry | {"fingerprint": "0" * 64}, [folder])
