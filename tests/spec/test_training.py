"""The training of a run, as written in YAML."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.spec import load
from report_builder.spec.training import Training

FILE = """\
report: {title: A lab}
data:
  digits: {dataset: digits}
runs:
  vae:
    data: digits
    model: vae
    training:
"""


def training(tmp_path: Path, *lines: str) -> Training:
    """Return the settings of a file with these lines from line 9 on."""
    path = tmp_path / "lab.yaml"
    path.write_text(FILE + "".join(f"      {line}\n" for line in lines), encoding="utf-8")
    return load(path).experiment.runs["vae"].training


def resolved(**given: object) -> dict[str, object]:
    """Return the settings that are part of a key."""
    return Training.model_validate(given).model_dump()


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({}, {"epochs": 10, "batch_size": 128, "learning_rate": 0.001, "optimizer": "adam", "early_stopping": None}),
        ({"optimizer": "Adam"}, {"optimizer": {"kind": "adam", "beta_1": 0.9, "clipnorm": None}}),
        ({"optimizer": {"beta_1": 0.5}}, {"optimizer": {"kind": "adam", "beta_1": 0.5, "beta_2": 0.999}}),
        ({"early_stopping": {}}, {"early_stopping": {"monitor": "val_loss", "mode": "min", "patience": 5}}),
        (
            {"epochs": 8, "learning_rate": {"kind": "cosine_decay", "warmup_epochs": 2}},
            {"epochs": 8, "learning_rate": {"kind": "cosine_decay", "warmup_epochs": 2.0, "decay_epochs": 6, "alpha": 0}},
        ),
        (
            {"learning_rate": {"kind": "polynomial_decay"}},
            {"learning_rate": {"kind": "polynomial_decay", "decay_epochs": 10.0, "end_learning_rate": 1e-4}},
        ),
    ],
)
def test_a_default_that_is_written_down_changes_no_key(short: dict[str, object], long: dict[str, object]) -> None:
    """Two notations of the same training resolve to the same settings, with every default filled in."""
    assert json.dumps(resolved(**short), sort_keys=True) == json.dumps(resolved(**long), sort_keys=True)


def test_another_setting_is_another_key() -> None:
    """Schedule, optimiser argument and early stopping are all part of the resolved settings."""
    changes: list[dict[str, object]] = [
        {},
        {"learning_rate": {"kind": "exponential_decay", "decay_rate": 0.5}},
        {"optimizer": {"weight_decay": 0.01}},
        {"optimizer": {"clipnorm": 1}},
        {"early_stopping": {}},
        {"early_stopping": {"patience": 2}},
    ]
    assert len({json.dumps(resolved(**change)) for change in changes}) == len(changes)


@pytest.mark.parametrize(
    ("line", "where", "said"),
    [
        ("optimizer: adamm", "training.optimizer", "Did you mean 'adam'"),
        ("optimizer: {kind: sgd, momentun: 0.9}", "training.optimizer.momentun", "Did you mean 'momentum'"),
        ("optimizer: {beta_1: 1.5}", "training.optimizer.beta_1", "Decay rate of the first-moment estimate"),
        ("learning_rate: fast", "training.learning_rate", "a number is expected"),
        ("learning_rate: -1", "training.learning_rate", "greater than 0"),
        ("learning_rate: {kind: cosine}", "training.learning_rate", "Did you mean 'cosine_decay'"),
        ("learning_rate: {kind: cosine_decay, alfa: 0.1}", "training.learning_rate.alfa", "Did you mean 'alpha'"),
        ("learning_rate: {kind: exponential_decay}", "training.learning_rate", "'decay_rate' is required"),
        ("learning_rate: {kind: cosine_decay, warmup_epochs: 9}", "training.learning_rate", "leaves no epoch"),
        (
            "learning_rate: {kind: piecewise_constant_decay, boundaries: [2, 1], values: [1.0, 0.1, 0.01]}",
            "training.learning_rate.boundaries",
            "must increase",
        ),
        (
            "learning_rate: {kind: piecewise_constant_decay, boundaries: [1], values: [1.0]}",
            "training.learning_rate.values",
            "1 boundaries need 2 values",
        ),
        ("early_stopping: {patience: -1}", "training.early_stopping.patience", "Epochs without improvement"),
        ("early_stopping: {patients: 2}", "training.early_stopping.patients", "Did you mean 'patience'"),
        ("early_stopping: {mode: auto}", "training.early_stopping.mode", "'min' or 'max'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(tmp_path: Path, line: str, where: str, said: str) -> None:
    """Each mistake has its file and line, its key, and what is allowed or meant."""
    with pytest.raises(ReportError) as caught:
        training(tmp_path, "epochs: 9", line)
    (problem,) = caught.value.problems
    assert problem.where.startswith(f"{tmp_path / 'lab.yaml'}:10: runs.vae.{where}")
    assert said in str(problem)


def test_the_grammar_imports_no_keras() -> None:
    """All of Keras' defaults are known without importing Keras."""
    code = "import sys; import report_builder.spec.training; assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
