"""Estimated durations of trainings."""

from __future__ import annotations

import json

import numpy as np
import PIL.Image
import pytest

from report_builder.run import estimate
from report_builder.store import Step, Store

DATA = {"dataset": {"kind": "digits", "copies": 15}, "steps": [{"kind": "scale"}]}


def spec(**changes):
    """Return the spec of a run of two epochs."""
    training = {"epochs": 10, "batch_size": 128}
    return {"model": {"kind": "vae"}, "data": DATA, "training": training, "seed": 1, "threads": 1} | changes


def about(chosen, store, folder=None):
    """Return the estimated seconds of a run whose data is in a folder."""
    return estimate.seconds(Step("run", (), chosen), store.all("run"), chosen["data"], [folder or store.root])


def store_run(store, chosen, *, seconds, images, finished="2026-01-01", **note):
    """Store a finished run as a worker does."""
    with store.claim(Step("run", (), chosen, {})) as work:
        (work.folder / "history.json").write_text(json.dumps({}))
        work.commit({"seconds": seconds, "images": {"train": images}, "finished": finished} | note)


def test_without_a_stored_run_the_models_own_figure_counts(tmp_path):
    """The first guess is the model's seconds per image times the data set's number of images times the epochs."""
    assert about(spec(), Store(tmp_path)) == pytest.approx(3e-4 * 24_000 * 10)


def test_a_subset_shortens_the_guess(tmp_path):
    """The step `subset` is taken into account."""
    fewer = spec(data={"dataset": {"kind": "mnist"}, "steps": [{"kind": "subset", "train": 1000}]})
    assert about(fewer, Store(tmp_path)) == pytest.approx(3e-4 * 1000 * 10)


def test_a_stored_run_of_the_same_model_replaces_the_guess(tmp_path):
    """The measured seconds per image of the most similar stored run are used."""
    store = Store(tmp_path)
    store_run(store, spec(training={"epochs": 5, "batch_size": 128}), seconds=50.0, images=24_000)
    store_run(store, spec(threads=2, seed=2, training={"epochs": 5, "batch_size": 64}), seconds=10.0, images=24_000)
    assert about(spec(), store) == pytest.approx(100.0)


def test_a_run_that_stopped_early_tells_its_own_epochs(tmp_path):
    """The rate of a run that stopped early is based on the epochs that it trained."""
    store = Store(tmp_path)
    with store.claim(Step("run", (), spec(), {})) as work:
        work.commit({"seconds": 8.0, "images": {"train": 24_000}, "finished": "2026-01-01", "epochs": 2})
    assert about(spec(), store) == pytest.approx(40.0)


def test_images_are_counted_in_a_run_on_the_same_data(tmp_path):
    """The number of images of a data set is read from a stored run, if there is one."""
    store, own = Store(tmp_path), {"dataset": {"kind": "./own.py"}, "steps": []}
    store_run(store, spec(data=own), seconds=1.0, images=100)
    assert about(spec(data=own), store) == pytest.approx(1.0)


def test_trainings_side_by_side_take_as_long_as_the_fullest_worker():
    """Longest first, 3, 2, 2 and 1 seconds on two workers take four seconds, plus the start of the workers."""
    assert estimate.together([1, 2, 3, 2], workers=2) == pytest.approx(4 + estimate.START)
    assert estimate.together([], 2) == 0


def test_a_run_that_ended_early_is_measured_by_the_epochs_it_trained(tmp_path):
    """Two of ten epochs in 20 seconds are ten seconds per epoch."""
    store = Store(tmp_path)
    store_run(store, spec(seed=2), seconds=20.0, images=24_000, epochs=2)
    assert about(spec(), store) == pytest.approx(100.0)


@pytest.mark.parametrize("test", [None, 2])
def test_own_arrays_are_counted(tmp_path, test):
    """A user's eight images count as eight, less those held out, and not as sixty thousand."""
    np.savez(tmp_path / "few.npz", x_train=np.zeros((8, 28, 28), np.uint8))
    data = {"dataset": {"kind": "npz", "path": "few.npz", "test": test}, "steps": [{"kind": "scale"}]}
    seconds = about(spec(data=data), Store(tmp_path / "runs"), tmp_path)
    assert seconds == pytest.approx(3e-4 * (8 - (test or 0)) * 10)
    assert estimate.together([seconds], 2) < 7


def test_own_pictures_are_counted(tmp_path):
    """Images in a folder are counted by their names, and take time in proportion to their area."""
    for n in range(10):
        (tmp_path / "pictures" / "a").mkdir(parents=True, exist_ok=True)
        PIL.Image.new("L", (9, 9)).save(tmp_path / "pictures" / "a" / f"{n}.png")
    data = {"dataset": {"kind": "image_folder", "size": 56}, "steps": [{"kind": "subset", "train": 6}]}
    assert about(spec(data=data), Store(tmp_path / "runs"), tmp_path) == pytest.approx(4 * 3e-4 * 6 * 10)


@pytest.mark.parametrize("kind", ["npz", "image_folder", "./own.py"])
def test_data_that_cannot_be_counted_are_guessed(tmp_path, kind):
    """Missing or damaged data, and a user's data set, are estimated as a large one; their training reports what is wrong."""
    (tmp_path / "images.npz").write_bytes(b"nothing")
    assert about(spec(data={"dataset": {"kind": kind}, "steps": []}), Store(tmp_path / "runs"), tmp_path) > 100
