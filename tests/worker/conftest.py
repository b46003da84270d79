"""Small jobs: 256 digits, one or two seconds of training."""

from __future__ import annotations

import pytest

from report_builder.spec.training import Training
from report_builder.store import Step

DATA = {
    "dataset": {"kind": "digits", "copies": 0},
    "steps": [{"kind": "scale"}, {"kind": "binarise"}, {"kind": "subset", "train": 256, "test": 40}],
}


def _run_step(*, model=None, data=None, epochs=3, seed=1, threads=1, **training):
    settings = Training.model_validate({"epochs": epochs, "batch_size": 100} | training).model_dump()
    entry = model or {"kind": "vae", "filters": [4, 8]}
    return Step("run", (), {"model": entry, "data": data or DATA, "training": settings, "seed": seed, "threads": threads}, {})


def _probe_step(run, *, judge=None, data=None, **probe):
    inputs = tuple(step.key for step in (run, judge) if step)
    reads = {"reads": [name for name, step in (("run", run), ("judge", judge)) if step]} if judge else {}
    return Step("arrays", inputs, {"probe": probe, "data": data or DATA} | reads, {})


@pytest.fixture
def run_step():
    """Makes a step that trains a small model."""
    return _run_step


@pytest.fixture
def probe_step():
    """Makes a step that measures a run, or the data alone."""
    return _probe_step


@pytest.fixture
def job(tmp_path):
    """Makes the job of a step, in a store under the test's folder."""

    def make(step, *, store="store", beside=None):
        label = (
            f"run {step.spec['model']['kind']}, seed {step.spec['seed']}" if step.kind == "run" else step.spec["probe"]["kind"]
        )
        return {
            "step": step.as_json(),
            "label": label,
            "after": list(step.inputs),
            "store": str(tmp_path / store),
            "folders": [],
            "beside": str(beside or tmp_path),
        }

    return make
