"""The failure of a job names the run, and for a user's code the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.jobs import Failed, Job
from report_builder.jobs.process import carry_out

OWN = Path(__file__).parents[1] / "train" / "own"


@pytest.fixture
def failure(site, run_step):
    """A function that runs a failing training and returns the problem."""

    def told(model, **files):
        heard = []
        job = Job(run_step(model=model, epochs=1), f"run {model['kind']}", files=files)
        carry_out(job, site, heard.append)
        assert isinstance(heard[-1], Failed)
        (problem,) = heard[-1].of(job).problems
        return problem

    return told


def test_code_of_ones_own_that_fails_in_training(failure, tmp_path: Path) -> None:
    """The failure of a user's code in training names the run, file, line and function, even in a traced step."""
    text = (OWN / "classes.py").read_text(encoding="utf-8")
    wrong = text.replace("return ops.mean(", "ops.reshape(y_pred, (7, 7, 7))\n        return ops.mean(")
    (tmp_path / "classes.py").write_text(wrong, encoding="utf-8")
    line = next(n for n, row in enumerate(wrong.splitlines(), 1) if "(7, 7, 7)" in row)
    problem = failure({"kind": "./classes.py"})
    assert problem.where == "run ./classes.py"
    assert problem.rule.endswith(f" at classes.py:{line}, in compute_loss")
    assert "Traceback" not in problem.received


def test_code_of_ones_own_that_changed_since_it_was_planned(failure, tmp_path: Path) -> None:
    """A training whose file has changed since the plan is not started, since its result would get the old key."""
    (tmp_path / "classes.py").write_bytes((OWN / "classes.py").read_bytes())
    problem = failure({"kind": "./classes.py"}, **{"classes.py": "the digest of another text"})
    assert problem.rule == "classes.py changed while the report was built"
    assert not list((tmp_path / "store" / "run").glob("*.work/*"))


def test_a_layer_that_does_not_fit(failure) -> None:
    """If the shape was unknown beforehand, the training names the run, the layer and its place in the list."""
    layers = [{"kind": "Flatten"}, {"kind": "MaxPooling2D"}]
    problem = failure({"kind": "classifier", "network": layers})
    assert problem.where == "run classifier: network.1"
    assert problem.rule.startswith("network, layer 2, MaxPooling2D: ")
