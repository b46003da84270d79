"""Curves over epochs."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import Subject


def history(shift=0.0, n=5, **more):
    """A falling loss."""
    return {"loss": 10.0 - np.arange(n) + shift, "epoch_time": np.ones(n)} | more


def lines(drawing):
    """The lines of the first panel."""
    return drawing.figure.axes[0].get_lines()


def test_epochs_are_counted_from_one(drawn):
    """The first value of a term stands at epoch 1, the last at the number of epochs."""
    (line,) = lines(drawn("training_curves", {"ae": history()}))
    assert line.get_xdata()[[0, -1]].tolist() == [1, 5]
    np.testing.assert_allclose(line.get_ydata(), history()["loss"])


def test_epochs_can_be_left_out_at_the_start(drawn):
    """`from_epoch` drops values, and the rest keep their epochs."""
    (line,) = lines(drawn("training_curves", {"ae": history()}, from_epoch=3))
    assert line.get_xdata().tolist() == [3, 4, 5]
    np.testing.assert_allclose(line.get_ydata(), history()["loss"][2:])


def test_several_seeds_are_thin_lines_around_their_mean(drawn):
    """Each seed is drawn, and thicker their mean over the epochs that all have; the caption says so and names the seeds."""
    arrays = {"vae@1": history(), "vae@2": history(2, n=4)}
    people = {f"vae@{seed}": Subject("VAE", "a model", "MNIST", seed) for seed in (1, 2)}
    drawing = drawn("training_curves", arrays, subjects=people)
    first, second, mean = lines(drawing)
    assert mean.get_linewidth() > max(first.get_linewidth(), second.get_linewidth())
    np.testing.assert_allclose(mean.get_ydata(), history(1)["loss"][:4])
    assert "Seeds: 1 and 2" in drawing.details
    assert "their mean" in drawing.details


def test_held_out_images_are_dashed(drawn):
    """The same term on test images has the run's colour and a dashed line, and the legend says which is which."""
    drawing = drawn("training_curves", {"ae": history(test_loss=np.full(5, 9.0)), "vae": history(1)})
    train, test, other = lines(drawing)
    assert train.get_color() == test.get_color() != other.get_color()
    assert (train.get_linestyle(), test.get_linestyle()) == ("-", "--")
    assert [text.get_text() for text in drawing.figure.legends[0].get_texts()] == ["AE", "VAE", "training", "test"]


@pytest.mark.parametrize(("loss", "unit"), [("bce", "nats/image"), ("mse", "loss")])
def test_only_nats_are_labelled_as_nats(drawn, loss, unit):
    """The loss of a run that compiled a squared error has no unit."""
    people = {"ae": Subject("AE", "a model", "MNIST", 1, {"loss": loss})}
    assert drawn("training_curves", {"ae": history()}, subjects=people).figure.axes[0].get_ylabel() == unit


def test_a_term_that_no_run_logged_is_refused(drawn):
    """A misspelt term is named with the near miss."""
    with pytest.raises(ReportError, match="Did you mean 'loss'"):
        drawn("training_curves", {"ae": history()}, terms=("lss",))
