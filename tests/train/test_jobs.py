"""A job that fails says of which run, and of code of one's own in which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.train.jobs import carry_out

OWN = Path(__file__).parent / "own"


@pytest.fixture
def failure(job, run_step):
    """Carries out a training that fails, and gives the event that says so."""

    def told(model, beside=None):
        heard = []
        carry_out(job(run_step(model=model, epochs=1), beside=beside), heard.append)
        assert heard[-1]["event"] == "failed"
        return heard[-1]

    return told


def test_code_of_ones_own_that_fails_in_training(failure, tmp_path: Path) -> None:
    """File, line and function of the user's file, though the step is traced; the run is named."""
    text = (OWN / "classes.py").read_text(encoding="utf-8")
    wrong = text.replace("return ops.mean(", "ops.reshape(y_pred, (7, 7, 7))\n        return ops.mean(")
    (tmp_path / "classes.py").write_text(wrong, encoding="utf-8")
    line = next(n for n, row in enumerate(wrong.splitlines(), 1) if "(7, 7, 7)" in row)
    event = failure({"kind": "./classes.py"}, tmp_path)
    (problem,) = event["problems"]
    assert problem["where"] == "run ./classes.py, seed 1"
    assert problem["rule"].endswith(f" at classes.py:{line}, in compute_loss")
    assert "Traceback" not in problem["received"]


def test_a_layer_that_does_not_fit(failure) -> None:
    """Where nobody could know the shape before, the training names the run, the layer and its place in the list."""
    layers = [{"kind": "Flatten"}, {"kind": "MaxPooling2D"}]
    (problem,) = failure({"kind": "classifier", "network": layers})["problems"]
    assert problem["where"] == "run classifier, seed 1: network.1"
    assert problem["rule"].startswith("network, layer 2, MaxPooling2D: ")
