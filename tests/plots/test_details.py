"""Statements of captions about the shown runs."""

from __future__ import annotations

import pytest

from report_builder import languages
from report_builder.kinds import Subject
from report_builder.plots._details import details


def subject(name: str, monitor: str = "", *, restore: bool = True) -> Subject:
    """Return a run, stopped early by a term if one is given."""
    rule = {"monitor": monitor, "restore_best_weights": restore} if monitor else None
    return Subject(name, "VAE", "MNIST", 1, spec={"training": {"early_stopping": rule}})


SAID = {
    "no early stopping": ([subject("a")], ""),
    "the best of one": ([subject("a", "val_loss")], "Weights: of the best epoch by “loss (validation)”."),
    "the last in spite of it": ([subject("a", "val_loss", restore=False)], "Weights: of the last epoch."),
    "one of each": (
        [subject("a"), subject("b", "val_accuracy")],
        "Weights: a: of the last epoch; b: of the best epoch by “accuracy (validation)”.",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_the_caption_says_which_weights_are_shown(case: str) -> None:
    """The caption says which weights are shown if early stopping may have chosen them."""
    subjects, said = SAID[case]
    lines = details(languages.load("en"), subjects).splitlines()
    assert [line for line in lines if line.startswith("Weights")] == ([said] if said else [])
