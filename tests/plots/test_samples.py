"""Sheets of samples by class, and by epoch."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES
from report_builder.plots._samples import per_band
from report_builder.plots.samples_by_epoch import drawing as samples_by_epoch

NAMES = np.array(["zero", "one", "two"])


def samples(per_class=1, **more):
    """Return samples class by class, as grey as their index in tenths."""
    n = 3 * per_class
    images = np.ones((n, 8, 8, 1)) * (np.arange(n) / 10)[:, None, None, None]
    return {"images": images, "asked_class": np.arange(n) // per_class, "class_names": NAMES} | more


def judged(**more):
    """Return samples that a judge recognises as a zero, a one, and a zero again."""
    probability = np.array([[0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.51, 0.0, 0.49]])
    return samples(probability=probability, judge_names=NAMES) | more


def progress(epochs=12, **more):
    """Return twenty samples of the classes in turn, brighter from epoch to epoch."""
    level = np.linspace(0, 1, epochs + 1)[:, None, None, None, None]
    images = (level * np.ones((epochs + 1, 20, 8, 8, 1))).astype(np.float16)
    return {"images": images, "asked_class": np.arange(20) % 10, "value_range": np.array([0.0, 1.0])} | more


def texts(drawing):
    """Return all labels without the blank lines that align them."""
    return [text.get_text().strip() for axes in drawing.figure.axes for text in axes.texts]


def grey(drawing, row, column, rows, columns):
    """Return the grey level of an image of an evenly spaced sheet, 0 to 1."""
    painted = np.asarray(drawing.figure.axes[0].images[0].get_array())[..., 0] / 255
    tall, wide = painted.shape
    return painted[round((row + 0.5) * tall / rows), round((column + 0.5) * wide / columns)]


def test_a_strip_has_the_class_above_each_image(drawn):
    """A strip has one image of each class in the requested order, with its class above."""
    drawing = drawn("class_samples", {"gan": samples()}, ink="light")
    assert texts(drawing) == ["", "zero", "one", "two"]
    assert [grey(drawing, 0, column, 1, 3) for column in range(3)] == pytest.approx([0, 0.1, 0.2], abs=0.01)


def test_a_strip_of_runs_has_a_row_for_each(drawn):
    """Runs are below each other, each with its name, and classes are above all of them."""
    bright = samples() | {"images": samples()["images"] + 0.5}
    drawing = drawn("class_samples", {"gan": samples(), "cvae": bright}, ink="light")
    assert texts(drawing) == ["GAN", "CVAE", "zero", "one", "two"]
    assert [grey(drawing, row, 1, 2, 3) for row in range(2)] == pytest.approx([0.1, 0.6], abs=0.01)


def test_a_sheet_has_a_row_for_each_class(drawn):
    """S4-F25: row k shows the samples of class k from left to right, with its class on the left."""
    drawing = drawn("class_samples", {"gan": samples(3)}, per_class=3, ink="light")
    assert texts(drawing)[:3] == ["zero", "one", "two"]
    assert [grey(drawing, row, 2, 3, 3) for row in range(3)] == pytest.approx([0.2, 0.5, 0.8], abs=0.01)


def test_a_judge_says_below_each_image_what_it_sees(drawn):
    """Below each image is the class that the judge recognises, right or wrong, with its probability; the judge is named."""
    drawing = drawn("class_samples", {"gan": judged()}, judge="reference")
    assert texts(drawing)[-3:] == ["zero\n90%", "one\n100%", "zero\n51%"]
    assert "“reference”" in drawing.details


def test_classes_that_do_not_fit_stand_in_bands(drawn):
    """With fewer columns than classes there are bands, with requested and then recognised class below each image."""
    drawing = drawn("class_samples", {"gan": judged()}, judge="reference", columns=2)
    below = [text for text in texts(drawing) if "%" in text]
    assert below == ["zero\nzero\n90%", "one\none\n100%", "two\nzero\n51%"]


def test_long_names_do_not_touch():
    """The number of columns is as requested, or else what the labels allow, in bands of equal length."""
    assert per_band(list("0123456789"), None, 16) == 10
    assert per_band(["automobile"] * 10, None, 15.5) == 5
    assert per_band(["automobile"] * 10, 10, 15.5) == 10
    assert per_band(["a" * 200], None, 16) == 1


def test_the_untrained_model_is_epoch_zero(drawn):
    """S0-F49: `epoch: 0` shows the samples before training, of the requested classes, and the caption says so."""
    drawing = drawn("class_samples", {"gan": progress()}, epoch=0, classes=(1,), ink="light")
    assert texts(drawing) == ["", "1"]
    assert grey(drawing, 0, 0, 1, 1) == 0
    assert "before the first epoch" in drawing.details
    later = drawn("class_samples", {"gan": progress()}, epoch=6, per_class=2, ink="light")
    assert grey(later, 3, 1, 10, 2) == pytest.approx(0.5, abs=0.01)
    assert "after epoch 6" in later.details


def test_a_model_without_a_condition_has_samples_without_classes(drawn):
    """The stored samples of an unconditional model are shown in one row without labels."""
    arrays = {name: array for name, array in progress().items() if name != "asked_class"}
    drawing = drawn("class_samples", {"gan": arrays}, epoch=0, per_class=8)
    assert not any(texts(drawing))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epoch": 13}, "Allowed: 0 to 12"),
        ({"epoch": 0, "per_class": 3}, "Kept: 2"),
        ({"epoch": 0, "classes": ("one",)}, "no such class"),
    ],
)
def test_what_was_not_kept_is_refused(drawn, wrong, message):
    """For an epoch, class or number of samples that the run did not store, the message says what it stored."""
    with pytest.raises(ReportError, match=message):
        drawn("class_samples", {"gan": progress()}, **wrong)


def test_samples_that_were_kept_are_not_judged():
    """A judge together with an epoch is refused."""
    with pytest.raises(ValidationError, match="leave out 'epoch' or 'judge'"):
        FIGURES.get("class_samples").parameters(runs=("gan",), epoch=0, judge="reference")


def test_a_judge_is_part_of_the_request():
    """With a judge, the same samples are requested and judged."""
    kind = FIGURES.get("class_samples")
    plain, with_judge = (kind.reads(kind.parameters(runs=("gan",), seed=2, judge=j))["gan"] for j in (None, "reference"))
    assert (with_judge.kind, with_judge.judge) == ("classified", "reference")
    assert with_judge.parameters["images"] == {"kind": plain.kind, **plain.parameters}


def test_epochs_stand_under_one_another(drawn):
    """The untrained model is the first row, the last epoch the last one, with 1, 2, 5, 10, 20 and so on in between."""
    drawing = drawn("samples_by_epoch", {"gan": progress()}, n=4, ink="light")
    rows = ["before training", "epoch 1", "epoch 2", "epoch 5", "epoch 10", "epoch 12"]
    assert texts(drawing) == [*rows, "0", "1", "2", "3"]
    found = [grey(drawing, row, 2, 6, 4) for row in range(6)]
    assert found == pytest.approx(np.array([0, 1, 2, 5, 10, 12]) / 12, abs=0.01)


def test_the_words_for_the_picture_name_its_epochs(drawn):
    """The alternative text names the chosen epochs, and the caption says where every epoch can be chosen."""
    drawing = drawn("samples_by_epoch", {"gan": progress()}, epochs=(0, 3, 12), n=1)
    assert "after epochs 0, 3 and 12 " in drawing.alt
    assert "In HTML" in drawing.details
    assert "In HTML" not in drawn("samples_by_epoch", {"gan": progress()}, n=1, moving=False).details


def test_epochs_can_be_chosen(drawn):
    """Chosen epochs are shown in order, each once, and one that the run did not reach is refused."""
    labels = texts(drawn("samples_by_epoch", {"gan": progress()}, epochs=(12, 3, 3), n=1))
    assert labels[:2] == ["epoch 3", "epoch 12"]
    with pytest.raises(ReportError, match=r"epochs: \[13\](.|\n)*Allowed: 0 to 12"):
        drawn("samples_by_epoch", {"gan": progress()}, epochs=(0, 13))


def test_runs_share_the_epochs_that_both_reached(drawn):
    """Two runs are side by side under their names, up to the last epoch of the shorter one."""
    labels = texts(drawn("samples_by_epoch", {"gan": progress(), "cvae": progress(3)}, n=1))
    assert {"GAN", "CVAE", "epoch 3"} <= set(labels)
    assert "epoch 5" not in labels


def test_a_run_without_training_shows_the_untrained_model(drawn):
    """A run of no epochs has a single row."""
    assert texts(drawn("samples_by_epoch", {"gan": progress(0)}, n=1))[0] == "before training"


def drawn_anew(n=20, **more):
    """Return samples of a model, as grey as their index in hundredths."""
    return {"images": np.ones((n, 8, 8, 1)) * (np.arange(n) / 100)[:, None, None, None], "class_names": NAMES} | more


def test_random_samples_fill_the_sheet_row_by_row(drawn):
    """S3-F42, S4-F26: n rows of m samples are in the order drawn, with the seed of the draw in the caption."""
    drawing = drawn("samples", {"vae": drawn_anew()}, rows=2, columns=3, seed=7, ink="light")
    assert [grey(drawing, 1, column, 2, 3) for column in range(3)] == pytest.approx([0.03, 0.04, 0.05], abs=0.01)
    assert "seed of the draw: 7" in drawing.details


def test_columns_of_one_class_are_labelled(drawn):
    """Classes in turn are above the columns if each column is one class, and always in the caption."""
    asked = np.arange(20) % 3
    assert texts(drawn("samples", {"gan": drawn_anew(asked_class=asked)}, rows=2, columns=3)) == ["", "", *NAMES]
    across = drawn("samples", {"gan": drawn_anew(asked_class=asked)}, rows=2, columns=2)
    assert texts(across) == [""] * 4
    assert "Classes asked, in turn: zero, one and two." in across.details


def test_samples_that_a_run_kept_are_shown_of_any_epoch(drawn):
    """S0-F49: epoch 0 shows the untrained model; an unknown epoch, or more samples than stored, are refused."""
    kept = {"gan": progress()}
    assert grey(drawn("samples", kept, epoch=0, ink="light"), 0, 0, 4, 5) == pytest.approx(0, abs=0.01)
    assert grey(drawn("samples", kept, epoch=12, ink="light"), 3, 4, 4, 5) == pytest.approx(1, abs=0.01)
    with pytest.raises(ReportError, match="Allowed: 0 to 12"):
        drawn("samples", kept, epoch=13)
    with pytest.raises(ReportError, match="Kept: 20"):
        drawn("samples", kept, epoch=0, rows=5)


def test_every_epoch_can_be_chosen(drawn):
    """In HTML there is a row of samples for each epoch of each run, the untrained model first."""
    live = drawn("samples_by_epoch", {"gan": progress(4), "cvae": progress(4)}, n=3, ink="light").live
    assert [(control.kind, control.values) for control in live.controls] == [
        ("choice", ["GAN", "CVAE"]),
        ("slider", ["before training", "epoch 1", "epoch 2", "epoch 3", "epoch 4"]),
    ]
    assert live.tiles.shape == (2, 5, 8, 24, 1)
    np.testing.assert_array_equal(live.tiles[1, :, 0, 0, 0], np.round(255 * np.linspace(0, 1, 5)))


@pytest.mark.parametrize(("epochs", "count"), [(0, 0), (1, 2), (100, 101), (1000, 144)])
def test_a_long_training_has_some_of_its_epochs(drawn, epochs, count, monkeypatch):
    """As many epochs are shown as there is room for, evenly spaced and including the last; a single one leaves no choice."""
    monkeypatch.setattr(samples_by_epoch, "PIXELS", 10_000)
    live = drawn("samples_by_epoch", {"gan": progress(epochs)}, n=1).live
    assert (live.controls[1].values[-1], len(live.controls[1].values)) == (f"epoch {epochs}", count) if live else not count


def test_a_figure_that_shall_stay_still(drawn):
    """`moving: false` disables the interactive version of the sheet."""
    assert drawn("samples_by_epoch", {"gan": progress(3)}, moving=False).live is None
